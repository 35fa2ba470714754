import { asError } from "./backend";
import type { Code, Outlook } from "./bindings";
import { ages, lists, numbers, times } from "./intl";
import { messages } from "./messages";

/** Writes seconds as `1:02:03`, as YouTube writes the start of a chapter. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [
    Math.floor(whole / 3600),
    Math.floor(whole / 60) % 60,
    whole % 60,
  ];
  const pad = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(rest)}` : `${minutes}:${pad(rest)}`;
}

/** Writes a number as a person reads it. */
export function count(number: number): string {
  return numbers().format(number);
}

/** Writes a size as a person reads it. */
export function bytes(size: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const step = Math.min(units.length - 1, size < 1000 ? 0 : Math.floor(Math.log10(size) / 3));
  const format = numbers({
    style: "unit",
    unit: units[step],
    unitDisplay: "short",
    maximumFractionDigits: step < 2 ? 0 : 1,
  });
  return format.format(size / 1000 ** step);
}

/** Writes how long ago something was. */
export function age(time: string | null, now: number): string {
  if (time === null) return "";
  const seconds = (Date.parse(time) - now) / 1000;
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ];
  const format = ages({ numeric: "auto", style: "short" });
  for (const [unit, length] of steps) {
    if (Math.abs(seconds) >= length) return format.format(Math.round(seconds / length), unit);
  }
  return messages.justNow;
}

/** Names a day, given by its midnight: today, yesterday, or its date. */
export function dayName(midnight: Date, now: number): string {
  const days = Math.round((new Date(now).setHours(0, 0, 0, 0) - midnight.getTime()) / 86_400_000);
  if (days === 0 || days === 1) {
    const near = ages({ numeric: "auto" }).format(-days, "day");
    return near.charAt(0).toLocaleUpperCase() + near.slice(1);
  }
  const isThisYear = midnight.getFullYear() === new Date(now).getFullYear();
  const year = isThisYear ? undefined : "numeric";
  const parts = { weekday: "long", day: "numeric", month: "long", year } as const;
  return times(parts).format(midnight);
}

/** Makes a stage's id readable: `AUDIO_EXTRACTION` becomes `Audio extraction`. */
export function stageName(stageId: string): string {
  const known = messages.stages[stageId.toUpperCase()];
  if (known) return known;
  const words = stageId.replaceAll(/[_-]+/g, " ").toLowerCase().trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Begins an error of the core, which starts in lower case, as a sentence; names of files stay as they are. */
export function sentence(text: string): string {
  return /^[a-z]+(, | |: |$)/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

/** Returns what the core says of a failure or a state, in the window's language where that has words for its code. */
export function said(reason: { code: Code; message: string }): string {
  return messages.codes[reason.code] ?? sentence(reason.message);
}

/** Codes of which the message says what exactly is wrong, and the code does not. */
const EXACT: Code[] = ["file", "invalid_address", "invalid_content", "server_error"];

/** Returns why a setting was refused. */
export function refusalOf(thrown: unknown): string {
  const error = asError(thrown);
  if (!EXACT.includes(error.code)) return said(error);
  // Where the shell itself could not read what it was given, it says so first, to programmers.
  return sentence(error.message.replace(/^invalid args `\w+` for command `\w+`: /, ""));
}

/** What the core says where a studio said nothing. */
const NO_REASON = "the studio did not say why";

/** Returns what a studio says of a video's trouble, in the window's language where it knows the studio's code. */
export function trouble({ code, message }: { code: string; message: string }): string {
  const known = message === NO_REASON ? "no_reason" : code.toLowerCase();
  return messages.faults[known] ?? sentence(message);
}

/** Writes how long something still takes, in minutes, because a forecast is no promise; `now` is by the backend's clock. */
export function timeLeft({ stage_ends_at, then_seconds }: Outlook, now: number): string {
  // A stage that is late does not eat up the time of the next ones.
  const minutes = (Math.max(0, Date.parse(stage_ends_at) - now) / 1000 + then_seconds) / 60;
  return minutesLeft(minutes);
}

/** Writes how many minutes are left. */
export function minutesLeft(minutes: number): string {
  if (minutes <= 0) return messages.left.anyMoment;
  if (minutes < 1) return messages.left.lessThan(amount(1, "minute"));
  const [value, unit] = minutes < 90 ? [minutes, "minute"] : [minutes / 60, "hour"];
  return messages.left.about(amount(Math.round(value), unit));
}

/** Writes how long something took, in seconds, as short as it can be read. */
export function span(seconds: number): string {
  if (seconds < 60) return amount(seconds, "second", seconds < 10 ? 1 : 0);
  return clock(seconds);
}

function amount(value: number, unit: string, digits = 0): string {
  const format = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits };
  return numbers(format as Intl.NumberFormatOptions).format(value);
}

/** Makes a name for a file of a title. */
export function fileName(title: string | null): string {
  const words = (title ?? "").replace(/\.[a-z0-9]{2,4}$/i, "");
  return (
    words
      .replaceAll(/[/\\:*?"<>|\p{Cc}]+/gu, " ")
      .trim()
      .slice(0, 80) || "video"
  );
}

/** Writes when something was: the time alone, if it was today, and the year, if it was in another. */
export function moment(time: string, now: number, precision: "short" | "medium" = "short"): string {
  const [when, today] = [new Date(time), new Date(now)];
  if (today.toDateString() === when.toDateString()) {
    return times({ timeStyle: precision }).format(when);
  }
  const year = when.getFullYear() === today.getFullYear() ? undefined : "numeric";
  const day = { day: "numeric", month: "short", year, hour: "numeric", minute: "2-digit" } as const;
  return times(day).format(when);
}

/** Writes several names as one speaks of them. */
export function list(names: string[]): string {
  return lists({ type: "conjunction" }).format(names);
}

/** Writes a duration in milliseconds as a person reads it. */
export function duration(millis: number): string {
  return Math.abs(millis) < 1000
    ? amount(millis, "millisecond", 1)
    : amount(millis / 1000, "second", 1);
}

/** Writes a time of day with seconds. */
export function timeOfDay(time: string): string {
  return times({ timeStyle: "medium" }).format(new Date(time));
}

/** Writes a day, given as `2026-11-25`. */
export function day(date: string): string {
  return times({ dateStyle: "long", timeZone: "UTC" }).format(new Date(date));
}
