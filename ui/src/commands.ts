import { createMutation, mutationOptions, useQueryClient } from "@tanstack/svelte-query";
import type { Backend, Changes } from "./backend";
import type { Description, JobId, Settings, Trouble } from "./bindings";
import { applyEdit } from "./events";
import { keys } from "./queries";

export interface Place {
  address: string;
  /** What a person says of a server that says nothing of itself. */
  description?: Description | undefined;
}

/** Asks a server who it is, or takes a person's word for it, and makes it the backend. */
export function connectMutation(backend: Backend) {
  const client = useQueryClient();
  return createMutation(() =>
    mutationOptions({
      mutationFn: ({ address, description }: Place) =>
        description ? backend.connectAs(address, description) : backend.connect(address),
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

/** Signs in on a provider's page in the browser; the session comes back as an event. */
export function signInWithMutation(backend: Backend) {
  return createMutation(() =>
    mutationOptions({ mutationFn: (provider: string) => backend.signInWith(provider) }),
  );
}

export interface Edit {
  jobId: JobId;
  changes: Changes;
}

/** Saves changed fields, shown before anything answers. Refused at once, the screen asks the core what holds. */
export function editMutation(backend: Backend) {
  const client = useQueryClient();
  return createMutation(() =>
    mutationOptions({
      mutationFn: ({ jobId, changes }: Edit) => backend.edit(jobId, changes),
      onMutate: ({ jobId, changes }: Edit) => applyEdit(client, jobId, changes),
      onError: (_error, { jobId }) => {
        void client.invalidateQueries({ queryKey: keys.videos });
        return client.invalidateQueries({ queryKey: keys.video(jobId) });
      },
    }),
  );
}

/** Signs out; what becomes of it comes back as events. */
export function signOutMutation(backend: Backend) {
  return createMutation(() => mutationOptions({ mutationFn: () => backend.signOut() }));
}

export interface Settlement {
  jobIds: JobId[];
  trouble: Trouble;
}

/** Puts the trouble of videos aside, or takes it up again; the rows come back as events. */
export function settleMutation(backend: Backend) {
  return createMutation(() =>
    mutationOptions({
      mutationFn: ({ jobIds, trouble }: Settlement) => backend.settle(jobIds, trouble),
    }),
  );
}

/** Makes new settings of those that hold. */
export type Change = (settings: Settings) => Settings;

/** Changes the settings, one change after the other: each is made to what the one before it left. */
export function changeSettingsMutation(backend: Backend) {
  const client = useQueryClient();
  return createMutation(() =>
    mutationOptions({
      scope: { id: "settings" },
      mutationFn: async (change: Change) => {
        const { settings } = await backend.settings();
        await backend.changeSettings(change(settings));
      },
      // Awaited: the next change, and a control that goes back, want to know what holds.
      onSettled: () => client.invalidateQueries({ queryKey: keys.settings }),
    }),
  );
}

/** Lets the person save a report of the connection. */
export function saveReportMutation(backend: Backend) {
  return createMutation(() => mutationOptions({ mutationFn: () => backend.saveReport() }));
}
