import type { Messages } from "./en";

/** The texts of snoozed reviews in Spanish. */
export const snooze: Messages["snooze"] = {
  later: "Posponer 3 horas",
  tomorrow: "Posponer hasta mañana por la mañana",
  monday: "Posponer hasta el lunes por la mañana",
  end: "Dejar de posponer",
  until: (time: string) => `Pospuesto hasta ${time}`,
  done: (count: number) => (count === 1 ? "Pospuesto" : `${count} vídeos pospuestos`),
};
