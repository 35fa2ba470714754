import type { Automation } from "../bindings";
import { messages } from "../messages";

/** Writes a rule as a person reads it. */
export function ruleWords({ when, run, webhook }: Automation): string {
  const { whens, runs, tells } = messages.settings;
  const isBoth = when.includes("completed") && when.includes("failed");
  const occasion = isBoth ? whens.both : when.includes("failed") ? whens.failed : whens.completed;
  return `${occasion}: ${webhook ? tells(webhook) : runs(command(run ?? []))}`;
}

/** Writes a command so that one sees where an argument with spaces ends. */
function command(run: string[]): string {
  return run.map((part) => (/^$|\s/.test(part) ? `"${part}"` : part)).join(" ");
}

/** Reads a command that has one argument per line; empty lines at the end are none. */
export function readCommand(text: string): string[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => line.replace(/\r$/, ""));
}
