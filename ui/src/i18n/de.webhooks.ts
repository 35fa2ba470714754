import type { Messages } from "./en";

/** The texts of webhooks in German. */
export const webhooks: Messages["webhooks"] = {
  service: "Dienst",
  services: {
    tallylight: "Anderer (JSON)",
    ntfy: "ntfy",
    pushover: "Pushover",
    slack: "Slack",
    discord: "Discord",
  },
  hints: {
    tallylight: "Erhält das Video als JSON, signiert mit dem Webhook-Secret.",
    ntfy: "Die URL deines Themas: der Server und der Name, den du in der ntfy-App abonniert hast.",
    pushover:
      "Lege auf pushover.net eine Anwendung an, um ihr Token zu erhalten. Dein Benutzerschlüssel steht auf derselben Seite.",
    slack: "In Slack: Einstellungen deiner App, Incoming Webhooks, Add New Webhook.",
    discord: "In Discord: Kanal bearbeiten, Integrationen, Webhooks, Webhook-URL kopieren.",
  },
  token: "Token der Anwendung",
  user: "Benutzerschlüssel",
  keysHint:
    "Wird im Schlüsselbund gespeichert und nicht mehr angezeigt. Lass beide Felder leer, um die gespeicherten zu verwenden.",
  bothKeys: "Gib beide Schlüssel ein oder keinen",
  sendTo: (service: string) => `an ${service} senden`,
  test: "Test senden",
  testRule: (rule: string) => `Test senden: „${rule}“`,
  testing: "Wird gesendet…",
  tested: "Test gesendet",
  testFailed: (reason: string) => `Test fehlgeschlagen: ${reason}`,
};
