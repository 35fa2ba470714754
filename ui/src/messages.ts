import type { Language } from "./bindings";
import { en, type Messages } from "./i18n/en";

/** Every text of the window, in the language that it speaks. */
export let messages: Messages = en;
/** How numbers, times and names are written; undefined for the system's own way. */
export let locale: string | undefined;

type Spoken = Exclude<Language, "system">;

const dictionaries: Record<Spoken, () => Promise<Messages>> = {
  en: () => Promise.resolve(en),
  de: () => import("./i18n/de").then((module) => module.de),
  es: () => import("./i18n/es").then((module) => module.es),
};

/** What each language calls itself. */
export const languages: Record<Spoken, string> = { en: "English", de: "Deutsch", es: "Español" };

/** Makes the window speak a language; what is shown already must be drawn anew. */
export async function speak(language: Language): Promise<void> {
  const wanted = language === "system" ? navigator.languages : [language];
  const tag = wanted.find((tag) => base(tag) in dictionaries) ?? "en";
  messages = await dictionaries[base(tag) as Spoken]();
  // Somebody in Vienna who reads German wants Austria's dates.
  const own = navigator.languages.find((own) => base(own) === base(tag));
  locale =
    language === "system" && base(navigator.language) === base(tag) ? undefined : (own ?? tag);
  document.documentElement.lang = base(tag);
}

function base(tag: string): string {
  return tag.split("-")[0]?.toLowerCase() ?? tag;
}
