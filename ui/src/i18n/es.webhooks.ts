import type { Messages } from "./en";

/** The texts of webhooks in Spanish. */
export const webhooks: Messages["webhooks"] = {
  service: "Servicio",
  services: {
    tallylight: "Otro (JSON)",
    ntfy: "ntfy",
    pushover: "Pushover",
    slack: "Slack",
    discord: "Discord",
  },
  hints: {
    tallylight: "Recibe el vídeo como JSON, firmado con el secreto del webhook.",
    ntfy: "La URL de tu tema: el servidor y el nombre al que te suscribiste en la app de ntfy.",
    pushover:
      "Crea una aplicación en pushover.net para obtener su token. Tu clave de usuario está en la misma página.",
    slack: "En Slack: la configuración de tu app, Incoming Webhooks, Add New Webhook.",
    discord: "En Discord: ajustes del canal, Integraciones, Webhooks, Copiar URL del webhook.",
  },
  token: "Token de la aplicación",
  user: "Clave de usuario",
  keysHint:
    "Se guarda en el llavero y no se vuelve a mostrar. Deja ambos campos vacíos para usar los guardados.",
  bothKeys: "Introduce ambas claves o ninguna",
  sendTo: (service: string) => `enviar a ${service}`,
  test: "Enviar una prueba",
  testRule: (rule: string) => `Enviar una prueba: «${rule}»`,
  testing: "Enviando…",
  tested: "Prueba enviada",
  testFailed: (reason: string) => `La prueba ha fallado: ${reason}`,
};
