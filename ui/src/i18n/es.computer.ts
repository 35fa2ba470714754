import type { Messages } from "./en";

/** The texts about processing videos on this computer, and about suggestions, in Spanish. */
export const computer: Messages["computer"] = {
  speechTitle: "Reconocimiento de voz",
  speechText:
    "Transcribe la voz en este ordenador sin enviar datos. Los modelos más grandes son más precisos y más lentos.",
  noEngine:
    "Esta versión de Tallylight o el procesador de este ordenador no admite el reconocimiento de voz. Los archivos de subtítulos de la misma carpeta (viaje.srt para viaje.mp4) se usan como transcripción.",
  program: "Se usa el programa de TALLYLIGHT_WHISPER.",
  models: {
    tiny: "El más rápido, el menos preciso",
    base: "Rápido, bueno con voces claras",
    small: "Más lento, bueno para casi todos los vídeos",
    "large-v3-turbo": "El más lento, el más preciso",
  },
  languages: (count) => `${count} idiomas`,
  speed: (minutes) => `Unos ${minutes} por minuto de vídeo`,
  off: "Desactivado",
  offText: "Solo se transcriben los vídeos con subtítulos.",
  ownModel: "Modelo personalizado",
  ownModelGone: "No se encuentra el archivo. Elige otro.",
  chooseFile: "Elegir archivo de modelo…",
  download: "Descargar",
  downloadModel: (model, size) => `Descargar ${model} (${size})`,
  resume: "Reanudar",
  resumeModel: (model) => `Reanudar la descarga de ${model}`,
  stop: "Detener",
  stopModel: (model) => `Detener la descarga de ${model}`,
  delete: "Eliminar",
  deleteModel: (model) => `Eliminar ${model}`,
  received: (received, size) => `${received} de ${size}`,
  states: {
    running: "Descargando…",
    checking: "Verificando la descarga…",
    stopped: "Detenida",
    no_space: "No hay espacio suficiente en el disco. Libera espacio y reanuda la descarga.",
    disk: "No se pudo guardar el archivo. Comprueba el disco y reanuda la descarga.",
    network: "Descarga interrumpida. Comprueba tu conexión a Internet y reanúdala.",
    missing: "Este modelo ya no está disponible. Elige otro.",
    damaged: "La descarga estaba dañada y se ha eliminado. Inténtalo de nuevo.",
  },
  free: (size) => `${size} disponibles`,
  storageTitle: "Almacenamiento",
  storage: (size) => `Los vídeos de este ordenador ocupan ${size}.`,
  copies: (count, size) =>
    count === 1
      ? `1 copia de un vídeo terminado ocupa ${size}.`
      : `${count} copias de vídeos terminados ocupan ${size}.`,
  deleteCopies: "Eliminar copias terminadas…",
  deleteQuestion:
    "Se eliminarán las copias de vídeos terminados de la carpeta de Tallylight. Se conservarán tus archivos originales, los textos y las miniaturas.",
  deleteConfirm: "Eliminar copias",
  offerTitle: "Añade transcripciones",
  offerText:
    "Tallylight puede transcribir tus vídeos y sugerir etiquetas, capítulos y una descripción. Todo se hace en este ordenador tras descargar un modelo una sola vez.",
  setUp: "Configurar",
  notNow: "Ahora no",
};

export const suggestions: Messages["suggestions"] = {
  hint: "Un modelo de lenguaje puede sugerir títulos, una descripción, etiquetas y títulos de capítulos a partir de la transcripción. Puedes revisarlo todo antes de enviarlo.",
  enabled: "Sugerir textos con un modelo de lenguaje",
  address: "URL del servidor",
  addressHint: "Cualquier servidor compatible con OpenAI, como Ollama en http://localhost:11434/v1",
  model: "Modelo",
  modelHint: "El nombre del modelo en el servidor, por ejemplo llama3.1:8b",
  key: "Nueva clave de API",
  keyHint: "Solo si el servidor la requiere. Se guarda en el llavero y no se vuelve a mostrar.",
  saveKey: "Guardar",
  keySaved: "Guardada",
  removeKey: "Quitar clave de API",
  suggested: "Sugerencia",
  suggestedHint: "Generada a partir del vídeo. Se usará si no la editas.",
  keep: "Aceptar",
  keepField: (field) => `Aceptar la sugerencia: ${field}`,
  open: "Sugerir textos…",
  title: "Sugerir textos",
  preview: (address) => `Solo se envía esto a ${address}:`,
  send: "Enviar",
  waiting: "Generando sugerencias…",
  cancel: "Cancelar",
  titles: "Títulos",
  useTitle: (title) => `Usar el título «${title}»`,
  useField: (field) => `Usar la sugerencia: ${field}`,
  use: "Usar",
  used: "Añadido",
  usedHint: "Las sugerencias se añaden al editor. Guarda para aplicarlas.",
};
