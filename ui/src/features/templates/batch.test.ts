import { cleanup, fireEvent, screen, waitFor } from "@testing-library/svelte";
import { toast } from "svelte-sonner";
import { afterEach, describe, expect, it } from "vitest";
import { MockBackend, mockJob, signedInStatus } from "../../ipc/backend.mock";
import type { Changes, JobId, JobView } from "../../ipc/bindings";
import { pressButton, typeInto } from "../../testing/interactions";
import { renderLiveApp } from "../../testing/render";
import "../../testing/viewport";
import { BatchRun } from "./batchRun.svelte";
import { forgetDrafts } from "./templateDraft.svelte";

afterEach(() => {
  cleanup();
  // A dialog that is gone leaves a message.
  toast.dismiss();
  forgetDrafts();
  document.body.replaceChildren();
});

const video = (job_id: JobId, given: Partial<JobView> = {}) =>
  mockJob({
    job_id,
    title: `Film ${job_id}`,
    status: "COMPLETED",
    metadata: { TITLE: `Film ${job_id}`, DESCRIPTION: "Mine.", TAGS: ["sea"] },
    ...given,
  });

/** A backend that keeps what is edited. */
class EditedBackend extends MockBackend {
  /** The most edits that were under way at the same time. */
  most = 0;
  #underWay = 0;

