import type { Messages } from "./en";

/** What a person reads before the first video, in Spanish. */
export const firstRun: Messages["firstRun"] = {
  studio:
    "Un estudio es el servidor en el que se procesan los vídeos de tu equipo. Escribe su URL.",
  computer:
    "Cada vídeo recibe miniaturas, capítulos y textos para copiar, y una transcripción si tiene subtítulos o añades un modelo de voz. Todo en este ordenador: sin cuenta ni nube.",
  computerKeychain:
    "La clave de tus vídeos se guarda en el llavero de este ordenador, que quizá te pida desbloquearlo.",
  signInKeychain:
    "Tu sesión se guarda en el llavero de este ordenador, que quizá te pida desbloquearlo. Tu contraseña no se guarda.",
  empty:
    "Arrastra un vídeo aquí. Recibe miniaturas y capítulos, una transcripción si tiene subtítulos o hay un modelo de voz configurado, y textos para copiar.",
  sample: "Probar con un ejemplo",
  makingSample: "Creando el vídeo de ejemplo…",
};
