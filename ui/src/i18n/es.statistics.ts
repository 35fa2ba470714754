import type { Messages } from "./en";

/** The texts of the statistics in Spanish. */
export const statistics: Messages["statistics"] = {
  title: "Estadísticas",
  empty: "Aún no hay estadísticas. Empiezan con el primer vídeo que esté listo o falle.",
  basis: (count: number, since: string) =>
    count === 1 ? `De 1 vídeo desde el ${since}` : `De ${count} vídeos desde el ${since}`,
  basisHint:
    "De las últimas 12 semanas, hasta donde este ordenador las conoce: la lista de tu estudio y lo que ocurrió mientras Tallylight estaba abierto.",
  weeks: "Vídeos por semana",
  week: "Semana del",
  ready: "Listos",
  failed: "Fallidos",
  time: "Tiempo de procesamiento",
  timeHint:
    "La mitad de los vídeos tardó como mucho la mediana; nueve de cada diez, como mucho el percentil 90.",
  noTimes:
    "Aún no hay tiempos de procesamiento. Se conocen los de los vídeos cuyo procesamiento se siguió o cuyo estudio los guarda.",
  step: "Paso",
  total: "Total",
  median: "Mediana",
  p90: "Percentil 90",
  videos: "Vídeos",
  failures: "Fallos por motivo",
  noFailures: "Ningún fallo.",
  reason: "Motivo",
  count: "Fallos",
  others: "Otros motivos",
};
