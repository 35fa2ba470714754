import { locale } from "../state/locale.svelte";

/**
 * Caches the formatters of one kind for the current locale: creating one costs far more than using it, and a list
 * formats thousands of values with the same few.
 */
function cached<Options, Format>(
  create: (tag: string | undefined, options?: Options) => Format,
): (options?: Options) => Format {
  const formats = new Map<string, Format>();
  return (options) => {
    // The time zone can change while the window is open.
    const key = `${locale.tag} ${new Date().getTimezoneOffset()} ${JSON.stringify(options)}`;
    let format = formats.get(key);
    if (!format) formats.set(key, (format = create(locale.tag, options)));
    return format;
  };
}

export const numberFormat = cached(
  (tag, options?: Intl.NumberFormatOptions) => new Intl.NumberFormat(tag, options),
);
export const dateTimeFormat = cached(
  (tag, options?: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(tag, options),
);
export const relativeTimeFormat = cached(
  (tag, options?: Intl.RelativeTimeFormatOptions) => new Intl.RelativeTimeFormat(tag, options),
);
export const listFormat = cached(
  (tag, options?: Intl.ListFormatOptions) => new Intl.ListFormat(tag, options),
);