  override edit = async (jobId: JobId, changes: Changes) => {
    this.most = Math.max(this.most, ++this.#underWay);
    await Promise.resolve();
    this.#underWay -= 1;
    this.calls.push(`edit ${jobId} ${JSON.stringify(changes)}`);
    const failure = this.failures.get(`edit ${jobId}`);
    if (failure) throw failure;
    this.jobs = this.jobs.map((job) =>
      job.job_id === jobId
        ? { ...job, metadata: { ...job.metadata, ...changes } as JobView["metadata"] }
        : job,
    );
    return undefined;
  };

  tags = () => this.jobs.map((job) => job.metadata.TAGS?.join());
  edits = () => this.calls.filter((call) => call.startsWith("edit "));
}

async function openDialog(jobs: JobView[], action: string): Promise<EditedBackend> {
  const backend = await renderLiveApp(new EditedBackend(signedInStatus(), jobs));
  for (const { title } of jobs)
    await fireEvent.click(screen.getByRole("checkbox", { name: `Select ${title}` }));
  await pressButton("Edit");
  await fireEvent.click(await screen.findByRole("menuitem", { name: action }));
  await screen.findByText(/videos? selected/);
  return backend;
}

const EDIT = "Edit tags and description…";

describe("editing many videos", () => {
  it("says what it would change, changes it, and undoes it except what was changed since", async () => {
    const draft = { field: "TAGS", content: ["x"], base: ["sea"], kind: "typed", reason: null };
    const backend = await openDialog(
      [
        video("1"),
        video("2"),
        video("3", { metadata: { TAGS: ["sea", "coast"] } }),
        video("4", { drafts: [draft] as JobView["drafts"] }),
      ],
      EDIT,
    );
    await typeInto("Add tags", "coast");
    await screen.findByText("2 videos change. 1 stays as it is. 1 is left out: unsaved changes.");
    expect(backend.edits()).toEqual([]);
    await pressButton("Change 2 videos");
    await screen.findByText("2 videos changed");
    expect(backend.tags()).toEqual(["sea,coast", "sea,coast", "sea,coast", "sea"]);
    await backend.edit("2", { TAGS: ["other"] });
    await pressButton("Undo");
    await screen.findByText("1 video restored. 1 was changed since and stays.");
    expect(backend.tags()).toEqual(["sea", "other", "sea,coast", "sea"]);
  });

  it("warns of YouTube's limits and cuts nothing", async () => {
    const backend = await openDialog([video("1"), video("2")], EDIT);
    await fireEvent.click(screen.getByRole("radio", { name: "Add below" }));
    await typeInto("Text to add", "a".repeat(5000));
    await screen.findByText("2 videos over YouTube's limit. Nothing is cut off.");
    await pressButton("Change 2 videos");
    await screen.findByText("2 videos changed");
    expect(backend.jobs[0]?.metadata.DESCRIPTION).toHaveLength(5007);
  });

  it("a refusal concerns its video only, at once or later", async () => {
    const backend = await openDialog([video("1"), video("2"), video("3")], EDIT);
    backend.failures.set("edit 2", { code: "not_found", message: "Gone." });
    await typeInto("Remove tags", "sea");
    await screen.findByText("3 videos change.");
    await pressButton("Change 3 videos");
    await screen.findByText("2 videos changed");
    expect(await screen.findByText("1 change wasn't accepted:")).toBeTruthy();
    expect(screen.getByText("Film 2: Gone.")).toBeTruthy();
    const reason = { code: "forbidden", message: "Not you." } as const;
    backend.emit({ event: "edit", job_id: "3", field: "TAGS", outcome: "refused", reason });
    await screen.findByText("2 changes weren't accepted:");
  });

  it("nothing to change, or a preview that fails: nothing can be applied", async () => {
    const backend = await openDialog([video("1")], EDIT);
    const apply = () => screen.getByRole<HTMLButtonElement>("button", { name: "Apply" });
    expect(apply().disabled).toBe(true);
    await typeInto("Add tags", "sea");
    await screen.findByText("0 videos change. 1 stays as it is.");
    expect(apply().disabled).toBe(true);
    backend.failures.set("textChanges", { code: "signed_out", message: "Signed out." });
    await typeInto("Add tags", "coast");
    await screen.findByText("Signed out.");
    expect(apply().disabled).toBe(true);
  });

  it("closing the dialog offers to undo it in a message", async () => {
    const backend = await openDialog([video("1")], EDIT);
    await typeInto("Add tags", "coast");
    await fireEvent.click(await screen.findByRole("button", { name: "Change 1 video" }));
    await screen.findByText("1 video changed");
    await fireEvent.click(screen.getAllByRole("button", { name: "Close" })[0] as Element);
    await fireEvent.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() => expect(backend.tags()).toEqual(["sea"]));
  });

  it("keeps what was typed when it is closed without applying it", async () => {
    await openDialog([video("1"), video("2")], EDIT);
    await typeInto("Add tags", "coast");
    await pressButton("Cancel");
    await pressButton("Edit");
    await fireEvent.click(await screen.findByRole("menuitem", { name: EDIT }));
    await screen.findByText("2 videos change.");
    expect(screen.getByLabelText<HTMLInputElement>("Add tags").value).toBe("coast");
  });

  it("applies a template to the selected videos", async () => {
    const backend = new EditedBackend(signedInStatus(), [video("1")]);
    backend.templateList = [
      {
        template_id: 1,
        name: "Usual",
        description: "",
        tags: ["film"],
        title_rule: "keep",
        links: [],
      },
    ];
    await renderLiveApp(backend);
    await fireEvent.contextMenu(document.querySelector('[data-job="1"]') as Element);
    await fireEvent.click(await screen.findByRole("menuitem", { name: "Apply template…" }));
    await fireEvent.click(await screen.findByRole("button", { name: "Change 1 video" }));
    await screen.findByText("1 video changed");
    expect(backend.tags()).toEqual(["sea,film"]);
  });
});

it("500 videos: all are changed, a few at a time", async () => {
  const jobs = Array.from({ length: 500 }, (_, index) => video(String(index)));
  const backend = new EditedBackend(signedInStatus(), jobs);
  const change = { kind: "edit", add_tags: ["coast"], remove_tags: [], description: null } as const;
  const run = new BatchRun(
    backend,
    { ...change, add_tags: [...change.add_tags], remove_tags: [] },
    jobs.map(({ job_id }) => job_id),
  );
  await waitFor(() => expect(run.state).toBe("finished"));
  expect([run.changed, run.done, backend.most]).toEqual([500, 500, 4]);
  await run.undo();
  expect([run.restored, run.state]).toEqual([500, "undone"]);
  expect(new Set(backend.tags())).toEqual(new Set(["sea"]));
});
