import texts from "./es.faults.json";
import type { CodeTexts, FaultTexts } from "./en";

/** What a studio says of a video's trouble in Spanish, by its code; notifications read the same file. */
export const faults: FaultTexts = texts;

/** What the core says in Spanish, by its code. */
export const codes: CodeTexts = {
  internal: "Error interno. Reinicia Tallylight.",
  message_too_large: "El estudio envió un mensaje demasiado grande. Consulta a tu administrador.",
  shutting_down: "Tallylight se está cerrando.",
  language_model:
    "El modelo de lenguaje no envió una respuesta válida. Revisa la URL, el modelo y la clave de API en los ajustes.",
  not_a_video: "No es un archivo de vídeo. Elige un archivo de vídeo.",
  file: "No se pudo leer el archivo. Comprueba que todavía existe.",
  not_a_studio: "No hay ningún estudio de Tallylight en esta dirección. Revisa la URL.",
  invalid_address: "Escribe una URL válida.",
  server_error: "El estudio devolvió un error. Inténtalo de nuevo más tarde.",
  disk_full: "No hay espacio suficiente en el disco. Libera espacio.",
  storage: "No se pueden guardar los cambios en este ordenador. Comprueba el disco.",
  storage_unreadable:
    "Los datos locales estaban dañados y se cargarán de nuevo. Se conservó una copia de los archivos anteriores.",
  nothing_readable:
    "No se pudieron leer las actualizaciones en directo. Se comprueban los cambios cada 30 segundos.",
  storage_suspect:
    "Tallylight se cerró inesperadamente dos veces. Los datos locales se cargarán de nuevo. Se conservó una copia de los archivos anteriores.",
  storage_newer:
    "Los datos locales son de una versión más reciente de Tallylight y se cargarán de nuevo. Se conservó una copia de los archivos anteriores.",
  wrong_state: "El vídeo ya no está en un estado que lo permita.",
  invalid_content: "El estudio rechazó este contenido. Revisa el texto.",
  sign_in_denied: "Inicio de sesión rechazado. Inténtalo de nuevo.",
  keychain: "El llavero no está disponible. La sesión se mantendrá hasta que cierres Tallylight.",
  insecure_address: "Se requiere HTTPS, excepto en este ordenador.",
  unreachable: "No se pudo conectar con el estudio. Revisa la URL y tu conexión a Internet.",
  untrusted_certificate:
    "El certificado del servidor no es de confianza. Añade un certificado de CA en los ajustes.",
  wrong_key: "La clave pública no es válida. Consulta a tu administrador.",
  invalid_credentials: "El correo o la contraseña no son correctos.",
  account_blocked:
    "Esta cuenta no puede iniciar sesión. Confirma tu correo o consulta a tu administrador.",
  sign_in_timeout: "Se agotó el tiempo para iniciar sesión. Inténtalo de nuevo.",
  session_expired: "Tu sesión ha caducado. Inicia sesión de nuevo.",
  signed_out: "No has iniciado sesión.",
  rate_limited: "Demasiadas solicitudes. Inténtalo de nuevo más tarde.",
  not_found: "No encontrado. Puede que se haya eliminado.",
  forbidden: "No tienes permiso. Consulta a tu administrador.",
  too_large: "El archivo supera el tamaño máximo del estudio.",
  not_offered: "No disponible en este estudio.",
  conflict: "Conflicto: elige una versión. El vídeo se modificó en otro lugar.",
  keychain_locked: "El llavero está bloqueado. Desbloquéalo para continuar.",
  socket_refused:
    "El estudio no permite actualizaciones en directo. Se comprueban los cambios cada pocos segundos.",
  no_socket:
    "Este estudio no ofrece actualizaciones en directo. Se comprueban los cambios cada pocos segundos.",
  closed: "Conexión interrumpida.",
  silent: "El estudio no responde desde hace un minuto.",
  handshake_timeout: "Se agotó el tiempo de espera: el estudio no respondió.",
  replaced: "Las actualizaciones en directo se han movido a otra ventana u ordenador.",
  slept: "El ordenador estaba en suspensión. Reconectando.",
  network_changed: "La red ha cambiado. Reconectando.",
  captive_portal:
    "La red bloquea el acceso al estudio. Inicia sesión en la página de acceso de la red wifi.",
};
