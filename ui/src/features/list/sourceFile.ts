import { createQuery } from "@tanstack/svelte-query";
import type { JobId } from "../../ipc/bindings";
import { useBackend } from "../../ipc/context";
import { videoFileQuery } from "../../state/queries";

/**
 * Returns the function that tells whether the file of a single video is on this computer; false until the core has
 * answered, and for several videos. Must be called while a component is created.
 */
export function sourceFileKnown(jobIds: () => readonly JobId[]): () => boolean {
  const backend = useBackend();
  const source = createQuery(() => {
    const [jobId, ...others] = jobIds();
    const isSingle = jobId !== undefined && others.length === 0;
    return { ...videoFileQuery(backend, jobId ?? ""), enabled: isSingle };
  });
  return () => source.isEnabled && typeof source.data === "string";
}
