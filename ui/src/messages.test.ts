import { afterEach, describe, expect, it } from "vitest";
import { count, timeLeft } from "./format";
import { de } from "./i18n/de";
import { en } from "./i18n/en";
import { es } from "./i18n/es";
import { messages, speak } from "./messages";

afterEach(() => speak("en"));

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

describe("the languages", () => {
  it("have a text for everything, and none is empty", () => {
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

  it("write numbers and times as is done in them", async () => {
    const now = Date.parse("2026-01-01T12:00:00Z");
    await speak("de");
    expect(messages.list.emptyTitle).toBe("Noch keine Videos");
    expect([
      count(12_345),
      timeLeft({ stage_ends_at: "2026-01-01T12:04:10Z", then_seconds: 0 }, now),
    ]).toEqual(["12.345", "etwa 4 Min. übrig"]);
    await speak("es");
    expect(timeLeft({ stage_ends_at: "2026-01-01T11:00:00Z", then_seconds: 20 }, now)).toBe(
      "queda menos de 1 min",
    );
    expect(document.documentElement.lang).toBe("es");
  });

  it("are that of the system where the window speaks it, and English where not", async () => {
    const own = (languages: string[]) =>
      Object.defineProperty(navigator, "languages", { value: languages, configurable: true });
    own(["pl-PL", "de-AT", "en"]);
    await speak("system");
    expect(document.documentElement.lang).toBe("de");
    own(["pl-PL"]);
    await speak("system");
    expect(document.documentElement.lang).toBe("en");
    own(["en-US"]);
  });
});
