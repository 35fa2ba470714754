import { copyWithMessage } from "../../components/toasts";
import { displayTitle } from "../../format/text";
import type { RowView } from "../../ipc/bindings";
import { locale } from "../../state/locale.svelte";

/** Copies the titles of videos, one a line, and says so. */
export function copyTitles(rows: RowView[]): Promise<void> {
  const titles = rows.map((row) => displayTitle(row));
  return copyWithMessage(titles.join("\n"), locale.messages.selection.copied(titles.length));
}
