import type { QueryClient } from "@tanstack/svelte-query";
import { beforeEach, describe, expect, it } from "vitest";
import { mockJob, mockUpload, signedInStatus } from "../ipc/backend.mock";
import type { Event, JobView, RowView, StatusView, UploadView } from "../ipc/bindings";
import { applyEdit, applyEvent, applySettings, applyUpdate, refetchMissed } from "./events";
import { keys, newQueryClient } from "./queries";

let client: QueryClient;
beforeEach(() => {
  client = newQueryClient();
});

const jobs = (
  changed: Extract<Event, { event: "jobs" }>["changed"],
  removed: string[] = [],
): Event => ({
  event: "jobs",
  changed,
  removed,
});

describe("event of jobs", () => {
  it("applies an increment to the list and the video", () => {
    const before = mockJob({ job_id: "7" });
    client.setQueryData(keys.videos, [before]);
    client.setQueryData(keys.video("7"), before);
    const after = mockJob({ job_id: "7", status: "PROCESSING", progress_percent: 40 });
    applyEvent(client, jobs([{ job: after, scope: "increment" }]));
    expect(client.getQueryData(keys.videos)).toEqual([after]);
    expect(client.getQueryData(keys.video("7"))).toEqual(after);
    expect(client.getQueryState(keys.video("7"))?.isInvalidated).toBe(false);
  });

  it("invalidates a video after a major change", () => {
    client.setQueryData(keys.video("7"), mockJob({ job_id: "7" }));
    const done = mockJob({ job_id: "7", status: "COMPLETED", progress_percent: 100 });
    applyEvent(client, jobs([{ job: done, scope: "major" }]));
    expect(client.getQueryData<JobView>(keys.video("7"))?.status).toBe("COMPLETED");
    expect(client.getQueryState(keys.video("7"))?.isInvalidated).toBe(true);
  });

  it("inserts new jobs by time and removes others", () => {
    const old = mockJob({ job_id: "1", created_at: "2026-01-01T00:00:00Z" });
    const gone = mockJob({ job_id: "2", created_at: "2026-01-02T00:00:00Z" });
    client.setQueryData(keys.videos, [gone, old]);
    client.setQueryData(keys.video("2"), gone);
    const fresh = mockJob({ job_id: "3", created_at: "2026-01-03T00:00:00Z" });
    applyEvent(client, jobs([{ job: fresh, scope: "major" }], ["2"]));
    expect(client.getQueryData<RowView[]>(keys.videos)?.map((job) => job.job_id)).toEqual([
      "3",
      "1",
    ]);
    expect(client.getQueryData(keys.video("2"))).toBeUndefined();
  });

  it("moves a job when its time becomes known", () => {
    const old = mockJob({ job_id: "1", created_at: "2026-01-01T00:00:00Z" });
    const unknown = mockJob({ job_id: "2", created_at: null });
    client.setQueryData(keys.videos, [old]);
    const ids = () => client.getQueryData<RowView[]>(keys.videos)?.map((job) => job.job_id);
    applyEvent(client, jobs([{ job: unknown, scope: "major" }]));
    expect(ids()).toEqual(["2", "1"]);
    const known = { ...unknown, created_at: "2025-12-31T00:00:00Z" };
    applyEvent(client, jobs([{ job: known, scope: "increment" }]));
    expect(ids()).toEqual(["1", "2"]);
  });

  it("does not cache a video that is not open", () => {
    applyEvent(client, jobs([{ job: mockJob({ job_id: "7" }), scope: "increment" }]));
    expect(client.getQueryData(keys.video("7"))).toBeUndefined();
  });

  it("does not create a list that was not loaded", () => {
    applyEvent(client, jobs([{ job: mockJob({ job_id: "7" }), scope: "increment" }]));
    expect(client.getQueryData(keys.videos)).toBeUndefined();
  });
});

