import { createContext } from "svelte";
import type { Backend } from "./backend";

/** `useBackend()` returns the backend that the nearest ancestor passed to `provideBackend(backend)`. */
export const [useBackend, provideBackend] = createContext<Backend>();
