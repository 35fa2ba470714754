import type { QueryClient } from "@tanstack/svelte-query";
import { beforeEach, describe, expect, it } from "vitest";
import { mockJob, signedInStatus } from "./backend.mock";
import type { Event, JobView, RowView, StatusView, UploadView } from "./bindings";
import { applyEdit, applyEvent, applySettings, applyUpdate, askForMissed } from "./events";
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

describe("a batch of jobs", () => {
  it("writes an increment into the list and the video in the same call", () => {
    const before = mockJob({ job_id: "7" });
    client.setQueryData(keys.videos, [before]);
    client.setQueryData(keys.video("7"), before);
    const after = mockJob({ job_id: "7", status: "PROCESSING", progress_percent: 40 });
    applyEvent(client, jobs([{ job: after, scope: "increment" }]));
    expect(client.getQueryData(keys.videos)).toEqual([after]);
    expect(client.getQueryData(keys.video("7"))).toEqual(after);
    expect(client.getQueryState(keys.video("7"))?.isInvalidated).toBe(false);
  });

  it("invalidates a video of which many aspects changed", () => {
    client.setQueryData(keys.video("7"), mockJob({ job_id: "7" }));
    const done = mockJob({ job_id: "7", status: "COMPLETED", progress_percent: 100 });
    applyEvent(client, jobs([{ job: done, scope: "major" }]));
    expect(client.getQueryData<JobView>(keys.video("7"))?.status).toBe("COMPLETED");
    expect(client.getQueryState(keys.video("7"))?.isInvalidated).toBe(true);
  });

  it("puts new jobs in their place, newest first, and takes removed ones out", () => {
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

  it("moves a job to its place when its time becomes known", () => {
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

  it("keeps no video that nobody looks at", () => {
    applyEvent(client, jobs([{ job: mockJob({ job_id: "7" }), scope: "increment" }]));
    expect(client.getQueryData(keys.video("7"))).toBeUndefined();
  });

  it("leaves a list that was not loaded to its query", () => {
    applyEvent(client, jobs([{ job: mockJob({ job_id: "7" }), scope: "increment" }]));
    expect(client.getQueryData(keys.videos)).toBeUndefined();
  });
});

describe("transcripts", () => {
  const told = (version: string, scope: "increment" | "major" = "increment") =>
    jobs([{ job: mockJob({ job_id: "7", transcript_version: version }), scope }]);

  it("stay on the screen through batches, which carry none, and are asked for when there is another", () => {
    const metadata = { TRANSCRIPT: "long words" };
    client.setQueryData(
      keys.video("7"),
      mockJob({ job_id: "7", metadata, transcript_version: "1" }),
    );
    applyEvent(client, told("1"));
    expect(client.getQueryData<JobView>(keys.video("7"))?.metadata.TRANSCRIPT).toBe("long words");
    expect(client.getQueryState(keys.video("7"))?.isInvalidated).toBe(false);
    applyEvent(client, told("2"));
    expect(client.getQueryData<JobView>(keys.video("7"))?.metadata.TRANSCRIPT).toBe("long words");
    expect(client.getQueryState(keys.video("7"))?.isInvalidated).toBe(true);
  });
});

describe("an edit", () => {
  const thumbnail = (id: string) => ({
    thumbnail_id: id,
    thumbnail_url: `https://x.test/${id}`,
    width: 1,
    height: 1,
    timestamp_seconds: null,
  });

  it("is shown in the list and the video in the same call, before anything answers", () => {
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

  it("and what became of it is remembered for its field, and gone with the session", () => {
    const told = {
      event: "edit",
      job_id: "7",
      field: "TITLE",
      outcome: "saved",
      reason: null,
    } as const;
    applyEvent(client, told);
    expect(client.getQueryData(keys.edits("7"))).toEqual({ TITLE: told });
    client.setQueryData(keys.status, signedInStatus());
    const session = { email: null, reason: null, warning: null };
    applyEvent(client, { event: "session", state: "signed_out", ...session });
    expect(client.getQueryData(keys.edits("7"))).toBeUndefined();
  });

  it("that the disk could not keep is told in the status", () => {
    client.setQueryData(keys.status, signedInStatus());
    const trouble = { code: "disk_full" as const, message: "make room" };
    applyEvent(client, { event: "storage", trouble, incident: null });
    expect(client.getQueryData<StatusView>(keys.status)?.storage.trouble).toEqual(trouble);
  });
});

describe("connection and session", () => {
  it("writes the connection into the status", () => {
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

  it("asks for everything anew when somebody signs in or out, and not when a token is renewed", () => {
    client.setQueryData(keys.status, signedInStatus());
    client.setQueryData(keys.videos, []);
    const session = { email: "me@acme.tv", reason: null, warning: null };
    applyEvent(client, { event: "session", state: "refreshed", ...session });
    expect(client.getQueryState(keys.videos)?.isInvalidated).toBe(false);
    applyEvent(client, { event: "session", state: "signed_out", ...session, email: null });
    expect(client.getQueryState(keys.status)?.isInvalidated).toBe(true);
    expect(client.getQueryData(keys.videos), "whoever looks next is somebody else").toBe(undefined);
    expect(client.getQueryData<StatusView>(keys.status)?.session.state).toBe("signed_out");
  });
});

describe("uploads", () => {
  const upload = (given: Partial<UploadView>): Event => ({
    event: "upload",
    upload_id: 1,
    filename: "a.mp4",
    sent_bytes: 0,
    total_bytes: 10,
    bytes_per_second: null,
    state: "sending",
    job_id: null,
    error: null,
    ...given,
  });
  const held = () => client.getQueryData<UploadView[]>(keys.uploads);

  it("are shown while they go on, leave when they are sent, and stay when they fail until given up", () => {
    client.setQueryData(keys.uploads, []);
    applyEvent(client, upload({}));
    applyEvent(client, upload({ sent_bytes: 5 }));
    applyEvent(client, upload({ upload_id: 2 }));
    expect(held()?.map(({ upload_id, sent_bytes }) => [upload_id, sent_bytes])).toEqual([
      [1, 5],
      [2, 0],
    ]);
    applyEvent(client, upload({ state: "sent", job_id: "7" }));
    applyEvent(client, upload({ upload_id: 2, state: "failed" }));
    expect(held()?.map((upload) => upload.state)).toEqual(["failed"]);
    applyEvent(client, upload({ upload_id: 2, state: "cancelled" }));
    expect(held()).toEqual([]);
  });
});

describe("news", () => {
  it("are counted in the status, and what happened is asked for anew", () => {
    client.setQueryData(keys.status, signedInStatus());
    client.setQueryData(keys.history, []);
    applyEvent(client, { event: "news", unread: 2, paused_until: "2026-01-01T12:00:00Z" });
    expect(client.getQueryData<StatusView>(keys.status)?.news).toMatchObject({
      unread: 2,
      paused_until: "2026-01-01T12:00:00Z",
    });
    expect(client.getQueryState(keys.history)?.isInvalidated).toBe(true);
  });

  it("of somebody who has left are forgotten", () => {
    client.setQueryData(keys.status, signedInStatus());
    client.setQueryData(keys.history, []);
    const session = { email: null, reason: null, warning: null };
    applyEvent(client, { event: "session", state: "signed_out", ...session });
    expect(client.getQueryData(keys.history)).toBeUndefined();
  });
});

describe("the shell", () => {
  it("tells that the settings are others, and of newer versions", () => {
    client.setQueryData(keys.settings, {});
    applySettings(client);
    expect(client.getQueryState(keys.settings)?.isInvalidated).toBe(true);
    applyUpdate(client, { state: "available", version: "0.6.0" });
    expect(client.getQueryData(keys.update)).toEqual({ state: "available", version: "0.6.0" });
  });
});

describe("what was told before anybody listened", () => {
  const all = [keys.status, keys.videos, keys.edits("7"), keys.settings, keys.update];
  const askedFor = (heard: { batches: number; of_jobs: number }) => {
    for (const key of all) client.setQueryData(key, {});
    askForMissed(client, { batches: 1, of_jobs: 1 }, heard);
    return all.filter((key) => client.getQueryState(key)?.isInvalidated);
  };

  it("is asked for; what became of an edit is not, which nobody else knows", () => {
    expect(askedFor({ batches: 2, of_jobs: 2 })).toEqual([
      keys.status,
      keys.videos,
      keys.settings,
      keys.update,
    ]);
  });

  it("leaves the list alone where it was not about jobs", () => {
    expect(askedFor({ batches: 2, of_jobs: 1 })).toEqual([keys.status, keys.settings, keys.update]);
  });

  it("is only what no batch counts where there was none", () => {
    expect(askedFor({ batches: 1, of_jobs: 1 })).toEqual([keys.settings, keys.update]);
  });
});
