import type { Messages } from "./en";

/** The texts of the settings in Spanish. */
export const settings: Messages["settings"] = {
  title: "Ajustes",
  sections: {
    general: "General",
    account: "Cuenta",
    notifications: "Notificaciones",
    data: "Datos",
    network: "Red",
    automation: "Automatización",
    advanced: "Avanzado",
  },

  theme: "Apariencia",
  themes: { system: "Como el sistema", light: "Clara", dark: "Oscura" },
  language: "Idioma",
  systemLanguage: "Como el sistema",
  startAtLogin: "Abrir Tallylight cuando inicio sesión en el ordenador",
  otherFolder: "No disponible mientras Tallylight guarde sus datos en otra carpeta.",
  closing: "Al cerrar la ventana",
  closings: {
    auto: { present: "Seguir en la bandeja", absent: "Preguntar" },
    hide: {
      present: "Seguir siempre, también sin bandeja",
      absent: "Seguir en segundo plano",
    },
    quit: "Salir",
  },

  nobody: "No hay ninguna sesión.",
  signedIn: "Sesión de",
  studio: "Estudio",

  tellMe: "Avísame cuando",
  notices: {
    completed: "Un vídeo esté listo",
    failed: "Un vídeo haya fallado",
    warning: "Convenga mirar un vídeo",
  },
  soundTitle: "Sonido",
  sound: "Reproducir un sonido con cada notificación",
  quietTitle: "Horas de silencio",
  quietHours: "Guardar silencio cada día",
  quietHint: "Lo que pase mientras tanto se cuenta después en una sola notificación.",
  quiet: { from: "De", to: "A" },
  pauseTitle: "Pausar las notificaciones",
  notPaused: "Las notificaciones se muestran.",
  forAnHour: "Una hora",
  untilTomorrow: "Hasta mañana",
  resume: "Reanudar",

  retention: "Días que los vídeos terminados se guardan en este ordenador",
  retentionHint:
    "Se cuentan desde su último cambio. Los más antiguos se piden al estudio en cada inicio.",
  days: (fewest: number, most: number) => `Escribe un número entero de ${fewest} a ${most}`,
  folder: "Dónde se guarda todo",
  openFolder: "Abrir la carpeta",
  clearTitle: "Empezar de nuevo",
  clear: "Vaciar la lista y las imágenes…",
  clearQuestion:
    "La lista y sus imágenes se olvidan aquí y se piden de nuevo. Los textos aún sin guardar se quedan.",
  clearSure: "Vaciar",
  cleared: "Se pide todo de nuevo.",

  proxy: "Proxy",
  proxies: { system: "Sistema", none: "Ninguno", this: "Este" },
  proxyAddress: "Dirección del proxy",
  proxyHint: "http://proxy:3128 o socks5://proxy:1080",
  certificate: "Otros certificados",
  certificateHint:
    "Un archivo en formato PEM, para un estudio cuyo certificado este ordenador no conoce.",
  choose: "Elegir…",
  removeCertificate: "Quitar",

  automationHint:
    "Algo que se hace por sí solo al final de un vídeo. Nada, hasta que añadas una regla.",
  whens: {
    completed: "Cuando un vídeo está listo",
    failed: "Cuando un vídeo ha fallado",
    both: "Cuando un vídeo está listo o ha fallado",
  },
  runs: (command: string) => `ejecutar ${command}`,
  tells: (address: string) => `avisar a ${address}`,
  remove: "Quitar",
  removeRule: (rule: string) => `Quitar «${rule}»`,
  addRule: "Añadir una regla…",
  newRule: "Regla nueva",
  add: "Añadir",
  when: "Cuándo",
  what: "Qué hacer",
  runProgram: "Ejecutar un programa",
  callWebhook: "Llamar a un webhook",
  command: "Programa y argumentos, uno por línea",
  commandHint:
    "La primera línea es el programa. No se usa ninguna shell; el vídeo llega como JSON por la entrada estándar.",
  webhook: "Dirección del webhook",
  whenMissing: "Elige cuándo se hace",
  programMissing: "Escribe el programa en la primera línea",
  addressMissing: "Escribe la dirección",
  secretTitle: "Secreto de los webhooks",
  secretHint:
    "Firma lo que reciben los webhooks: la cabecera X-Tallylight-Signature es el HMAC-SHA256 de «<marca de tiempo>.<cuerpo>». Se guarda en el llavero y no se vuelve a mostrar.",
  secret: "Secreto nuevo",
  saveSecret: "Guardar",
  secretSaved: "Guardado",

  updates: "Versión",
  logLevel: "Qué se anota en el registro",
  levels: {
    error: "Errores",
    warn: "Advertencias",
    info: "Lo normal",
    debug: "Todo",
  },
  help: "Si algo va mal",
  connection: "Conexión y diagnóstico",
  reset: "Volver a empezar",
  file: "Los ajustes están en",
  resetSettings: "Restablecer los ajustes…",
  resetQuestion: "Todo vuelve a ser como al principio. El archivo anterior se queda al lado.",
  resetSure: "Restablecer",
};
