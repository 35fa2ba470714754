import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Changes } from "../backend";
import { MockBackend, mockJob, signedInStatus } from "../backend.mock";
import type { DraftView, JobView } from "../bindings";
import { Editor } from "./editor.svelte";

const reason = { code: "conflict" as const, message: "it was changed meanwhile" };

describe("what is typed", () => {
  let backend: MockBackend;
  let sent: Changes[];
  beforeEach(() => {
    vi.useFakeTimers();
    backend = new MockBackend(signedInStatus());
    sent = [];
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const job = (title: string, drafts: DraftView[] = []): JobView =>
    mockJob({ job_id: "7", metadata: { TITLE: title, TAGS: ["a"] }, drafts });
  const draft = (
    content: string,
    base: string | null,
    kind: DraftView["kind"] = "typed",
  ): DraftView => ({
    field: "TITLE",
    content,
    base,
    kind,
    reason: kind === "typed" ? null : reason,
  });
  const edit = (of: JobView) => new Editor(backend, async (changes) => void sent.push(changes), of);

  it("is kept a moment after the last key, and at once when somebody leaves", async () => {
    const editor = edit(job("theirs"));
    editor.type("TITLE", "m");
    editor.type("TITLE", "mi");
    expect(backend.calls).toEqual([]);
    await vi.advanceTimersByTimeAsync(300);
    expect(backend.calls).toEqual(['typeDraft 7 TITLE "mi"']);
    editor.type("TITLE", "min");
    editor.flush();
    await vi.advanceTimersByTimeAsync(0);
    expect(backend.calls.at(-1)).toBe('typeDraft 7 TITLE "min"');
    editor.type("TITLE", "theirs");
    await vi.advanceTimersByTimeAsync(300);
    expect(backend.calls.at(-1), "as it was").toBe("discardDraft 7 TITLE");
  });

  it("is there again from what the core kept", () => {
    const editor = edit(job("theirs", [draft("half a", "theirs")]));
    expect([editor.content("TITLE"), editor.dirty, editor.conflict("TITLE")]).toEqual([
      "half a",
      ["TITLE"],
      null,
    ]);
  });

  it("is saved in one go, only what changed, and can be taken back", async () => {
    const editor = edit(job("theirs"));
    editor.type("TITLE", "mine");
    editor.type("TAGS", ["a", "b"]);
    await editor.save();
    expect(sent).toEqual([{ TITLE: "mine", TAGS: ["a", "b"] }]);
    expect(editor.dirty).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(backend.calls, "a draft of what is saved would come back").toEqual([]);
    await editor.undo();
    expect(sent[1]).toEqual({ TITLE: "theirs", TAGS: ["a"] });
  });

  it("stays when not even the core takes it", async () => {
    const editor = new Editor(
      backend,
      () => Promise.reject(new Error("signed out")),
      job("theirs"),
    );
    editor.type("TITLE", "mine");
    await expect(editor.save()).rejects.toThrow("signed out");
    expect(editor.content("TITLE")).toBe("mine");
  });

  it("conflicts with a newer text, and nothing is chosen", async () => {
    const editor = edit(job("theirs"));
    editor.type("TITLE", "mine");
    editor.follow(job("another"));
    expect(editor.conflict("TITLE")).toMatchObject({ mine: "mine", theirs: "another" });
    await editor.save();
    expect(sent, "not before the person chose").toEqual([]);
    editor.edit("TITLE", "another");
    editor.type("TITLE", "another, mended");
    expect(editor.conflict("TITLE")).toBeNull();
    await editor.save();
    expect(sent).toEqual([{ TITLE: "another, mended" }]);
  });

  it("conflicts with nothing that says the same", () => {
    const editor = edit(job("theirs"));
    editor.type("TITLE", "mine");
    editor.follow(job("mine"));
    expect(editor.conflict("TITLE")).toBeNull();
  });

  it("is given back by a studio that does not take it, until it is thrown away", async () => {
    const editor = edit(job("theirs"));
    editor.follow(job("theirs", [draft("mine", "theirs", "refused")]));
    expect([editor.content("TITLE"), editor.refusal("TITLE")]).toEqual(["mine", reason.message]);
    editor.takeTheirs("TITLE");
    // What the core said before it heard of that.
    editor.follow(job("theirs", [draft("mine", "theirs", "refused")]));
    expect(editor.content("TITLE")).toBe("theirs");
    await vi.advanceTimersByTimeAsync(300);
    expect(backend.calls).toEqual(["discardDraft 7 TITLE"]);
  });

  it("shows both texts of a conflict that the studio found, and keeps mine", async () => {
    const editor = edit(job("theirs", [draft("mine", "theirs", "conflict")]));
    expect(editor.conflict("TITLE")).toEqual({ mine: "mine", theirs: "theirs", reason });
    await editor.keepMine("TITLE");
    expect(sent).toEqual([{ TITLE: "mine" }]);
    editor.follow(job("mine"));
    expect(editor.dirty).toEqual([]);
  });

  it("can be taken back step by step, and what was thrown away, too", async () => {
    const editor = edit(job("theirs"));
    editor.type("TAGS", ["a", "b"]);
    editor.type("TAGS", ["a", "b", "c"]);
    editor.type("TITLE", "m");
    editor.type("TITLE", "mine");
    await editor.undo();
    expect(editor.content("TITLE"), "one text is one step").toBe("theirs");
    await editor.undo();
    expect(editor.content("TAGS")).toEqual(["a", "b"]);
    editor.discard();
    expect(editor.content("TAGS")).toEqual(["a"]);
    await editor.undo();
    expect(editor.content("TAGS")).toEqual(["a", "b"]);
  });
});
