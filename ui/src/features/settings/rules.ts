import type { Automation } from "../../ipc/bindings";
import { locale } from "../../state/locale.svelte";

/** Returns the description of an automation rule. */
export function ruleText({ when, run, webhook, format = "tallylight" }: Automation): string {
  const { conditions, runText, webhookText } = locale.messages.settings;
  const { sendTo, services } = locale.messages.webhooks;
  const isBoth = when.includes("completed") && when.includes("failed");
  const condition = isBoth
    ? conditions.both
    : when.includes("failed")
      ? conditions.failed
      : conditions.completed;
  if (!webhook) return `${condition}: ${runText(commandText(run ?? []))}`;
  // The URL of a service is a secret.
  const action = format === "tallylight" ? webhookText(webhook) : sendTo(services[format]);
  return `${condition}: ${action}`;
}

/** Returns a command on one line, with quotes around empty arguments and those with spaces. */
function commandText(run: string[]): string {
  return run.map((argument) => (/^$|\s/.test(argument) ? `"${argument}"` : argument)).join(" ");
}

/** Parses a command with one argument per line; empty lines at the end are ignored. */
export function parseCommand(text: string): string[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => line.replace(/\r$/, ""));
}
