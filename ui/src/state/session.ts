import type { SessionView } from "../ipc/bindings";

/** Returns whether a session is signed in; refreshing its token does not end it. */
export function isSignedIn(session: SessionView | undefined): boolean {
  return session?.state === "signed_in" || session?.state === "refreshed";
}
