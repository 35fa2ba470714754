import type { SessionView } from "./bindings";

/** Tells whether somebody is signed in; a token that was renewed is the same session. */
export function isSignedIn(session: SessionView | undefined): boolean {
  return session?.state === "signed_in" || session?.state === "refreshed";
}
