import type { Eta } from "../ipc/bindings";
import { locale } from "../state/locale.svelte";
import { dateTimeFormat, relativeTimeFormat } from "./intl";
import { formatUnit } from "./numbers";

/** Formats seconds as `1:02:03`, the notation of YouTube's chapters. */
export function formatTimecode(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [
    Math.floor(whole / 3600),
    Math.floor(whole / 60) % 60,
    whole % 60,
  ];
  const pad = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(rest)}` : `${minutes}:${pad(rest)}`;
}

/** Formats how long ago a time was; empty for an unknown time. */
export function formatAge(time: string | null, now: number): string {
  if (time === null) return "";
  const seconds = (Date.parse(time) - now) / 1000;
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ];
  const format = relativeTimeFormat({ numeric: "auto", style: "short" });
  for (const [unit, length] of steps) {
    if (Math.abs(seconds) >= length) return format.format(Math.round(seconds / length), unit);
  }
  return locale.messages.justNow;
}

/** Formats a day, given by its midnight, as "today", "yesterday" or a date. */
export function formatDayHeading(midnight: Date, now: number): string {
  const days = Math.round((new Date(now).setHours(0, 0, 0, 0) - midnight.getTime()) / 86_400_000);
  if (days === 0 || days === 1) {
    const near = relativeTimeFormat({ numeric: "auto" }).format(-days, "day");
    return near.charAt(0).toLocaleUpperCase() + near.slice(1);
  }
  const isThisYear = midnight.getFullYear() === new Date(now).getFullYear();
  const year = isThisYear ? undefined : "numeric";
  const parts = { weekday: "long", day: "numeric", month: "long", year } as const;
  return dateTimeFormat(parts).format(midnight);
}

/** Formats the estimated time left in minutes, because an estimate is not exact; `now` is the backend's time. */
export function formatTimeLeft({ stage_ends_at, then_seconds }: Eta, now: number): string {
  // A stage that is late must not shorten the estimate of the stages that follow.
  const minutes = (Math.max(0, Date.parse(stage_ends_at) - now) / 1000 + then_seconds) / 60;
  return formatMinutesLeft(minutes);
}

/** Formats how many minutes are left. */
export function formatMinutesLeft(minutes: number): string {
  const texts = locale.messages.timeLeft;
  if (minutes <= 0) return texts.finishing;
  if (minutes < 1) return texts.lessThanMinute;
  const [value, unit] = minutes < 90 ? [minutes, "minute"] : [minutes / 60, "hour"];
  return texts.about(formatUnit(Math.round(value), unit));
}

/** Formats a duration in seconds, as short as possible. */
export function formatSeconds(seconds: number): string {
  if (seconds < 60) return formatUnit(seconds, "second", seconds < 10 ? 1 : 0);
  return formatTimecode(seconds);
}

/** Formats a duration given in milliseconds. */
export function formatMilliseconds(millis: number): string {
  return Math.abs(millis) < 1000
    ? formatUnit(millis, "millisecond", 1)
    : formatUnit(millis / 1000, "second", 1);
}

/** Formats a date and time: only the time if it is today, with the year if it is in another year. */
export function formatDateTime(
  time: string,
  now: number,
  precision: "short" | "medium" = "short",
): string {
  const [when, today] = [new Date(time), new Date(now)];
  if (today.toDateString() === when.toDateString()) {
    return dateTimeFormat({ timeStyle: precision }).format(when);
  }
  const year = when.getFullYear() === today.getFullYear() ? undefined : "numeric";
  const parts = {
    day: "numeric",
    month: "short",
    year,
    hour: "numeric",
    minute: "2-digit",
  } as const;
  return dateTimeFormat(parts).format(when);
}

/** Formats a time of day with seconds. */
export function formatTimeOfDay(time: string): string {
  return dateTimeFormat({ timeStyle: "medium" }).format(new Date(time));
}

/** Formats a date, given as `2026-11-25`. */
export function formatDate(date: string): string {
  return dateTimeFormat({ dateStyle: "long", timeZone: "UTC" }).format(new Date(date));
}
