import { render, screen } from "@testing-library/svelte";
import type { Component } from "svelte";
import App from "../app/App.svelte";
import type { Backend } from "../ipc/backend";
import Providers from "./Providers.svelte";

/** Renders the whole window with a backend. */
export function renderApp(backend: Backend): void {
  render(App, { backend });
}

/** Renders the whole window of a signed-in person, and waits until it is live. */
export async function renderLiveApp<B extends Backend>(backend: B): Promise<B> {
  renderApp(backend);
  await screen.findByText("Live");
  return backend;
}

/** Renders a single component with a backend and a query cache. */
export function renderWithBackend<Props extends Record<string, unknown>>(
  component: Component<Props>,
  props: Props,
  backend: Backend,
): void {
  // Safe, because the component is rendered with exactly these props.
  const untyped = component as unknown as Component<Record<string, unknown>>;
  render(Providers, { props: { backend, component: untyped, props } });
}
