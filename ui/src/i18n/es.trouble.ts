import type { Messages } from "./en";

/** What a studio says of a video's trouble in Spanish, by its code; notifications read the same file. */
export { default as faults } from "./es.faults.json";

/** What the core says in Spanish, by its code. */
export const codes: Messages["codes"] = {
  language_model:
    "El modelo de lenguaje no dio una respuesta útil: revisa la dirección, el modelo y la clave en los ajustes",
  not_a_video: "Esto no es un vídeo: elige el archivo de vídeo",
  file: "No se puede leer el archivo: mira si sigue ahí",
  not_a_studio: "En esta dirección no hay un estudio que se describa: revísala",
  invalid_address: "Esto no puede ser una dirección: revísala",
  server_error: "El estudio respondió con un error: prueba otra vez",
  disk_full: "El disco está lleno: haz sitio",
  storage: "Lo que ocurre ahora no se puede guardar hasta que el disco vuelva a escribir",
  storage_unreadable: "Lo guardado no se pudo leer y se apartó",
  nothing_readable:
    "La conexión en vivo está abierta, pero no trae nada legible; también se pregunta cada medio minuto",
  storage_suspect:
    "Tallylight se cerró dos veces en un minuto: lo guardado se apartó y se carga de nuevo",
  storage_newer: "Lo guardado es de una versión más nueva y se apartó",
  invalid_content: "El estudio no acepta este contenido",
  sign_in_denied: "Se rechazó el inicio de sesión",
  keychain: "No se puede usar el llavero: la sesión dura hasta que se cierre Tallylight",
  insecure_address: "Aquí las contraseñas viajarían sin cifrar: usa https",
  unreachable: "No se llega al estudio: revisa la dirección y la red",
  untrusted_certificate: "El certificado del servidor no es de confianza",
  wrong_key: "El servidor de acceso no conoce esta clave",
  invalid_credentials: "El correo o la contraseña no son correctos",
  account_blocked: "Esta cuenta (aún) no puede iniciar sesión",
  sign_in_timeout: "Nadie respondió en el navegador: prueba otra vez",
  session_expired: "Tu sesión ha caducado: inicia sesión de nuevo",
  signed_out: "No hay ninguna sesión",
  rate_limited: "El estudio pide algo de tiempo: prueba más tarde",
  not_found: "Eso (ya) no existe",
  forbidden: "Esta cuenta no puede hacer eso",
  too_large: "El archivo es más grande de lo que admite el estudio",
  not_offered: "Este estudio no ofrece eso",
  conflict: "Otra persona cambió el vídeo mientras tanto",
  keychain_locked: "El llavero está bloqueado",
  socket_refused: "El estudio no permite la conexión en vivo; se pregunta cada pocos segundos",
  no_socket: "Este estudio no tiene conexión en vivo; se pregunta cada pocos segundos",
  closed: "Se cortó la conexión",
  silent: "No se supo nada del estudio durante un minuto",
  handshake_timeout: "El estudio no respondió a tiempo",
  replaced: "Otra ventana u otro ordenador ha tomado el relevo",
  slept: "El ordenador estuvo dormido; se conecta de nuevo",
  network_changed: "Cambió la red; se conecta de nuevo",
  captive_portal: "Otra cosa responde en lugar del estudio: quizá la página de acceso de una wifi",
};
