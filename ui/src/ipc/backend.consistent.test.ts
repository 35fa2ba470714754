import { describe, expect, it } from "vitest";
import { consistent } from "./backend.consistent";
import { MockBackend, mockJob, signedInStatus } from "./backend.mock";
import type { JobView } from "./bindings";

describe("response that was overtaken by events", () => {
  const working = mockJob({ job_id: "7", status: "PROCESSING", progress_percent: 5 });
  const failed = mockJob({ job_id: "7", status: "FAILED", progress_percent: 5 });
  const gone = mockJob({ job_id: "8" });

  async function connected() {
    const core = new MockBackend(signedInStatus(), [working, gone]);
    const backend = consistent(core);
    await backend.onEvent(() => undefined);
    return { core, backend };
  }

  it("contains the state of the events", async () => {
    const { core, backend } = await connected();
    const [list, one] = [backend.rows(), backend.job("7")];
    const fresh = mockJob({ job_id: "9", created_at: "2027-01-01T00:00:00Z" });
    const changed = [failed, fresh].map((job: JobView) => ({ job, scope: "major" as const }));
    core.emit({ event: "jobs", changed, removed: ["8"] });
    expect(await list).toEqual([fresh, failed]);
    expect(await one).toEqual(failed);
  });

  it("contains the latest connection, session and notifications", async () => {
    const { core, backend } = await connected();
    const response = backend.status();
    core.emit({
      event: "connection",
      state: "offline",
      attempt: 3,
      retry_in_ms: 4000,
      reason: null,
    });
    core.emit({ event: "session", state: "signed_out", email: null, reason: null, warning: null });
    core.emit({ event: "news", unread: 3, paused_until: null });
    expect((await response).news.unread).toBe(3);
    expect((await response).connection.state).toBe("offline");
    expect((await response).session.state).toBe("signed_out");
  });

  it("keeps the transcript that events leave out", async () => {
    const version = { transcript_version: "v1" };
    const loaded = { ...working, ...version, metadata: { TRANSCRIPT: "So this is it." } };
    const core = new MockBackend(signedInStatus(), [loaded]);
    const backend = consistent(core);
    await backend.onEvent(() => undefined);
    const response = backend.job("7");
    const job = { ...working, ...version, progress_percent: 6 };
    core.emit({ event: "jobs", changed: [{ job, scope: "increment" }], removed: [] });
    const received = await response;
    expect([received.progress_percent, received.metadata.TRANSCRIPT]).toEqual([
      6,
      "So this is it.",
    ]);
  });

  it("is not changed by events before the request", async () => {
    const { core, backend } = await connected();
    core.emit({ event: "jobs", changed: [{ job: failed, scope: "major" }], removed: [] });
    expect(await backend.rows()).toEqual([working, gone]);
  });
});
