import type { Messages } from "./en";

/** The texts of templates in Spanish. */
export const templates: Messages["templates"] = {
  hint: "Una plantilla completa la descripción de tus vídeos, añade etiquetas y arregla el título. Las plantillas se guardan en este ordenador, para esta cuenta.",
  none: "Aún no hay plantillas.",
  new: "Nueva plantilla…",
  form: "Plantilla",
  name: "Nombre",
  nameMissing: "Escribe un nombre",
  descriptionHint:
    "Los marcadores se sustituyen por los textos del vídeo. {description} es el texto que ya hay; sin él, la plantilla se añade debajo.",
  insert: "Insertar marcador",
  placeholders: {
    title: "El título",
    description: "La descripción actual",
    chapters: "Los capítulos con sus tiempos",
    tags: "Las etiquetas, separadas por comas",
    links: "Los enlaces de abajo",
    date: "El día de la subida",
  },
  unknownPlaceholder: (name) => `El marcador ${name} no existe`,
  titleRule: "Título",
  titleRules: {
    keep: "Dejar como está",
    title_case: "Title Case (inglés)",
    sentence_case: "Como una frase",
    german_sentence_case: "Como una frase, con sustantivos en mayúscula (alemán)",
    no_all_caps: "Sin palabras en mayúsculas",
  },
  tags: "Etiquetas que se añaden",
  tagsHint: "Separadas por comas",
  links: "Enlaces, uno por línea",
  preview: "Vista previa con un ejemplo",
  example: {
    title: "un paseo junto al mar",
    description: "Tres días por el camino de la costa.",
    tags: ["mar", "senderismo"],
    chapters: ["El puerto", "Por los acantilados", "A casa"],
  },
  before: "Antes",
  after: "Después",
  noChange: "No cambia nada.",
  editNamed: (name) => `Editar ${name}`,
  delete: "Eliminar",
  deleteNamed: (name) => `Eliminar ${name}`,
  deleteQuestion: (name) => `¿Eliminar «${name}»? Los vídeos conservan sus textos.`,
  template: "Plantilla",
  apply: "Aplicar plantilla…",
  applyTitle: "Aplicar plantilla",
  applyShort: "Aplicar",
  fill: "Aplicar",
  fillHint: "Esto completa los campos del editor. Guarda para conservar los cambios.",
  manageHint: "Puedes editar y eliminar plantillas en Ajustes, Plantillas.",
  onlyHere: (count) =>
    count === 1
      ? "1 plantilla está solo en este ordenador."
      : `${count} plantillas están solo en este ordenador.`,
};

const videos = (count: number) => (count === 1 ? "1 vídeo" : `${count} vídeos`);

/** The texts of editing many videos in Spanish. */
export const batch: Messages["batch"] = {
  menu: "Editar",
  edit: "Editar etiquetas y descripción",
  editAction: "Editar etiquetas y descripción…",
  videos: (count) => (count === 1 ? "1 vídeo seleccionado" : `${count} vídeos seleccionados`),
  tooMany: (most) => `Selecciona como máximo ${most} vídeos.`,
  addTags: "Añadir etiquetas",
  removeTags: "Quitar etiquetas",
  tagsHint: "Separadas por comas",
  how: {
    none: "No cambiar",
    append: "Añadir debajo",
    prepend: "Añadir encima",
    replace: "Buscar y reemplazar",
  },
  text: "Texto que se añade",
  find: "Buscar (exacto)",
  with: "Reemplazar por",
  changed: (count) => (count === 1 ? "1 vídeo cambia." : `${count} vídeos cambian.`),
  same: (count) => (count === 1 ? "1 queda igual." : `${count} quedan igual.`),
  skipped: {
    draft: (count) =>
      count === 1 ? "1 se omite: cambios sin guardar." : `${count} se omiten: cambios sin guardar.`,
    not_ready: (count) =>
      count === 1 ? "1 se omite: en proceso." : `${count} se omiten: en proceso.`,
    not_found: (count) =>
      count === 1 ? "1 ya no está disponible." : `${count} ya no están disponibles.`,
  },
  overLimit: (count) => `${videos(count)} por encima del límite de YouTube. No se recorta nada.`,
  isOver: "Por encima del límite de YouTube",
  more: (count) => `y ${count} más`,
  apply: (count) => `Cambiar ${videos(count)}`,
  running: (done, total) => `Cambiando vídeos: ${done} de ${total}`,
  undoing: (done, total) => `Restaurando vídeos: ${done} de ${total}`,
  done: (count) => (count === 1 ? "1 vídeo cambiado" : `${count} vídeos cambiados`),
  restored: (count) => (count === 1 ? "1 vídeo restaurado." : `${count} vídeos restaurados.`),
  kept: (count) =>
    count === 1
      ? "1 se cambió después y queda igual."
      : `${count} se cambiaron después y quedan igual.`,
  refused: (count) =>
    count === 1 ? "1 cambio no se aceptó:" : `${count} cambios no se aceptaron:`,
};
