import type { Messages } from "./en";

/** The texts of the list in Spanish. */
export const list: Messages["list"] = {
  gaps: {
    newest: (count) =>
      `Se muestran los ${count} vídeos más recientes. El estudio no muestra los anteriores.`,
    missing: (statuses) =>
      `No se pudieron cargar los vídeos: ${statuses}. El estudio devolvió un error.`,
    unreadable: (count) =>
      count === 1
        ? "1 vídeo no se pudo leer y no se muestra."
        : `${count} vídeos no se pudieron leer y no se muestran.`,
  },
  title: "Vídeos",
  emptyTitle: "Aún no hay vídeos",
  emptyText: "Suelta un vídeo aquí para subirlo y seguir su progreso.",
  emptyTextNoUpload: "Los vídeos que subas a tu estudio aparecerán aquí.",
  errorTitle: "No se pudieron cargar los vídeos",
  resize: "Cambiar el ancho de la lista",
  loading: "Cargando vídeos…",
  search: "Buscar",
  attention: "Por revisar",
  attentionShort: "Por revisar",
  conflict: "Conflicto: elige una versión",
  refusedEdit: "Cambio no aceptado",
  waitingEdit: "Guardado en este ordenador, se sincronizará",
  filter: "Filtrar por estado",
  all: "Todos",
  sort: "Ordenar por",
  sorts: { newest: "Más recientes", oldest: "Más antiguos", title: "Título" },
  noDate: "Sin fecha",
  inTranscript: "En la transcripción",
  noResultsTitle: "Sin resultados",
  noResultsText: "Prueba otra búsqueda o borra los filtros.",
  clearFilters: "Borrar filtros",
  found: (count: number) => (count === 1 ? "1 vídeo encontrado" : `${count} vídeos encontrados`),
};

/** The texts of the selected videos in Spanish. */
export const selection: Messages["selection"] = {
  title: "Vídeos seleccionados",
  select: (title: string) => `Seleccionar ${title}`,
  count: (count: number) => (count === 1 ? "1 seleccionado" : `${count} seleccionados`),
  copyTitles: "Copiar títulos",
  copied: (count: number) => (count === 1 ? "Título copiado" : `${count} títulos copiados`),
  dismissed: (count: number) => (count === 1 ? "Descartado" : `${count} vídeos descartados`),
  clear: "Borrar selección",
};

/** The texts of what can be done with videos in Spanish. */
export const videoActions: Messages["videoActions"] = {
  title: "Acciones",
  open: "Abrir",
  copyLink: "Copiar enlace",
  linkCopied: "Enlace copiado",
  select: "Seleccionar",
  deselect: "Deseleccionar",
  showFile: "Mostrar archivo",
  retry: "Procesar de nuevo",
  uploadAgain: "Subir de nuevo",
  cancel: "Cancelar procesamiento",
  remove: (count: number) => (count === 1 ? "Eliminar vídeo" : `Eliminar ${count} vídeos`),
  deleted: (title: string) => `«${title}» eliminado`,
  deletedMany: (count: number) => `${count} vídeos eliminados`,
  failedMany: (count: number, reason: string) => `${count} vídeos: ${reason}`,
};
