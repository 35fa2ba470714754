import type { QueryClient } from "@tanstack/svelte-query";
import type { Backend } from "../ipc/backend";
import type { SentView } from "../ipc/bindings";
import { applyEvent, applyInitialState, applySettings, applyUpdate, refetchMissed } from "./events";

/**
 * Loads the initial state into the query cache and keeps the cache in sync with the core's events.
 *
 * The window is drawn before it listens to events; what changed in between is fetched again. `onready` is called once
 * there is something to draw. Returns the function that ends the subscriptions.
 */
export function startSync(client: QueryClient, backend: Backend, onready: () => void): () => void {
  const subscriptions = Promise.all([
    backend.onSettings(() => applySettings(client)),
    backend.onUpdate((update) => applyUpdate(client, update)),
    backend.onEvent((event) => applyEvent(client, event)),
  ]);
  void catchUp(client, backend, subscriptions, onready);
  return () => void subscriptions.then((stops) => stops.forEach((stop) => stop()));
}

async function catchUp(
  client: QueryClient,
  backend: Backend,
  subscriptions: Promise<unknown>,
  onready: () => void,
): Promise<void> {
  const initial = loadInitialState(client, backend, onready).catch(() => null);
  await subscriptions;
  const sent = await backend.listening();
  refetchMissed(client, await initial, sent);
}

/** Loads the initial state; returns how many events had been sent before it was read. */
async function loadInitialState(
  client: QueryClient,
  backend: Backend,
  onready: () => void,
): Promise<SentView> {
  try {
    const initial = await backend.initialState();
    applyInitialState(client, initial);
    return initial.sent;
  } finally {
    // If it failed, each component runs its own query and shows that query's error.
    onready();
  }
}
