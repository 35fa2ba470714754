import type { Backend } from "../../ipc/backend";
import type { Automation, WebhookFormat } from "../../ipc/bindings";
import { locale } from "../../state/locale.svelte";
import type { Refusal } from "../../components/refusal";

/** The keys of Pushover, as they were typed. */
export interface PushoverKeys {
  token: string;
  user: string;
}

/** The URL of Pushover's API, which is the same for everybody. */
const PUSHOVER_URL = "https://api.pushover.net/1/messages.json";

/** Examples of URLs, for empty fields. */
export const WEBHOOK_EXAMPLES: Record<WebhookFormat, string> = {
  tallylight: "https://hooks.example.com/video",
  ntfy: "https://ntfy.sh/my-topic",
  pushover: PUSHOVER_URL,
  slack: "https://hooks.slack.com/services/…",
  discord: "https://discord.com/api/webhooks/…",
};

/** Returns the part of a rule that calls a webhook. */
export function webhookOf(
  format: WebhookFormat,
  address: string,
): Pick<Automation, "webhook" | "format"> {
  const webhook = format === "pushover" ? PUSHOVER_URL : address.trim();
  // The default is left out, as in the settings file.
  return format === "tallylight" ? { webhook } : { webhook, format };
}

/** Stores the keys of Pushover, if some were typed. */
export async function storeKeys(backend: Backend, keys: PushoverKeys): Promise<void> {
  const { token, user } = keys;
  if (token !== "" || user !== "") await backend.setPushoverKeys(token.trim(), user.trim());
}

/** Returns why a webhook is incomplete. Without keys, the stored ones are used. */
export function missingForWebhook(
  format: WebhookFormat,
  address: string,
  { token, user }: PushoverKeys,
): Refusal {
  if (format !== "pushover") {
    return address.trim() === "" ? () => locale.messages.settings.addressMissing : null;
  }
  const isHalf = (token.trim() === "") !== (user.trim() === "");
  return isHalf ? () => locale.messages.webhooks.bothKeys : null;
}
