import { afterEach, describe, expect, it } from "vitest";
import { locale } from "../state/locale.svelte";
import { errorText, faultText } from "./errors";

afterEach(() => locale.setLanguage("en"));

describe("texts of codes", () => {
  it("of a studio are translated if the code is known, else its own message is shown", async () => {
    const skipped = { code: "TRANSCRIPTION_SKIPPED", message: "no speech recognition" };
    expect(faultText(skipped)).toBe("No speech recognition");
    await locale.setLanguage("de");
    expect(faultText(skipped)).toBe("Kein Transkript: Es ist keine Spracherkennung eingerichtet.");
    expect(faultText({ code: "odd", message: "as it is" })).toBe("As it is");
  });

  it("of the core are translated, except for what a studio says of a text", async () => {
    await locale.setLanguage("es");
    expect(errorText({ code: "conflict", message: "it was changed" })).toMatch(/^Conflicto/);
    expect(errorText({ code: "invalid_content", message: "this is not allowed" })).toBe(
      "This is not allowed",
    );
  });
});
