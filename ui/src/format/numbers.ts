import { listFormat, numberFormat } from "./intl";

/** Formats a number with the separators of the language. */
export function formatNumber(number: number): string {
  return numberFormat().format(number);
}

/** Formats a size in bytes with the largest fitting decimal unit. */
export function formatBytes(size: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const step = Math.min(units.length - 1, size < 1000 ? 0 : Math.floor(Math.log10(size) / 3));
  const format = numberFormat({
    style: "unit",
    unit: units[step],
    unitDisplay: "short",
    maximumFractionDigits: step < 2 ? 0 : 1,
  });
  return format.format(size / 1000 ** step);
}

/** Formats a number with its unit, which is an identifier of `Intl.NumberFormat`. */
export function formatUnit(value: number, unit: string, digits = 0): string {
  const format = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits };
  return numberFormat(format as Intl.NumberFormatOptions).format(value);
}

/** Joins names with commas and a final "and". */
export function formatList(names: string[]): string {
  return listFormat({ type: "conjunction" }).format(names);
}
