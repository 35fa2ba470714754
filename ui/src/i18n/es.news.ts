import type { Messages } from "./en";

/** The texts of what happened meanwhile in Spanish. */
export const history: Messages["history"] = {
  title: "Qué ha pasado",
  unread: (count: number) =>
    count === 1 ? "Qué ha pasado, 1 novedad" : `Qué ha pasado, ${count} novedades`,
  paused: (time: string) => `En pausa hasta: ${time}`,
  empty: "Aún nada. Cuando un vídeo esté listo, falle o convenga mirarlo, aparecerá aquí.",
  new: "Nuevo:",
  kinds: {
    completed: "Listo",
    failed: "Fallido",
    warning: "Conviene mirarlo",
    summary: "Varios vídeos",
  },
};

/** The texts of closing the window in Spanish. */
export const closing: Messages["closing"] = {
  title: "¿Seguir en segundo plano?",
  text: "Así Tallylight sigue avisándote de tus vídeos. Aquí no hay bandeja: para recuperar esta ventana, abre Tallylight otra vez.",
  hide: "Seguir",
  quit: "Salir",
  remember: "No volver a preguntar",
};

/** The texts of quitting in Spanish. */
export const quitting: Messages["quitting"] = {
  title: "¿Salir de Tallylight?",
  text: (count: number) =>
    count === 1
      ? "1 vídeo aún se está subiendo. Si sales, se interrumpe."
      : `${count} vídeos aún se están subiendo. Si sales, se interrumpen.`,
  none: "Ya están subidos todos los vídeos.",
  stay: "Seguir subiendo",
  quit: "Salir de todos modos",
};

/** The texts of newer versions in Spanish. */
export const updates: Messages["updates"] = {
  version: (version: string) => `Tallylight ${version}`,
  absent: "Las novedades llegan por tu gestor de paquetes, o esta versión no las ofrece.",
  unknown: "Aún no se ha buscado una versión más nueva.",
  checking: "Buscando una versión más nueva…",
  current: "Esta es la versión más nueva.",
  available: (version: string) => `La versión ${version} está disponible.`,
  downloading: (version: string) => `La versión ${version} se está descargando.`,
  ready: (version: string) => `La versión ${version} está lista y funcionará al reiniciar.`,
  check: "Buscar novedades",
  fetch: "Descargar",
  restart: "Reiniciar ahora",
  uploading: "Aún se están subiendo vídeos: reinicia cuando terminen.",
  unsaved: "Algunos textos aún no se han guardado: reinicia cuando lo estén.",
};

/** The texts of what the versions brought in Spanish. */
export const releases: Messages["releases"] = {
  title: "Novedades",
  unreleased: "Aún sin publicar",
  none: "No se sabe nada de ninguna versión.",
  kinds: {
    Added: "Nuevo",
    Changed: "Cambiado",
    Fixed: "Corregido",
    Removed: "Quitado",
    Deprecated: "Va a desaparecer",
    Security: "Seguridad",
  },
};
