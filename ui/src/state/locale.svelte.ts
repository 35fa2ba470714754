import { en, type Messages } from "../i18n/en";
import type { Language } from "../ipc/bindings";

type LanguageTag = Exclude<Language, "system">;

const dictionaries: Record<LanguageTag, () => Promise<Messages>> = {
  en: () => Promise.resolve(en),
  de: () => import("../i18n/de").then((module) => module.de),
  es: () => import("../i18n/es").then((module) => module.es),
};

/** The available languages, each by its own name. */
export const languages: Record<LanguageTag, string> = {
  en: "English",
  de: "Deutsch",
  es: "Español",
};

/**
 * The language of the window.
 *
 * Both `messages` and `tag` are reactive: a change of language updates every text in place and remounts nothing.
 */
class Locale {
  #messages = $state.raw<Messages>(en);
  #tag = $state<string>();
  /** The number of the latest call of `setLanguage`. */
  #latest = 0;

  /** Every text of the window in the current language. */
  get messages(): Messages {
    return this.#messages;
  }

  /** The BCP 47 tag for formatting numbers, times and lists; undefined for the format of the system. */
  get tag(): string | undefined {
    return this.#tag;
  }

  /** Changes the language. If it is called again while a dictionary loads, the last call wins. */
  async setLanguage(language: Language): Promise<void> {
    const call = ++this.#latest;
    const requested = language === "system" ? navigator.languages : [language];
    const tag = requested.find((tag) => primary(tag) in dictionaries) ?? "en";
    const messages = await dictionaries[primary(tag) as LanguageTag]();
    if (call !== this.#latest) return;
    this.#messages = messages;
    this.#tag = formatTag(language, tag);
    document.documentElement.lang = primary(tag);
  }
}

export const locale = new Locale();

/** Returns the tag for formatting: the person's regional variant of the language, if the system lists one. */
function formatTag(language: Language, tag: string): string | undefined {
  const isSystem = language === "system" && primary(navigator.language) === primary(tag);
  if (isSystem) return undefined;
  return navigator.languages.find((own) => primary(own) === primary(tag)) ?? tag;
}

/** Returns the primary language of a tag: `de` of `de-AT`. */
function primary(tag: string): string {
  return tag.split("-")[0]?.toLowerCase() ?? tag;
}
