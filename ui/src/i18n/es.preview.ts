import type { Messages } from "./en";

/** The texts of playing a video in Spanish. */
export const preview: Messages["preview"] = {
  title: "Vista previa",
  play: "Reproducir vídeo",
  playFrom: (time: string) => `Reproducir desde ${time}`,
  cues: "Transcripción con tiempos",
  addChapter: "Añadir capítulo en la posición actual",
  useFrame: "Usar este fotograma como miniatura",
  frameTaken: (time: string) => `Miniatura creada en ${time}`,
  unsupported: (format: string) =>
    `Tallylight no puede reproducir archivos ${format} en este ordenador.`,
  noCodec: (format: string) =>
    `Tallylight no pudo reproducir este archivo ${format}. Puede que a este ordenador le falte un códec.`,
  unplayable:
    "Tallylight no pudo reproducir este vídeo. Puede que a este ordenador le falte un códec.",
  gstreamer:
    "En Linux, los códecs vienen con GStreamer: instala sus complementos (como gstreamer1.0-libav) y reinicia Tallylight.",
  gone: "El estudio ya no tiene este archivo de vídeo.",
  openInPlayer: "Abrir en el reproductor del sistema",
  openInBrowser: "Abrir en el navegador",
  showFile: "Mostrar archivo",
  retry: "Reintentar",
};
