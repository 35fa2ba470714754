import { createMutation, mutationOptions, useQueryClient } from "@tanstack/svelte-query";
import type {
  Changes,
  Description,
  DismissAction,
  JobId,
  Settings,
  Template,
} from "../ipc/bindings";
import { useBackend } from "../ipc/context";
import { applyEdit } from "./events";
import { keys } from "./queries";

// Every function here is called while a component is created: it reads the backend and the query client from contexts.

export interface ServerAddress {
  address: string;
  /** Endpoints and features, for a server without automatic setup. */
  description?: Description | undefined;
}

/** Connects to a studio, which becomes the backend. */
export function connectMutation() {
  const [backend, client] = [useBackend(), useQueryClient()];
  return createMutation(() =>
    mutationOptions({
      mutationFn: ({ address, description }: ServerAddress) =>
        description ? backend.connectAs(address, description) : backend.connect(address),
      onSuccess: () => client.invalidateQueries({ queryKey: keys.status }),
    }),
  );
}

/** Starts the studio on this computer, and signs in. */
export function useThisComputerMutation() {
  const [backend, client] = [useBackend(), useQueryClient()];
  return createMutation(() =>
    mutationOptions({
      mutationFn: () => backend.useThisComputer(),
      onSuccess: () => client.invalidateQueries({ queryKey: keys.status }),
    }),
  );
}

/** Makes a sample video on this computer, and uploads it. */
export function uploadSampleMutation() {
  const backend = useBackend();
  return createMutation(() => mutationOptions({ mutationFn: () => backend.uploadSample() }));
}

export interface Credentials {
  email: string;
  password: string;
}

/** Signs in with a password; the session arrives as an event. */
export function signInMutation() {
  const backend = useBackend();
  return createMutation(() =>
    mutationOptions({
      mutationFn: ({ email, password }: Credentials) => backend.signIn(email, password),
    }),
  );
}

/** Signs in on a provider's page in the browser; the session arrives as an event. */
export function signInWithMutation() {
  const backend = useBackend();
  return createMutation(() =>
    mutationOptions({ mutationFn: (provider: string) => backend.signInWith(provider) }),
  );
}

export interface Edit {
  jobId: JobId;
  changes: Changes;
}

/** Saves changed fields and shows them at once. If the core rejects the call, the confirmed state is fetched. */
export function editMutation() {
  const [backend, client] = [useBackend(), useQueryClient()];
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

/** Stores a template, and returns it as it is stored. */
export function saveTemplateMutation() {
  const [backend, client] = [useBackend(), useQueryClient()];
  return createMutation(() =>
    mutationOptions({
      mutationFn: (template: Template) => backend.saveTemplate(template),
      onSuccess: () => client.invalidateQueries({ queryKey: keys.templates }),
    }),
  );
}

/** Deletes a template. */
export function deleteTemplateMutation() {
  const [backend, client] = [useBackend(), useQueryClient()];
  return createMutation(() =>
    mutationOptions({
      mutationFn: (templateId: number) => backend.deleteTemplate(templateId),
      onSuccess: () => client.invalidateQueries({ queryKey: keys.templates }),
    }),
  );
}

/** Signs out; the end of the session arrives as an event. */
export function signOutMutation() {
  const backend = useBackend();
  return createMutation(() => mutationOptions({ mutationFn: () => backend.signOut() }));
}

export interface Dismissal {
  jobIds: JobId[];
  action: DismissAction;
}

/** Dismisses the failures and warnings of videos, or restores them; the changed rows arrive as events. */
export function dismissMutation() {
  const backend = useBackend();
  return createMutation(() =>
    mutationOptions({
      mutationFn: ({ jobIds, action }: Dismissal) => backend.setDismissed(jobIds, action),
    }),
  );
}

/** Returns new settings for the current ones. */
export type SettingsChange = (settings: Settings) => Settings;

/** Changes the settings. Changes run one after another, each applied to the result of the one before. */
export function changeSettingsMutation() {
  const [backend, client] = [useBackend(), useQueryClient()];
  return createMutation(() =>
    mutationOptions({
      scope: { id: "settings" },
      mutationFn: async (change: SettingsChange) => {
        const { settings } = await backend.settings();
        await backend.changeSettings(change(settings));
      },
      // Awaited, because the next change and a control that reverts read the current settings.
      onSettled: () => client.invalidateQueries({ queryKey: keys.settings }),
    }),
  );
}

/** Saves a diagnostic report to a file that the person chooses. */
export function saveReportMutation() {
  const backend = useBackend();
  return createMutation(() => mutationOptions({ mutationFn: () => backend.saveReport() }));
}
