import { asError } from "../ipc/backend";
import type { Code } from "../ipc/bindings";
import { locale } from "../state/locale.svelte";

/** Codes whose message holds details that the code alone does not tell. */
const DETAILED: Code[] = ["file", "invalid_address", "invalid_content", "server_error"];

/** The core's message for a failure for which a studio gave no reason. */
const NO_REASON = "No error details available.";

/** Capitalizes a message of the core, which begins in lower case; a file name at its beginning stays as it is. */
export function capitalize(text: string): string {
  return /^[a-z]+(, | |: |$)/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

/** Returns the text for the code of an error or a state; the core's own message where the language has none. */
export function reasonText(reason: { code: Code; message: string }): string {
  const texts: Partial<Record<Code, string>> = locale.messages.codes;
  return texts[reason.code] ?? capitalize(reason.message);
}

/** Returns the text for whatever a call to the backend threw. */
export function errorText(thrown: unknown): string {
  const error = asError(thrown);
  if (!DETAILED.includes(error.code)) return reasonText(error);
  // Tauri prefixes arguments that it could not deserialize with the name of the command.
  return capitalize(error.message.replace(/^invalid args `\w+` for command `\w+`: /, ""));
}

/** Returns the text for the fault of a video: translated if the studio's code is known, else the studio's message. */
export function faultText({ code, message }: { code: string; message: string }): string {
  const texts: Partial<Record<string, string>> = locale.messages.faults;
  return texts[message === NO_REASON ? "no_reason" : code.toLowerCase()] ?? capitalize(message);
}
