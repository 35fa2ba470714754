import type { WebhookFormat } from "../ipc/bindings";

/** The texts of webhooks in English. */
export const webhooks = {
  service: "Service",
  services: {
    tallylight: "Other (JSON)",
    ntfy: "ntfy",
    pushover: "Pushover",
    slack: "Slack",
    discord: "Discord",
  } satisfies Record<WebhookFormat, string>,
  hints: {
    tallylight: "Receives the video as JSON, signed with the webhook secret.",
    ntfy: "The URL of your topic: the server, then the name that you subscribed to in the ntfy app.",
    pushover:
      "Create an application at pushover.net to get its token. Your user key is on the same page.",
    slack: "In Slack: your app’s settings, Incoming Webhooks, Add New Webhook.",
    discord: "In Discord: the channel’s settings, Integrations, Webhooks, Copy Webhook URL.",
  } satisfies Record<WebhookFormat, string>,
  token: "Application token",
  user: "User key",
  keysHint:
    "Stored in the keychain and not shown again. Leave both empty to use the ones that are stored.",
  bothKeys: "Enter both keys, or none",
  sendTo: (service: string) => `send to ${service}`,
  test: "Send a test",
  testRule: (rule: string) => `Send a test: “${rule}”`,
  testing: "Sending…",
  tested: "Test sent",
  testFailed: (reason: string) => `Test failed: ${reason}`,
};
