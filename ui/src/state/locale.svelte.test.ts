import { flushSync } from "svelte";
import { afterEach, describe, expect, it } from "vitest";
import { formatNumber } from "../format/numbers";
import { formatTimeLeft } from "../format/time";
import { de } from "../i18n/de";
import { en } from "../i18n/en";
import { es } from "../i18n/es";
import { locale } from "./locale.svelte";

afterEach(() => locale.setLanguage("en"));

/** Returns every text of a dictionary by its place, with what a function makes of a few words. */
function texts(part: unknown, place = ""): [string, string][] {
  if (typeof part === "string") return [[place, part]];
  if (typeof part === "function") {
    const call = part as (...words: unknown[]) => string;
    return [[place, call(2, 3)]];
  }
  return Object.entries(part as object).flatMap(([name, inner]) =>
    texts(inner, `${place}.${name}`),
  );
}

describe("languages", () => {
  it("have every text, and none is empty", () => {
    const places = (dictionary: object) =>
      texts(dictionary)
        .map(([place]) => place)
        .filter((place) => !/^.(codes|faults)/.test(place));
    for (const dictionary of [de, es]) {
      expect(places(dictionary)).toEqual(places(en));
      for (const [place, text] of texts(dictionary)) expect(text.trim(), place).not.toBe("");
      expect(texts(dictionary).filter(([, text]) => text.includes("undefined"))).toEqual([]);
    }
  });

  it("format numbers and times", async () => {
    const now = Date.parse("2026-01-01T12:00:00Z");
    await locale.setLanguage("de");
    expect(locale.messages.list.emptyTitle).toBe("Noch keine Videos");
    expect([
      formatNumber(12_345),
      formatTimeLeft({ stage_ends_at: "2026-01-01T12:04:10Z", then_seconds: 0 }, now),
    ]).toEqual(["12.345", "Noch etwa 4 Min."]);
    await locale.setLanguage("es");
    expect(formatTimeLeft({ stage_ends_at: "2026-01-01T11:00:00Z", then_seconds: 20 }, now)).toBe(
      "Queda menos de un minuto",
    );
    expect(document.documentElement.lang).toBe("es");
  });

  it("follow the system if available, else English", async () => {
    const own = (languages: string[]) =>
      Object.defineProperty(navigator, "languages", { value: languages, configurable: true });
    own(["pl-PL", "de-AT", "en"]);
    await locale.setLanguage("system");
    expect(document.documentElement.lang).toBe("de");
    own(["pl-PL"]);
    await locale.setLanguage("system");
    expect(document.documentElement.lang).toBe("en");
    own(["en-US"]);
  });
});

describe("the locale", () => {
  it("is reactive in modules, for texts and for formats", async () => {
    const seen: string[] = [];
    const stop = $effect.root(() => {
      $effect(() => void seen.push(`${locale.messages.close} ${formatNumber(12_345)}`));
    });
    flushSync();
    await locale.setLanguage("de");
    flushSync();
    stop();
    expect(seen).toEqual([`${en.close} 12,345`, `${de.close} 12.345`]);
  });

  it("applies the last language if it is changed while another one loads", async () => {
    await Promise.all([locale.setLanguage("de"), locale.setLanguage("en")]);
    expect(locale.messages).toBe(en);
    expect(document.documentElement.lang).toBe("en");
  });
});
