import type { Messages } from "./en";

/** The texts of uploads in Spanish. */
export const uploads: Messages["uploads"] = {
  title: "Subidas",
  group: "Subiendo",
  queued: "En cola",
  waiting: (reason: string) =>
    reason === ""
      ? "Interrumpida. Continúa automáticamente."
      : `Interrumpida, continúa automáticamente. ${reason}`,
  verifying: "Comprobando si ha llegado…",
  paused: "En pausa",
  sent: (sent: string, total: string) => `${sent} de ${total}`,
  speed: (size: string) => `${size}/s`,
  cancel: (name: string) => `Cancelar la subida de ${name}`,
  retry: (name: string) => `Reintentar ${name}`,
  dismiss: (name: string) => `Descartar ${name}`,
  pause: (name: string) => `Pausar ${name}`,
  resume: (name: string) => `Continuar ${name}`,
  more: (name: string) => `Acciones de ${name}`,
  pauseAll: "Pausar todo",
  resumeAll: "Continuar todo",
  moveFirst: "Subir primero",
  moveUp: "Mover arriba",
  moveDown: "Mover abajo",
  pauseAction: "Pausar",
  resumeAction: "Continuar",
  retryAction: "Reintentar",
  cancelAction: "Cancelar la subida",
  dismissAction: "Descartar",
};
