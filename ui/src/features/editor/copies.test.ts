import { describe, expect, it } from "vitest";
import type { Content, Field } from "../../ipc/bindings";
import { type CopyKind, descriptionCopy, youtubeCopies } from "./copies";

type Texts = Partial<Record<Field, Content>>;

const copiesOf = (texts: Texts) => youtubeCopies((field) => texts[field] ?? null);
const copied = (texts: Texts, kind: CopyKind) =>
  copiesOf(texts).find((copy) => copy.kind === kind)?.text;
const kinds = (texts: Texts) => copiesOf(texts).map((copy) => copy.kind);
const chapters = (...starts: number[]) =>
  starts.map((start_seconds, index) => ({ start_seconds, title: `Part ${index + 1}` }));

describe("the description with chapters", () => {
  it("three chapters: has a line for each, ascending, after a blank line", () => {
    const texts = { DESCRIPTION: "A walk.\n", CHAPTERS: chapters(0, 65.7, 3723) };
    const expected = "A walk.\n\n0:00 Part 1\n1:05 Part 2\n1:02:03 Part 3";
    expect(descriptionCopy(copiesOf(texts))?.text).toBe(expected);
    const unsorted = { ...texts, CHAPTERS: chapters(0, 65.7, 3723).reverse() };
    expect(descriptionCopy(copiesOf(unsorted))?.text).toBe(expected);
    expect(copied(texts, "chapters")).toBe("0:00 Part 1\n1:05 Part 2\n1:02:03 Part 3");
    expect(copied(texts, "description")).toBe("A walk.\n");
  });

  it("fewer than three, or not from 0:00: cuts nothing off, because YouTube links each time", () => {
    expect(
      copied({ DESCRIPTION: "A walk.", CHAPTERS: chapters(0, 65) }, "descriptionWithChapters"),
    ).toBe("A walk.\n\n0:00 Part 1\n1:05 Part 2");
    expect(
      copied({ DESCRIPTION: "A walk.", CHAPTERS: chapters(5, 65, 90) }, "descriptionWithChapters"),
    ).toBe("A walk.\n\n0:05 Part 1\n1:05 Part 2\n1:30 Part 3");
  });

  it("a description that lists them already: adds no second list", () => {
    const description = "A walk.\r\n00:00 - Part 1\r\n01:05 - Part 2\r\n01:30 - Part 3";
    const texts = { DESCRIPTION: description, CHAPTERS: chapters(0, 65, 90) };
    expect(copied(texts, "descriptionWithChapters")).toBe(description);
    const more = { DESCRIPTION: description, CHAPTERS: chapters(0, 65, 90, 120) };
    expect(copied(more, "descriptionWithChapters")).toContain("\n\n0:00 Part 1\n");
  });

  it("without one of them: is the other", () => {
    expect(descriptionCopy(copiesOf({ DESCRIPTION: "A walk.", CHAPTERS: [] }))).toEqual({
      kind: "description",
      text: "A walk.",
    });
    expect(descriptionCopy(copiesOf({ CHAPTERS: chapters(0) }))).toEqual({
      kind: "chapters",
      text: "0:00 Part 1",
    });
    expect(descriptionCopy(copiesOf({ TITLE: "The sea", TAGS: ["a"] }))).toBeUndefined();
  });
});

describe("tags", () => {
  it("are separated by commas; spaces stay, and a comma within a tag does not split it", () => {
    const tags = ["sea", "a long walk", "red, white,blue", "Paris,\nFrance", "sea", " ", ","];
    expect(copied({ TAGS: tags }, "tags")).toBe("sea, a long walk, red white blue, Paris France");
  });
});

describe("what is offered", () => {
  it("leaves out what is empty or blank", () => {
    expect(kinds({})).toEqual([]);
    expect(kinds({ TITLE: "", DESCRIPTION: " \n", TAGS: [], CHAPTERS: [] })).toEqual([]);
    expect(kinds({ TITLE: "The sea", TAGS: [" "] })).toEqual(["title"]);
    expect(kinds({ DESCRIPTION: "A walk.", TAGS: ["sea"] })).toEqual(["description", "tags"]);
    expect(kinds({ CHAPTERS: chapters(0) })).toEqual(["chapters"]);
  });

  it("has everything in a fixed order", () => {
    const texts = {
      TITLE: "The sea",
      DESCRIPTION: "A walk.",
      TAGS: ["sea"],
      CHAPTERS: chapters(0, 65, 90),
    };
    expect(kinds(texts)).toEqual([
      "title",
      "descriptionWithChapters",
      "description",
      "tags",
      "chapters",
    ]);
  });
});
