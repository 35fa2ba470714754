import type { Messages } from "./en";

/** The texts of what happened meanwhile in Spanish. */
export const history: Messages["history"] = {
  title: "Notificaciones",
  unread: (count: number) =>
    count === 1 ? "Notificaciones, 1 sin leer" : `Notificaciones, ${count} sin leer`,
  paused: (time: string) => `Notificaciones en pausa hasta: ${time}`,
  empty:
    "Aún no hay notificaciones. Aquí verás cuándo un vídeo está listo, falla o tiene una advertencia.",
  new: "Sin leer:",
  kinds: {
    completed: "Listo",
    failed: "Fallido",
    warning: "Listo con una advertencia",
    summary: "Varios vídeos",
  },
};

/** The texts of closing the window in Spanish. */
export const closeWindow: Messages["closeWindow"] = {
  title: "¿Mantener en segundo plano?",
  text: "Tallylight seguirá enviándote notificaciones. Este escritorio no tiene bandeja del sistema. Para mostrar esta ventana, abre Tallylight de nuevo.",
  hide: "Mantener abierto",
  quit: "Salir",
  remember: "No volver a preguntar",
};

/** The texts of quitting in Spanish. */
export const quitDialog: Messages["quitDialog"] = {
  title: "¿Salir de Tallylight?",
  text: (count: number) =>
    count === 1
      ? "Hay 1 subida en curso. Continuará la próxima vez que se inicie Tallylight."
      : `Hay ${count} subidas en curso. Continuarán la próxima vez que se inicie Tallylight.`,
  none: "Todas las subidas han terminado.",
  stay: "Seguir subiendo",
  quit: "Salir de todos modos",
};

/** The texts of newer versions in Spanish. */
export const updates: Messages["updates"] = {
  version: (version: string) => `Tallylight ${version}`,
  absent:
    "Las actualizaciones las gestiona tu gestor de paquetes o no están disponibles en esta versión.",
  unknown: "Aún no se ha buscado.",
  checking: "Buscando actualizaciones…",
  current: "Tallylight está actualizado.",
  available: (version: string) => `La versión ${version} está disponible.`,
  downloading: (version: string) => `Descargando la versión ${version}…`,
  ready: (version: string) => `La versión ${version} está lista. Reinicia para actualizar.`,
  check: "Buscar actualizaciones",
  fetch: "Descargar",
  restart: "Reiniciar ahora",
  uploading: "Hay subidas en curso. Reinicia cuando terminen.",
  unsaved: "Tienes cambios sin guardar. Guárdalos y después reinicia.",
};

/** The texts of what the versions brought in Spanish. */
export const releaseNotes: Messages["releaseNotes"] = {
  title: "Novedades",
  unreleased: "Sin publicar",
  none: "No hay notas de versión disponibles.",
  kinds: {
    Added: "Nuevo",
    Changed: "Cambiado",
    Fixed: "Corregido",
    Removed: "Eliminado",
    Deprecated: "Obsoleto",
    Security: "Seguridad",
  },
};