describe("transcript", () => {
  const jobsEvent = (version: string, scope: "increment" | "major" = "increment") =>
    jobs([{ job: mockJob({ job_id: "7", transcript_version: version }), scope }]);

  it("is kept through events without it, and refetched for a new version", () => {
    const metadata = { TRANSCRIPT: "long words" };
    client.setQueryData(
      keys.video("7"),
      mockJob({ job_id: "7", metadata, transcript_version: "1" }),
    );
    applyEvent(client, jobsEvent("1"));
    expect(client.getQueryData<JobView>(keys.video("7"))?.metadata.TRANSCRIPT).toBe("long words");
    expect(client.getQueryState(keys.video("7"))?.isInvalidated).toBe(false);
    applyEvent(client, jobsEvent("2"));
    expect(client.getQueryData<JobView>(keys.video("7"))?.metadata.TRANSCRIPT).toBe("long words");
    expect(client.getQueryState(keys.video("7"))?.isInvalidated).toBe(true);
  });
});

describe("edit", () => {
  const thumbnail = (id: string) => ({
    thumbnail_id: id,
    thumbnail_url: `https://x.test/${id}`,
    width: 1,
    height: 1,
    timestamp_seconds: null,
  });

  it("is applied to the list and the video at once", () => {
    const before = mockJob({ job_id: "7", title: "T", metadata: { TITLE: "T", DESCRIPTION: "D" } });
    const drafts = [
      { field: "TITLE" as const, content: "mi", base: "T", kind: "typed" as const, reason: null },
    ];
    client.setQueryData(keys.videos, [before, mockJob({ job_id: "8" })]);
    client.setQueryData(keys.video("7"), { ...before, drafts });
    applyEdit(client, "7", { TITLE: "mine" });
    const job = client.getQueryData<JobView>(keys.video("7"));
    expect(job).toMatchObject({ title: "mine", unsaved: true, pending: ["TITLE"], drafts: [] });
    expect(job?.metadata).toEqual({ TITLE: "mine", DESCRIPTION: "D" });
    const rows = client.getQueryData<RowView[]>(keys.videos);
    expect(rows?.map(({ title, unsaved }) => [title, unsaved])).toEqual([
      ["mine", true],
      [null, false],
    ]);
  });

  it("of the thumbnail changes the cover", () => {
    const thumbnails = [thumbnail("a"), thumbnail("b")];
    client.setQueryData(keys.video("7"), mockJob({ job_id: "7", thumbnails, cover_id: "a" }));
    applyEdit(client, "7", { THUMBNAIL: "b" });
    const cover = { cover_id: "b", cover_url: "https://x.test/b", pending: ["THUMBNAIL"] };
    expect(client.getQueryData(keys.video("7"))).toMatchObject(cover);
  });

  it("keeps its outcome by field until the session ends", () => {
    const outcome = {
      event: "edit",
      job_id: "7",
      field: "TITLE",
      outcome: "saved",
      reason: null,
    } as const;
    applyEvent(client, outcome);
    expect(client.getQueryData(keys.edits("7"))).toEqual({ TITLE: outcome });
    client.setQueryData(keys.status, signedInStatus());
    const session = { email: null, reason: null, warning: null };
    applyEvent(client, { event: "session", state: "signed_out", ...session });
    expect(client.getQueryData(keys.edits("7"))).toBeUndefined();
  });

  it("that cannot be stored appears in the status", () => {
    client.setQueryData(keys.status, signedInStatus());
    const trouble = { code: "disk_full" as const, message: "make room" };
    applyEvent(client, { event: "storage", trouble, incident: null });
    expect(client.getQueryData<StatusView>(keys.status)?.storage.trouble).toEqual(trouble);
  });
});

