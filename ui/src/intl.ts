import { locale } from "./messages";

/**
 * Keeps what writes numbers and times in the window's language: to make one costs far more than to write with it, and a
 * list writes with the same few all the time.
 */
function kept<Options, Format>(
  make: (locale: string | undefined, options?: Options) => Format,
): (options?: Options) => Format {
  const made = new Map<string, Format>();
  return (options) => {
    // Somebody who travels takes the window along.
    const key = `${locale} ${new Date().getTimezoneOffset()} ${JSON.stringify(options)}`;
    let format = made.get(key);
    if (!format) made.set(key, (format = make(locale, options)));
    return format;
  };
}

export const numbers = kept(
  (tag, options?: Intl.NumberFormatOptions) => new Intl.NumberFormat(tag, options),
);
export const times = kept(
  (tag, options?: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(tag, options),
);
export const ages = kept(
  (tag, options?: Intl.RelativeTimeFormatOptions) => new Intl.RelativeTimeFormat(tag, options),
);
export const lists = kept(
  (tag, options?: Intl.ListFormatOptions) => new Intl.ListFormat(tag, options),
);
