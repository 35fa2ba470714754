import type { Messages } from "./en";

/** The texts of the mini strip in Spanish. */
export const strip: Messages["strip"] = {
  title: "Minipanel",
  shortcut: "Minipanel y volver",
  list: "Vídeos en proceso",
  expand: "Abrir la ventana completa",
  none: "No se está procesando nada",
  notSignedIn: "Sin iniciar sesión",
  interrupted: "Interrumpida",
  review: (count: number) => (count === 1 ? "1 vídeo por revisar" : `${count} vídeos por revisar`),
  more: (count: number) => `${count} más`,
};

/** The texts of the settings of the window in Spanish. */
export const windowSettings: Messages["windowSettings"] = {
  title: "Ventana",
  onTop: "Siempre visible",
  turnOnTopOn: "Activar «Siempre visible»",
  turnOnTopOff: "Desactivar «Siempre visible»",
  waylandOnTop:
    "Puede que Wayland lo ignore. En ese caso, usa el menú de la barra de título de la ventana.",
  shortcut: "Atajo que muestra u oculta la ventana",
  shortcutOff: "Desactivado",
  clearShortcut: "Desactivar el atajo",
  invalidShortcut: "Pulsa una letra, un número o una tecla de función junto con Ctrl, Alt o Super.",
  shortcutStates: {
    off: "Selecciona el campo y pulsa las teclas, por ejemplo Ctrl+Shift+Y.",
    active: "Funciona en todos los programas.",
    taken: "Otro programa usa este atajo. Elige otro.",
    no_such_key: "Este teclado no tiene esa tecla. Elige otra.",
    unsupported:
      "Este escritorio no pasa atajos a los programas en segundo plano. En sus propios ajustes, un atajo puede iniciar Tallylight, lo que muestra la ventana.",
  },
};
