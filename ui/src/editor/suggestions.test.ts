import { fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import App from "../App.svelte";
import { MockBackend, mockJob, mockServer, mockStage, signedInStatus } from "../backend.mock";
import type { JobView, SettingsView } from "../bindings";
import { press } from "../testing/settings";

const talk = (given: Partial<JobView> = {}) =>
  mockJob({
    job_id: "1",
    title: "Talk",
    status: "COMPLETED",
    transcript_version: "a",
    metadata: {
      TITLE: "Talk",
      TAGS: ["coffee", "milk"],
      TRANSCRIPT: "Hello",
      CHAPTERS: [{ start_seconds: 0, title: "Part 1" }],
    },
    ...given,
  });

async function showing(job: JobView, prepare: (backend: MockBackend) => void = () => undefined) {
  const backend = new MockBackend({
    ...signedInStatus(),
    server: { ...mockServer, identity: "this_computer" },
  });
  backend.list = [job];
  prepare(backend);
  render(App, { backend });
  await fireEvent.click(await screen.findByText("Talk"));
  await screen.findByTestId("editor");
  return backend;
}

function withModel(backend: MockBackend): void {
  const settings: SettingsView["settings"] = {
    ...backend.preferences.settings,
    language_model: { enabled: true, address: "http://localhost:11434/v1", model: "llama3" },
  };
  backend.preferences = { ...backend.preferences, settings };
}

describe("what the studio suggests", () => {
  it("is marked until it is kept or edited", async () => {
    const backend = await showing(talk({ suggested: ["TAGS"] }));
    expect(screen.getAllByText("Suggested")).toHaveLength(1);
    await press("Keep the suggested Tags");
    expect(backend.calls).toContain('edit 1 {"TAGS":["coffee","milk"]}');
  });

  it("is no longer marked while something else is typed", async () => {
    await showing(talk({ suggested: ["TAGS"] }));
    await press("Remove milk");
    await waitFor(() => expect(screen.queryByText("Suggested")).toBeNull());
  });
});

describe("what a language model suggests", () => {
  it("is not offered until it is turned on", async () => {
    await showing(talk());
    expect(screen.queryByRole("button", { name: "Suggest texts…" })).toBeNull();
  });

  it("is asked for with what was shown, and put into the editor where it is used", async () => {
    const backend = await showing(talk(), (backend) => {
      withModel(backend);
      backend.suggested = {
        titles: ["Better coffee", "Milk foam", "Latte art"],
        description: "What it shows.",
        tags: ["espresso"],
        chapters: [],
      };
    });
    await press("Suggest texts…");
    expect((await screen.findByTestId("suggestion-request")).textContent).toBe(
      '{ "model": "llama3" }',
    );
    expect(backend.calls.some((call) => call.startsWith("suggestTexts"))).toBe(false);
    await press("Send");
    await screen.findByText("Milk foam");
    expect(backend.calls).toContain('suggestTexts 1 { "model": "llama3" }');
    expect(screen.queryByText("Use the suggested Chapters")).toBeNull();
    await press("Use the title “Milk foam”");
    await press("Use the suggested Tags");
    expect(screen.getAllByText("In the editor")).toHaveLength(2);
    // Nothing is saved by itself.
    expect(backend.calls.some((call) => call.startsWith("edit"))).toBe(false);
  });

  it("may fail, and be asked for again", async () => {
    const backend = await showing(talk(), withModel);
    backend.failures.set("suggestTexts", {
      code: "language_model",
      message: "no language model answers at localhost: check its address, and that it runs",
    });
    await press("Suggest texts…");
    await fireEvent.click(await screen.findByRole("button", { name: "Send" }));
    await screen.findByText(/No language model answers at localhost/);
    expect(screen.getByRole("button", { name: "Send" })).not.toBeNull();
  });
});

describe("the offer of speech recognition", () => {
  const silent = () =>
    talk({
      stages: [mockStage({ stage_id: "TRANSCRIPTION", status: "COMPLETED", skipped: true })],
    });

  it("stands at a video whose words nobody heard, and is gone for good when it is declined", async () => {
    const backend = await showing(silent());
    await screen.findByText("Want transcripts?");
    expect(screen.getByText("Skipped")).not.toBeNull();
    await press("Not now");
    await waitFor(() => expect(screen.queryByText("Want transcripts?")).toBeNull());
    expect(backend.preferences.settings.computer.offer_speech).toBe(false);
  });

  it("leads to its settings", async () => {
    await showing(silent());
    await fireEvent.click(await screen.findByRole("button", { name: "Set up" }));
    await screen.findByRole("heading", { level: 3, name: "This computer" });
  });
});
