import { stageName } from "../../format/names";
import type { Field, JobView, NotEditableYetView } from "../../ipc/bindings";
import { locale } from "../../state/locale.svelte";
import type { Editor } from "./editor.svelte";

/** Returns when a field can be expected. */
export function availableText({ stage_id }: NotEditableYetView): string {
  const texts = locale.messages.editor;
  return stage_id ? texts.availableAfter(stageName(stage_id)) : texts.availableLater;
}

/**
 * Returns the fields of a running job that have no content yet and cannot be edited before they have. A field that the
 * studio does not let be edited is expected only if a stage is known to write it.
 */
export function awaitedFields(
  job: JobView,
  editor: Editor,
  fields: Field[],
  isEditable: (field: Field) => boolean,
): NotEditableYetView[] {
  const isAwaited = ({ field, stage_id }: NotEditableYetView) =>
    editor.content(field) === null && (stage_id !== null || isEditable(field));
  return fields.flatMap((field) =>
    job.unready.filter((wait) => wait.field === field && isAwaited(wait)),
  );
}

/** Groups fields by the text that says when they can be expected. */
export function groupByAvailability(
  awaited: NotEditableYetView[],
): { when: string; fields: Field[] }[] {
  const texts = [...new Set(awaited.map(availableText))];
  return texts.map((when) => ({
    when,
    fields: awaited.filter((wait) => availableText(wait) === when).map(({ field }) => field),
  }));
}

/** Returns whether a job failed before it had any text: there is nothing to edit then, only the failure to mend. */
export function hasNothingToEdit(job: JobView, editor: Editor, fields: Field[]): boolean {
  const isUnused = (field: Field) =>
    !editor.isDirty(field) && (editor.content(field)?.length ?? 0) === 0;
  return job.status === "FAILED" && job.pending.length === 0 && fields.every(isUnused);
}
