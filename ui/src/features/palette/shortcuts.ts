import { mod } from "../../components/platform";
import { locale } from "../../state/locale.svelte";

/** Keyboard shortcuts under a heading; each with the keys that trigger it and what it does. */
export interface ShortcutGroup {
  name: string;
  shortcuts: [keys: string[], description: string][];
}

/** Returns all keyboard shortcuts, for the dialog that lists them. */
export function shortcutGroups(): ShortcutGroup[] {
  const texts = locale.messages.shortcuts;
  const transcript = locale.messages.transcript.shortcuts;
  return [
    {
      name: texts.everywhere,
      shortcuts: [
        [[mod("K")], texts.palette],
        [["/"], texts.search],
        [[mod("U")], texts.upload],
        [[mod(",")], texts.settings],
        [["m"], locale.messages.strip.shortcut],
        [["?"], texts.help],
        [["Esc"], texts.back],
      ],
    },
    {
      name: texts.inList,
      shortcuts: [
        [["↓", "j"], texts.next],
        [["↑", "k"], texts.previous],
        [["Home", "End"], texts.firstAndLast],
        [["Enter"], texts.open],
        [["x"], texts.select],
        [[mod("A")], texts.selectAll],
        [["e"], texts.dismiss],
        [["Del"], texts.remove],
        [["Shift+F10"], texts.menu],
      ],
    },
    {
      name: texts.inVideo,
      shortcuts: [
        [[mod("S")], texts.save],
        [[mod("F")], transcript.find],
        [["F3", "Shift+F3"], transcript.nextAndPrevious],
        [["j", "k"], texts.nextAndPrevious],
        [["e"], texts.dismissThis],
        [["←", "→"], texts.thumbnails],
      ],
    },
  ];
}
