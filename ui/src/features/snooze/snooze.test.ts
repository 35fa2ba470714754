import { cleanup, fireEvent, screen, waitFor } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { formatDateTime } from "../../format/time";
import { MockBackend, mockJob, signedInStatus } from "../../ipc/backend.mock";
import { locale } from "../../state/locale.svelte";
import { pressButton } from "../../testing/interactions";
import { renderLiveApp } from "../../testing/render";
import "../../testing/viewport";

beforeEach(() => locale.setLanguage("en"));
afterEach(() => {
  cleanup();
  document.body.replaceChildren();
});

const fault = { code: "disk_full", message: "The disk is full.", stage_id: null, at: null };
const city = mockJob({ job_id: "2", title: "The city", status: "FAILED", error: fault });
const row = () => document.querySelector<HTMLElement>(`[data-job="2"]`) as HTMLElement;

async function chooseInMenu(name: string) {
  await fireEvent.contextMenu(row());
  await fireEvent.click(await screen.findByRole("menuitem", { name }));
}

async function snoozed(): Promise<MockBackend> {
  const backend = await renderLiveApp(new MockBackend(signedInStatus(), [city]));
  await screen.findByText("The city");
  await chooseInMenu("Snooze until tomorrow morning");
  await waitFor(() => expect(backend.calls).toContain("snooze 2 tomorrow"));
  return backend;
}

describe("a snoozed review", () => {
  it("can be undone", async () => {
    const backend = await snoozed();
    await fireEvent.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() => expect(backend.calls).toContain("snooze 2 null"));
  });

  it("says in the list until when, and offers to end it", async () => {
    const backend = await snoozed();
    const until = formatDateTime(backend.jobs[0]?.snoozed_until ?? "", Date.now());
    await waitFor(() => expect(row().textContent).toContain(`Snoozed until ${until}`));
    await fireEvent.contextMenu(row());
    await screen.findByRole("menu");
    expect(screen.queryByRole("menuitem", { name: "Snooze for 3 hours" })).toBeNull();
    await fireEvent.click(screen.getByRole("menuitem", { name: "End snooze" }));
    await waitFor(() => expect(backend.calls).toContain("snooze 2 null"));
    await waitFor(() => expect(row().textContent).toContain("The disk is full."));
  });

  it("can be ended where the video is shown, and its failure stays readable", async () => {
    const backend = await snoozed();
    await fireEvent.click(row());
    const note = await screen.findByText(/^Snoozed until/, { selector: ".note span" });
    expect(note).toBeTruthy();
    expect(screen.getByRole("region", { name: "Processing failed" }).textContent).toContain(
      "disk is full",
    );
    await pressButton("End snooze");
    await waitFor(() => expect(backend.calls).toContain("snooze 2 null"));
    await waitFor(() => expect(document.querySelector(".note")).toBeNull());
  });

  it("is not shown where the core refused it", async () => {
    const backend = await renderLiveApp(new MockBackend(signedInStatus(), [city]));
    backend.failures.set("snooze", { code: "internal", message: "there is no tomorrow" });
    await chooseInMenu("Snooze until tomorrow morning");
    await waitFor(() => expect(backend.calls).toContain("snooze 2 tomorrow"));
    expect(row().textContent).not.toContain("Snoozed");
  });
});
