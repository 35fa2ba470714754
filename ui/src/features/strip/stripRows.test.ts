import { beforeEach, describe, expect, it } from "vitest";
import { mockJob, mockUpload } from "../../ipc/backend.mock";
import { locale } from "../../state/locale.svelte";
import { reviewCount, stripRows } from "./stripRows";

beforeEach(() => locale.setLanguage("en"));

const NOW = Date.parse("2026-01-01T12:00:00Z");
const texts = (...given: Parameters<typeof stripRows>) =>
  stripRows(...given).map((row) => `${row.title}: ${row.text}`);

describe("the rows of the strip", () => {
  it("are uploads, then what is processed, then what is queued, and nothing that has ended", () => {
    const outlook = { stage_ends_at: "2026-01-01T12:02:00Z", then_seconds: 60 };
    const rows = [
      mockJob({ job_id: "1", title: "Ready", status: "COMPLETED" }),
      mockJob({ job_id: "2", title: "Queued", status: "PENDING" }),
      mockJob({ job_id: "3", title: "Sea", status: "PROCESSING", progress_percent: 42.7, outlook }),
      mockJob({ job_id: "4", title: "Failed", status: "FAILED" }),
      mockJob({ job_id: "5", title: "City", status: "PROCESSING", progress_percent: null }),
    ];
    const uploads = [
      mockUpload(),
      mockUpload({ upload_id: 2, filename: "b.mp4", state: "queued", sent_bytes: 0 }),
      mockUpload({ upload_id: 3, filename: "c.mp4", state: "waiting", bytes_per_second: null }),
      mockUpload({ upload_id: 4, filename: "d.mp4", state: "verifying", sent_bytes: 1 }),
      mockUpload({ upload_id: 5, filename: "e.mp4", bytes_per_second: null }),
      mockUpload({ upload_id: 6, filename: "f.mp4", state: "failed" }),
      mockUpload({ upload_id: 7, filename: "g.mp4", state: "paused" }),
    ];
    expect(texts(rows, uploads, NOW)).toEqual([
      "a.mp4: 25 % · Less than a minute left",
      "b.mp4: Queued",
      "c.mp4: 25 % · Interrupted",
      "d.mp4: Checking whether it arrived…",
      "e.mp4: 25 % · Uploading",
      "Sea: 42 % · About 3 min left",
      "City: ",
      "Queued: Queued",
    ]);
  });

  it("estimate nothing while the studio's progress is not known", () => {
    const outlook = { stage_ends_at: "2026-01-01T12:02:00Z", then_seconds: 60 };
    const row = mockJob({ job_id: "3", title: "Sea", status: "PROCESSING", outlook });
    expect(texts([{ ...row, progress_percent: 42 }], [], null)).toEqual(["Sea: 42 %"]);
  });

  it("name a video once that is uploaded and a job already", () => {
    const row = mockJob({ job_id: "3", status: "PENDING" });
    expect(texts([row], [mockUpload({ job_id: "3" })], NOW)).toHaveLength(1);
  });
});

it("videos that need review are counted, whatever their status", () => {
  const rows = [
    mockJob({ job_id: "1", status: "FAILED" }),
    mockJob({ job_id: "2", status: "COMPLETED", attention: "warning" }),
    mockJob({ job_id: "3", status: "FAILED", attention: null }),
    mockJob({ job_id: "4", status: "PROCESSING" }),
  ];
  expect(reviewCount(rows)).toBe(2);
});
