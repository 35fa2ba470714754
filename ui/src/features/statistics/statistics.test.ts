import { cleanup, screen, within } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MockBackend, mockStatistics, signedInStatus } from "../../ipc/backend.mock";
import type { Statistics } from "../../ipc/bindings";
import { locale } from "../../state/locale.svelte";
import { runCommand } from "../../testing/interactions";
import { renderLiveApp } from "../../testing/render";
import "../../testing/viewport";

beforeEach(() => locale.setLanguage("en"));
afterEach(() => {
  cleanup();
  document.body.replaceChildren();
});

const duration = { videos: 2, median_seconds: 95, p90_seconds: 4000 };
const statistics: Statistics = {
  videos: 43,
  since: "2026-10-03T12:00:00Z",
  weeks: [
    { starts_on: "2026-11-15", ready: 0, failed: 0 },
    { starts_on: "2026-11-22", ready: 1234, failed: 2 },
  ],
  total: { ...duration, videos: 1 },
  stages: [{ stage_id: "TRANSCRIPTION", duration }],
  failures: [
    {
      fault: { code: "DISK_FULL", message: "The disk is full.", stage_id: null, at: null },
      count: 2,
    },
  ],
  other_failures: 1,
};

async function open(view: Statistics) {
  const backend = new MockBackend(signedInStatus());
  backend.statisticsView = view;
  await renderLiveApp(backend);
  await runCommand("Statistics");
  return screen.findByRole("dialog", { name: "Statistics" });
}

const rowsOf = (table: HTMLElement) =>
  within(table)
    .getAllByRole("row")
    .map((row) => [...row.querySelectorAll("th, td:not([aria-hidden])")])
    .map((cells) => cells.map((cell) => cell.textContent?.trim()));

describe("statistics", () => {
  it("name what they are from, and are readable as tables", async () => {
    const dialog = await open(statistics);
    expect(await within(dialog).findByText("From 43 videos since October 3, 2026")).toBeTruthy();
    const table = (name: string) => rowsOf(within(dialog).getByRole("table", { name }));
    expect(table("Videos per week")).toEqual([
      ["Week from", "Ready", "Failed"],
      ["Nov 22", "1,234", "2"],
      ["Nov 15", "0", "0"],
    ]);
    expect(table("Processing time")).toEqual([
      ["Step", "Median", "90th percentile", "Videos"],
      ["Transcript", "1:35", "1:06:40", "2"],
      ["Total", "1:35", "1:06:40", "1"],
    ]);
    expect(table("Failures by reason").slice(1)).toEqual([
      ["The disk is full.", "2"],
      ["Other reasons", "1"],
    ]);
  });

  it("say in the language of the user why videos failed", async () => {
    const dialog = await open(statistics);
    await locale.setLanguage("de");
    expect(await within(dialog).findByText("Aus 43 Videos seit dem 3. Oktober 2026")).toBeTruthy();
    expect(within(dialog).getByText(/Datenträger/)).toBeTruthy();
  });

  it("of nothing say when they begin", async () => {
    const dialog = await open(mockStatistics);
    expect(await within(dialog).findByText(/No statistics yet/)).toBeTruthy();
    expect(within(dialog).queryByRole("table")).toBeNull();
  });

  it("without times and failures say so", async () => {
    const dialog = await open({
      ...statistics,
      total: null,
      stages: [],
      failures: [],
      other_failures: 0,
    });
    expect(await within(dialog).findByText(/No processing times yet/)).toBeTruthy();
    expect(within(dialog).getByText("No failures.")).toBeTruthy();
  });

  it("that cannot be had say why", async () => {
    const backend = new MockBackend(signedInStatus());
    backend.failures.set("statistics", { code: "internal", message: "it broke" });
    await renderLiveApp(backend);
    await runCommand("Statistics");
    expect(await screen.findByRole("alert")).toBeTruthy();
  });
});
