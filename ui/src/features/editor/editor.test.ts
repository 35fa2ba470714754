import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MockBackend, mockJob, signedInStatus } from "../../ipc/backend.mock";
import type { Changes, DraftView, JobView } from "../../ipc/bindings";
import { Editor } from "./editor.svelte";

const reason = { code: "conflict" as const, message: "it was changed meanwhile" };

describe("Editor", () => {
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
  const newEditor = (of: JobView) =>
    new Editor(backend, async (changes) => void sent.push(changes), of);

  it("stores a draft shortly after the last keystroke, and at once on flush", async () => {
    const editor = newEditor(job("theirs"));
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
    expect(backend.calls.at(-1), "the draft equals the saved text").toBe("discardDraft 7 TITLE");
  });

  it("restores stored drafts", () => {
    const editor = newEditor(job("theirs", [draft("half a", "theirs")]));
    expect([editor.content("TITLE"), editor.dirty, editor.conflict("TITLE")]).toEqual([
      "half a",
      ["TITLE"],
      null,
    ]);
  });

  it("saves the changed fields together, and undoes the save", async () => {
    const editor = newEditor(job("theirs"));
    editor.type("TITLE", "mine");
    editor.type("TAGS", ["a", "b"]);
    await editor.save();
    expect(sent).toEqual([{ TITLE: "mine", TAGS: ["a", "b"] }]);
    expect(editor.dirty).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(backend.calls, "a draft of a saved text would reappear").toEqual([]);
    await editor.undo();
    expect(sent[1]).toEqual({ TITLE: "theirs", TAGS: ["a"] });
  });

  it("keeps a draft if the core rejects the save", async () => {
    const editor = new Editor(
      backend,
      () => Promise.reject(new Error("signed out")),
      job("theirs"),
    );
    editor.type("TITLE", "mine");
    await expect(editor.save()).rejects.toThrow("signed out");
    expect(editor.content("TITLE")).toBe("mine");
  });

  it("reports a conflict with a newer version and does not save it", async () => {
    const editor = newEditor(job("theirs"));
    editor.type("TITLE", "mine");
    editor.update(job("another"));
    expect(editor.conflict("TITLE")).toMatchObject({ mine: "mine", theirs: "another" });
    await editor.save();
    expect(sent, "the conflict is not resolved").toEqual([]);
    editor.edit("TITLE", "another");
    editor.type("TITLE", "another, mended");
    expect(editor.conflict("TITLE")).toBeNull();
    await editor.save();
    expect(sent).toEqual([{ TITLE: "another, mended" }]);
  });

  it("reports no conflict with an equal version", () => {
    const editor = newEditor(job("theirs"));
    editor.type("TITLE", "mine");
    editor.update(job("mine"));
    expect(editor.conflict("TITLE")).toBeNull();
  });

  it("keeps a rejected draft until it is discarded", async () => {
    const editor = newEditor(job("theirs"));
    editor.update(job("theirs", [draft("mine", "theirs", "refused")]));
    expect([editor.content("TITLE"), editor.refusal("TITLE")]).toEqual(["mine", reason]);
    editor.takeTheirs("TITLE");
    // An event from before the core received the discarding.
    editor.update(job("theirs", [draft("mine", "theirs", "refused")]));
    expect(editor.content("TITLE")).toBe("theirs");
    await vi.advanceTimersByTimeAsync(300);
    expect(backend.calls).toEqual(["discardDraft 7 TITLE"]);
  });

  it("resolves a conflict of the studio with the own version", async () => {
    const editor = newEditor(job("theirs", [draft("mine", "theirs", "conflict")]));
    expect(editor.conflict("TITLE")).toEqual({ mine: "mine", theirs: "theirs", reason });
    await editor.keepMine("TITLE");
    expect(sent).toEqual([{ TITLE: "mine" }]);
    editor.update(job("mine"));
    expect(editor.dirty).toEqual([]);
  });

  it("undoes changes step by step, including discarding", async () => {
    const editor = newEditor(job("theirs"));
    editor.type("TAGS", ["a", "b"]);
    editor.type("TAGS", ["a", "b", "c"]);
    editor.type("TITLE", "m");
    editor.type("TITLE", "mine");
    await editor.undo();
    expect(editor.content("TITLE"), "keystrokes in one field are one step").toBe("theirs");
    await editor.undo();
    expect(editor.content("TAGS")).toEqual(["a", "b"]);
    editor.type("TITLE", "mine");
    editor.discard();
    expect([editor.content("TITLE"), editor.content("TAGS")]).toEqual(["theirs", ["a"]]);
    expect(editor.undoable).toBe("discard");
    await editor.undo();
    expect([editor.content("TITLE"), editor.content("TAGS")], "all at once").toEqual([
      "mine",
      ["a", "b"],
    ]);
    expect(editor.undoable).toBe("change");
  });
});
