import type { Messages } from "./en";

/** The texts of the editor in Spanish. */
export const editor: Messages["editor"] = {
  pasted: {
    title: (count) =>
      count === 1
        ? "1 línea pegada no tiene marca de tiempo:"
        : `${count} líneas pegadas no tienen marca de tiempo:`,
    more: (count) => `y ${count} más`,
    replace: (count) =>
      count === 1 ? "Reemplazar por 1 capítulo" : `Reemplazar por ${count} capítulos`,
    cancel: "Conservar los capítulos actuales",
  },
  fields: {
    TITLE: "Título",
    DESCRIPTION: "Descripción",
    TAGS: "Etiquetas",
    CHAPTERS: "Capítulos",
    TRANSCRIPT: "Transcripción",
    THUMBNAIL: "Miniatura",
  },
  save: "Guardar",
  saveHint: (key: string) => `Guardar (${key})`,
  undo: {
    change: "Deshacer el último cambio",
    discard: "Recuperar los cambios",
    save: "Deshacer el guardado",
  },
  discard: "Descartar cambios",
  discarded: "Cambios descartados",
  unsaved: (fields: string) => `Cambios sin guardar: ${fields}`,
  saving: (fields: string) => `Guardando: ${fields}`,
  waiting: (fields: string) => `Guardado en este ordenador, se sincronizará: ${fields}`,
  saved: "Guardado",
  copy: (field: string) => `Copiar ${field}`,
  copied: "Copiado",
  exportAll: "Exportar todo (.json)",
  exportAs: (kind: string) => `Exportar transcripción como .${kind}`,
  availableAfter: (stage: string) => `Disponible cuando se complete «${stage}»`,
  notAvailableYet: "Aún no disponible",
  availableLater: "Disponible al terminar el procesamiento, o antes",
  noTranscript: "Sin transcripción",
  count: (length: number, limit: number) => `${length} de ${limit}`,
  overLimit: (length: number, limit: number) => `Supera en ${length - limit} el límite de YouTube`,
  addTag: "Añadir etiqueta",
  addTagHint: "Pulsa Intro o coma para añadir una etiqueta, o pega una lista",
  removeTag: (tag: string) => `Quitar ${tag}`,
  noTags: "Sin etiquetas",
  chapterStart: (number: number) => `Inicio del capítulo ${number}`,
  chapterTitle: (number: number) => `Título del capítulo ${number}`,
  removeChapter: (number: number) => `Quitar el capítulo ${number}`,
  addChapter: "Añadir capítulo",
  invalidTime: "Escribe un tiempo, por ejemplo 1:05",
  chapterRules: {
    first: "YouTube requiere el primer capítulo en 0:00",
    count: "YouTube requiere al menos 3 capítulos",
    short: "YouTube requiere capítulos de al menos 10 segundos",
    untitled: "Escribe un título de capítulo",
    beyond: "Después del final del vídeo",
  },
  edit: "Editar",
  done: "Listo",
};

/** The texts of copying for YouTube in Spanish. */
export const copies: Messages["copies"] = {
  forYouTube: "Copiar para YouTube",
  more: "Opciones de copia y exportación",
  labels: {
    title: "Copiar título",
    descriptionWithChapters: "Copiar descripción con capítulos",
    description: "Copiar descripción",
    tags: "Copiar etiquetas",
    chapters: "Copiar capítulos",
  },
  done: {
    title: "Título copiado",
    descriptionWithChapters: "Descripción con capítulos copiada",
    description: "Descripción copiada",
    tags: "Etiquetas copiadas",
    chapters: "Capítulos copiados",
  },
  nothing: "No hay nada que copiar",
};

/** The texts of a conflict between two versions of a text in Spanish. */
export const conflict: Messages["conflict"] = {
  title: (field: string) => `${field}: Conflicto`,
  text: "Conflicto: elige una versión. Este texto cambió en el estudio mientras lo editabas.",
  mine: "Tu versión",
  theirs: "Versión del estudio",
  keepMine: "Conservar la mía",
  takeTheirs: "Usar la del estudio",
  editMine: "Editar la mía",
  editTheirs: "Editar la del estudio",
  empty: "(vacío)",
};

/** The texts of the thumbnails in Spanish. */
export const gallery: Messages["gallery"] = {
  open: (name: string) => `Ver ${name}`,
  broken: "No se pudo cargar la miniatura",
  retry: "Reintentar",
  cover: "Miniatura actual",
  setAsThumbnail: "Usar como miniatura",
  save: "Guardar como…",
  close: "Cerrar",
  next: "Miniatura siguiente",
  previous: "Miniatura anterior",
  saved: (path: string) => `Guardada como ${path}`,
};
