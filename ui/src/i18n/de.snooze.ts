import type { Messages } from "./en";

/** The texts of snoozed reviews in German. */
export const snooze: Messages["snooze"] = {
  later: "3 Stunden zurückstellen",
  tomorrow: "Bis morgen früh zurückstellen",
  monday: "Bis Montag früh zurückstellen",
  end: "Zurückstellen beenden",
  until: (time: string) => `Zurückgestellt bis ${time}`,
  done: (count: number) => (count === 1 ? "Zurückgestellt" : `${count} Videos zurückgestellt`),
};
