import { mount } from "svelte";
import App from "./App.svelte";
import { isTauri } from "./platform";
import type { Backend } from "./backend";
import "./tokens.css";
import "./base.css";

/** The real backend in the app; a made-up one in a plain browser, for working on the views. */
async function chooseBackend(): Promise<Backend> {
  if (isTauri()) return (await import("./backend.tauri")).tauriBackend;
  return (await import("./backend.mock")).demoBackend();
}

const target = document.getElementById("app");
if (target) {
  void chooseBackend().then((backend) => mount(App, { target, props: { backend } }));
}
