import type { Messages } from "./en";

/** The texts of transcripts and the search in them in Spanish. */
export const transcript: Messages["transcript"] = {
  search: "Buscar en la transcripción",
  found: (at: string, count: string) => `${at} de ${count}`,
  notFound: "Sin resultados",
  next: "Coincidencia siguiente",
  previous: "Coincidencia anterior",
  /** For screen readers, before the words that were found. */
  at: (time: string) => `en ${time}`,
  further: (count: number) => (count === 1 ? "+1 más" : `+${count} más`),
  shortcuts: {
    find: "Buscar en la transcripción",
    nextAndPrevious: "Coincidencia siguiente y anterior",
  },
};
