import { mount } from "svelte";
import App from "./app/App.svelte";
import { ignoreCompositionKeys } from "./components/keyboard";
import { isTauri, markPlatform } from "./components/platform";
import type { Backend } from "./ipc/backend";
import { tauriBackend } from "./ipc/backend.tauri";
import "./tokens.css";
import "./base.css";

/** Returns the core in the app, or a demo backend in a plain browser, for working on the window. */
async function chooseBackend(): Promise<Backend> {
  if (isTauri()) return tauriBackend;
  if (import.meta.env.DEV) return (await import("./ipc/backend.demo")).demoBackend();
  throw new Error("the page runs only in the app");
}

markPlatform();
ignoreCompositionKeys();
const target = document.getElementById("app");
if (target) {
  void chooseBackend().then((backend) => mount(App, { target, props: { backend } }));
}
