// The commands of the app's core that tests invoke, with the types of their answers.

import type { Commands, Settings, UpdateView } from "../../../ui/src/ipc/bindings.ts";

export type { Settings, UpdateView };

/** The name of a command as it is sent: `initial_state` for `initialState`. */
type Sent<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${Sent<Rest>}`
  : Name;

/** What each command answers with. */
export type Answers = {
  [Name in keyof Commands as Sent<Name>]: Awaited<ReturnType<Commands[Name]>>;
};

export type Command = keyof Answers;

declare global {
  interface Window {
    /** Tauri's side of the page, which an invocation goes through. */
    __TAURI_INTERNALS__: {
      invoke(command: string, args: Record<string, unknown>): Promise<unknown>;
    };
  }
}
