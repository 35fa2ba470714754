import { messages } from "./messages";
import { mod } from "./platform";

/** Keeps the keys of an input method from everybody else: Enter ends a composition then, and saves, opens or adds nothing.
 * The one place for that, before any other listener of the page. */
export function leaveKeysToInputMethods(): void {
  window.addEventListener(
    "keydown",
    (event) => {
      // WebKit tells of the Enter that ended a composition after its end, with the code of a key that was taken.
      if (event.isComposing || event.keyCode === 229) event.stopImmediatePropagation();
    },
    { capture: true },
  );
}

/** Tells whether a key belongs to what it is typed into, and means nothing to the window. */
export function isTaken(event: KeyboardEvent): boolean {
  const into = event.target instanceof Element ? event.target : null;
  const isChord = event.ctrlKey || event.metaKey || event.altKey;
  const isField = Boolean(
    into?.closest("input:not([type=checkbox]), textarea, select, [role=menu]"),
  );
  return isChord || event.defaultPrevented || isField || isDialogOpen();
}

/** A dialog has every key, also where the focus went with a button that is gone. */
export function isDialogOpen(): boolean {
  return document.querySelector("dialog[open], [role=menu]") !== null;
}

/** Returns by how many rows a key moves; null for a key that moves none. */
export function rowStep(key: string): number | null {
  const steps: Record<string, number> = {
    ArrowDown: 1,
    j: 1,
    ArrowUp: -1,
    k: -1,
    PageDown: 8,
    PageUp: -8,
    Home: -Infinity,
    End: Infinity,
  };
  return steps[key] ?? null;
}

/** Returns every key and what it does, in groups, for whoever asks. */
export function shownKeys(): { name: string; keys: [string[], string][] }[] {
  const texts = messages.keys;
  return [
    {
      name: texts.everywhere,
      keys: [
        [[mod("K")], texts.palette],
        [["/"], texts.search],
        [[mod("U")], texts.upload],
        [[mod(",")], texts.settings],
        [["?"], texts.help],
        [["Esc"], texts.back],
      ],
    },
    {
      name: texts.inList,
      keys: [
        [["↓", "j"], texts.next],
        [["↑", "k"], texts.previous],
        [["Home", "End"], texts.ends],
        [["Enter"], texts.open],
        [["x"], texts.mark],
        [[mod("A")], texts.markAll],
        [["e"], texts.dismiss],
      ],
    },
    {
      name: texts.inVideo,
      keys: [
        [[mod("S")], texts.save],
        [["e"], texts.dismissThis],
        [["←", "→"], texts.pictures],
      ],
    },
  ];
}
