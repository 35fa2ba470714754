import { createMutation, mutationOptions, useQueryClient } from "@tanstack/svelte-query";
import type { Backend } from "./backend";
import { keys } from "./queries";

/** Asks a server who it is and makes it the backend. */
export function connectMutation(backend: Backend) {
  const client = useQueryClient();
  return createMutation(() =>
    mutationOptions({
      mutationFn: (address: string) => backend.connect(address),
      onSuccess: () => client.invalidateQueries({ queryKey: keys.status }),
    }),
  );
}

/** Starts the studio of this computer, signed in. */
export function useThisComputerMutation(backend: Backend) {
  const client = useQueryClient();
  return createMutation(() =>
    mutationOptions({
      mutationFn: () => backend.useThisComputer(),
      onSuccess: () => client.invalidateQueries({ queryKey: keys.status }),
    }),
  );
}

export interface Credentials {
  email: string;
  password: string;
}

/** Signs in; the session comes back as an event. */
export function signInMutation(backend: Backend) {
  return createMutation(() =>
    mutationOptions({
      mutationFn: ({ email, password }: Credentials) => backend.signIn(email, password),
    }),
  );
}

/** Signs out; what becomes of it comes back as events. */
export function signOutMutation(backend: Backend) {
  return createMutation(() => mutationOptions({ mutationFn: () => backend.signOut() }));
}

/** Lets the person save a report of the connection. */
export function saveReportMutation(backend: Backend) {
  return createMutation(() => mutationOptions({ mutationFn: () => backend.saveReport() }));
}
