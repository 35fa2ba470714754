import { describe, expect, it } from "vitest";
import { mockJob, mockStage } from "../../ipc/backend.mock";
import { activityRecords, layoutStages } from "./timeline";

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 12, 0, second)).toISOString();
const now = Date.parse(at(40));

describe("layoutStages", () => {
  it("places stages to scale; the current one ends now", () => {
    const { bars, length } = layoutStages(
      [
        mockStage({ stage_id: "A", status: "COMPLETED", began_at: at(0), ended_at: at(10) }),
        mockStage({ stage_id: "B", status: "PROCESSING", began_at: at(10) }),
        mockStage({ stage_id: "C" }),
      ],
      now,
    );
    expect(length).toBe(40);
    expect(bars.get("A")).toEqual({ left: 0, width: 25, seconds: 10 });
    expect(bars.get("B")).toEqual({ left: 25, width: 75, seconds: 30 });
    expect(bars.has("C"), "it has not begun").toBe(false);
  });

  it("omits stages without a start, and keeps those of zero length", () => {
    const untold = mockStage({ stage_id: "A", status: "COMPLETED" });
    expect(layoutStages([untold], now)).toEqual({ bars: new Map(), length: 0 });
    const instant = { ...untold, began_at: at(5), ended_at: at(5) };
    expect(layoutStages([instant], now).bars.get("A")).toEqual({ left: 0, width: 0, seconds: 0 });
    // A clock that was set back must not draw to the left.
    const turned = { ...untold, began_at: at(9), ended_at: at(5) };
    expect(layoutStages([turned], now).bars.get("A")?.width).toBe(0);
  });
});

describe("activityRecords", () => {
  it("are newest first, with texts of the same time grouped", () => {
    const job = mockJob({
      job_id: "1",
      status: "FAILED",
      created_at: at(0),
      began_at: at(1),
      ended_at: at(9),
      stages: [mockStage({ stage_id: "A", status: "FAILED", began_at: at(1), ended_at: at(9) })],
      warnings: [{ code: "w", message: "no sound", stage_id: null, at: at(3) }],
      notes: [{ code: "n", message: "skipped", stage_id: null, at: at(3) }],
      said_at: { TITLE: at(5), TAGS: at(5), DESCRIPTION: at(2) },
    });
    expect(activityRecords(job).map(({ kind }) => kind)).toEqual([
      "failed",
      "stage_failed",
      "texts_written",
      "note",
      "warning",
      "texts_written",
      "began",
      "created",
    ]);
    expect(activityRecords(job)[2]).toEqual({
      at: at(5),
      kind: "texts_written",
      fields: ["TITLE", "TAGS"],
    });
  });
});
