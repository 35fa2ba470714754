import { beforeEach, describe, expect, it } from "vitest";
import { mockJob } from "../../ipc/backend.mock";
import type { RowView } from "../../ipc/bindings";
import { locale } from "../../state/locale.svelte";
import { activityText, unsavedText } from "./rowTexts";

beforeEach(() => locale.setLanguage("en"));

const row = (given: Partial<RowView>) => mockJob({ job_id: "1", status: "COMPLETED", ...given });

describe("a row with texts that the studio does not have", () => {
  const draft = { unsaved: true, has_draft: true };

  it("says whether a version must be chosen, the edit was refused, or nothing was sent yet", () => {
    expect(activityText(row({ ...draft, attention: "conflict" }))).toBe(
      "Conflict: choose a version",
    );
    expect(activityText(row({ ...draft, attention: "words" }))).toBe("Edit not accepted");
    expect(activityText(row(draft))).toBe("Unsaved changes");
  });

  it("does not call an edit unsaved that is about to be sent", () => {
    expect(unsavedText(row({ unsaved: true }))).toBe("Saved on this computer, will sync");
    expect(activityText(row({ unsaved: true }))).toBe("");
    expect(unsavedText(row(draft))).toBe("Unsaved changes");
    expect(unsavedText(row({}))).toBe("");
  });

  it("while it is processed: shows the step, and marks the draft with a symbol", () => {
    const processing = { status: "PROCESSING" as const, stage_id: "PROBE" };
    expect(activityText(row({ ...draft, ...processing }))).toBe("Analyzing file");
  });
});
