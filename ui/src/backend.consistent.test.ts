import { describe, expect, it } from "vitest";
import { consistent } from "./backend.consistent";
import { MockBackend, mockJob, signedInStatus } from "./backend.mock";
import type { JobView } from "./bindings";

describe("an answer that was overtaken by events", () => {
  const working = mockJob({ job_id: "7", status: "PROCESSING", progress_percent: 5 });
  const failed = mockJob({ job_id: "7", status: "FAILED", progress_percent: 5 });
  const gone = mockJob({ job_id: "8" });

  async function scene() {
    const core = new MockBackend(signedInStatus(), [working, gone]);
    const backend = consistent(core);
    await backend.onEvent(() => undefined);
    return { core, backend };
  }

  it("shows what the events told, and not the past", async () => {
    const { core, backend } = await scene();
    const [list, one] = [backend.rows(), backend.job("7")];
    const fresh = mockJob({ job_id: "9", created_at: "2027-01-01T00:00:00Z" });
    const changed = [failed, fresh].map((job: JobView) => ({ job, scope: "major" as const }));
    core.emit({ event: "jobs", changed, removed: ["8"] });
    expect(await list).toEqual([fresh, failed]);
    expect(await one).toEqual(failed);
  });

  it("never shows a connection that has changed since", async () => {
    const { core, backend } = await scene();
    const answer = backend.status();
    core.emit({
      event: "connection",
      state: "offline",
      attempt: 3,
      retry_in_ms: 4000,
      reason: null,
    });
    core.emit({ event: "session", state: "signed_out", email: null, reason: null, warning: null });
    core.emit({ event: "news", unread: 3, paused_until: null });
    expect((await answer).news.unread).toBe(3);
    expect((await answer).connection.state).toBe("offline");
    expect((await answer).session.state).toBe("signed_out");
  });

  it("keeps the transcript that events leave out", async () => {
    const version = { transcript_version: "v1" };
    const held = { ...working, ...version, metadata: { TRANSCRIPT: "So this is it." } };
    const core = new MockBackend(signedInStatus(), [held]);
    const backend = consistent(core);
    await backend.onEvent(() => undefined);
    const answer = backend.job("7");
    const job = { ...working, ...version, progress_percent: 6 };
    core.emit({ event: "jobs", changed: [{ job, scope: "increment" }], removed: [] });
    const shown = await answer;
    expect([shown.progress_percent, shown.metadata.TRANSCRIPT]).toEqual([6, "So this is it."]);
  });

  it("is left alone by events that came before the question", async () => {
    const { core, backend } = await scene();
    core.emit({ event: "jobs", changed: [{ job: failed, scope: "major" }], removed: [] });
    expect(await backend.rows()).toEqual([working, gone]);
  });
});