describe("connection and session", () => {
  it("writes the connection to the status", () => {
    client.setQueryData(keys.status, signedInStatus());
    const reason = { code: "silent" as const, message: "nothing was heard" };
    applyEvent(client, {
      event: "connection",
      state: "backoff",
      attempt: 1,
      retry_in_ms: 900,
      reason,
    });
    expect(client.getQueryData<StatusView>(keys.status)?.connection).toMatchObject({
      state: "backoff",
      reason,
    });
  });

  it("refetches everything after signing in or out, but not after a token refresh", () => {
    client.setQueryData(keys.status, signedInStatus());
    client.setQueryData(keys.videos, []);
    const session = { email: "me@acme.tv", reason: null, warning: null };
    applyEvent(client, { event: "session", state: "refreshed", ...session });
    expect(client.getQueryState(keys.videos)?.isInvalidated).toBe(false);
    applyEvent(client, { event: "session", state: "signed_out", ...session, email: null });
    expect(client.getQueryState(keys.status)?.isInvalidated).toBe(true);
    expect(client.getQueryData(keys.videos), "the next account must not see it").toBe(undefined);
    expect(client.getQueryData<StatusView>(keys.status)?.session.state).toBe("signed_out");
  });
});

describe("uploads", () => {
  const upload = (given: Partial<UploadView>): Event => ({
    event: "upload",
    ...mockUpload({ sent_bytes: 0, total_bytes: 10, ...given }),
  });
  const uploads = () => client.getQueryData<UploadView[]>(keys.uploads);

  it("are listed in progress, removed when sent, and kept when failed until cancelled", () => {
    client.setQueryData(keys.uploads, []);
    applyEvent(client, upload({}));
    applyEvent(client, upload({ sent_bytes: 5 }));
    applyEvent(client, upload({ upload_id: 2 }));
    expect(uploads()?.map(({ upload_id, sent_bytes }) => [upload_id, sent_bytes])).toEqual([
      [1, 5],
      [2, 0],
    ]);
    applyEvent(client, upload({ state: "sent", job_id: "7" }));
    applyEvent(client, upload({ upload_id: 2, state: "failed" }));
    expect(uploads()?.map((upload) => upload.state)).toEqual(["failed"]);
    applyEvent(client, upload({ upload_id: 2, state: "cancelled" }));
    expect(uploads()).toEqual([]);
  });
});

describe("notification status", () => {
  it("is written to the status, and refetches the history", () => {
    client.setQueryData(keys.status, signedInStatus());
    client.setQueryData(keys.history, []);
    applyEvent(client, { event: "news", unread: 2, paused_until: "2026-01-01T12:00:00Z" });
    expect(client.getQueryData<StatusView>(keys.status)?.news).toMatchObject({
      unread: 2,
      paused_until: "2026-01-01T12:00:00Z",
    });
    expect(client.getQueryState(keys.history)?.isInvalidated).toBe(true);
  });

  it("removes the history after signing out", () => {
    client.setQueryData(keys.status, signedInStatus());
    client.setQueryData(keys.history, []);
    const session = { email: null, reason: null, warning: null };
    applyEvent(client, { event: "session", state: "signed_out", ...session });
    expect(client.getQueryData(keys.history)).toBeUndefined();
  });
});

describe("shell", () => {
  it("reports changed settings and updates", () => {
    client.setQueryData(keys.settings, {});
    applySettings(client);
    expect(client.getQueryState(keys.settings)?.isInvalidated).toBe(true);
    applyUpdate(client, { state: "available", version: "0.6.0" });
    expect(client.getQueryData(keys.update)).toEqual({ state: "available", version: "0.6.0" });
  });
});

describe("events before the subscription", () => {
  const all = [keys.status, keys.videos, keys.edits("7"), keys.settings, keys.update];
  const refetched = (sent: { batches: number; of_jobs: number }) => {
    for (const key of all) client.setQueryData(key, {});
    refetchMissed(client, { batches: 1, of_jobs: 1 }, sent);
    return all.filter((key) => client.getQueryState(key)?.isInvalidated);
  };

  it("refetch everything but the outcomes of edits", () => {
    expect(refetched({ batches: 2, of_jobs: 2 })).toEqual([
      keys.status,
      keys.videos,
      keys.settings,
      keys.update,
    ]);
  });

  it("leave the list without events of jobs", () => {
    expect(refetched({ batches: 2, of_jobs: 1 })).toEqual([
      keys.status,
      keys.settings,
      keys.update,
    ]);
  });

  it("refetch only uncounted state without events", () => {
    expect(refetched({ batches: 1, of_jobs: 1 })).toEqual([keys.settings, keys.update]);
  });
});
