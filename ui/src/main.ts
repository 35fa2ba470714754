import { mount } from "svelte";
import App from "./App.svelte";
import type { Backend } from "./backend";
import { tauriBackend } from "./backend.tauri";
import { leaveKeysToInputMethods } from "./keys";
import { isTauri, markPlatform } from "./platform";
import "./tokens.css";
import "./base.css";

/** The real backend in the app; a made-up one in a plain browser, for working on the views. */
async function chooseBackend(): Promise<Backend> {
  if (isTauri()) return tauriBackend;
  if (import.meta.env.DEV) return (await import("./backend.mock")).demoBackend();
  throw new Error("this page belongs into the app");
}

markPlatform();
leaveKeysToInputMethods();
const target = document.getElementById("app");
if (target) {
  void chooseBackend().then((backend) => mount(App, { target, props: { backend } }));
}
