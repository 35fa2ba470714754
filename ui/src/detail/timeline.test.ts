import { describe, expect, it } from "vitest";
import { mockJob, mockStage } from "../backend.mock";
import { happenings, placed } from "./timeline";

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 12, 0, second)).toISOString();
const now = Date.parse(at(40));

describe("a line of time", () => {
  it("places stages to scale, and what is worked on reaches to now", () => {
    const { bars, length } = placed(
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

  it("shows nothing where nobody knows when it was, and stages of no time at all", () => {
    const untold = mockStage({ stage_id: "A", status: "COMPLETED" });
    expect(placed([untold], now)).toEqual({ bars: new Map(), length: 0 });
    const instant = { ...untold, began_at: at(5), ended_at: at(5) };
    expect(placed([instant], now).bars.get("A")).toEqual({ left: 0, width: 0, seconds: 0 });
    // A clock that was set back must not draw to the left.
    const turned = { ...untold, began_at: at(9), ended_at: at(5) };
    expect(placed([turned], now).bars.get("A")?.width).toBe(0);
  });
});

describe("what happened", () => {
  it("is told newest first, texts of the same moment as one", () => {
    const job = mockJob({
      job_id: "1",
      status: "FAILED",
      created_at: at(0),
      began_at: at(1),
      ended_at: at(9),
      stages: [mockStage({ stage_id: "A", status: "FAILED", began_at: at(1), ended_at: at(9) })],
      warnings: [{ code: "w", message: "no sound", stage_id: null, at: at(3) }],
      said_at: { TITLE: at(5), TAGS: at(5), DESCRIPTION: at(2) },
    });
    expect(happenings(job).map(({ kind }) => kind)).toEqual([
      "failed",
      "stage_failed",
      "told",
      "warned",
      "told",
      "began",
      "created",
    ]);
    expect(happenings(job)[2]).toEqual({ at: at(5), kind: "told", fields: ["TITLE", "TAGS"] });
  });
});
