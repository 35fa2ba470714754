// The public client of tus uploads to the studio, pauses, resumes and aborts: a second opinion on whether its resumable
// uploads are tus's.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { GoTrueClient } from "@supabase/auth-js";
import { Upload } from "tus-js-client";
import { videos } from "./app.mjs";
import { account, startStudio } from "./studio.mjs";

describe("tus-js-client against the studio", { concurrency: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), "tallylight-studio-"));
  const bytes = readFileSync(videos.silent);
  let studio;
  let url;
  let headers;

  before(async () => {
    ({ studio, url } = await startStudio(folder));
    const { auth_key: apikey } = await (await fetch(`${url}/.well-known/tallylight.json`)).json();
    const auth = new GoTrueClient({ url: `${url}/auth/v1`, headers: { apikey }, autoRefreshToken: false, persistSession: false });
    const { data } = await auth.signInWithPassword(account);
    headers = { Authorization: `Bearer ${data.session.access_token}` };
  });
  after(() => studio?.kill());

  /** Prepares an upload; `ended` is fulfilled with the last answer, or fails. */
  function prepare(options = {}) {
    const { promise: ended, resolve, reject } = withResolvers();
    let last;
    const upload = new Upload(bytes, {
      endpoint: `${url}/api/v1/videos/uploads`,
      headers,
      metadata: { filename: "city at night.mp4", filetype: "video/mp4" },
      chunkSize: 64 * 1024,
      onAfterResponse: (_request, response) => (last = response),
      onSuccess: () => resolve(last),
      onError: reject,
      ...options,
    });
    return { upload, ended };
  }

  function withResolvers() {
    const parts = {};
    parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
    return parts;
  }

  /** Starts an upload, and pauses it once some of it is there. */
  async function pausedHalfway() {
    const paused = withResolvers();
    const { upload } = prepare({
      onChunkComplete: (_size, accepted, total) => {
        if (accepted > total / 3) void upload.abort().then(() => paused.resolve(accepted));
      },
    });
    upload.start();
    const accepted = await paused.promise;
    assert.ok(accepted < bytes.length, `${accepted} of ${bytes.length}`);
    return upload;
  }

  const jobs = async () => (await fetch(`${url}/api/v1/jobs/`, { headers })).json();

  it("uploads, and the last answer names the job", async () => {
    const { upload, ended } = prepare();
    upload.start();
    const answer = JSON.parse((await ended).getBody());
    const [job] = await jobs();
    assert.equal(job.id, answer.job_id);
    assert.equal(job.video.original_filename, "city at night.mp4");
    assert.equal(job.video.size_bytes, bytes.length);
  });

  it("resumes where it was paused, after the studio was killed and started again", async () => {
    const paused = await pausedHalfway();
    studio.kill("SIGKILL");
    await once(studio, "exit");
    ({ studio, url } = await startStudio(folder));
    const sent = [];
    const { upload, ended } = prepare({
      uploadUrl: paused.url,
      onBeforeRequest: (request) => sent.push([request.getMethod(), Number(request.getHeader("Upload-Offset") ?? 0)]),
    });
    upload.start();
    await ended;
    const [, first] = sent;
    assert.deepEqual([sent[0][0], first[0]], ["HEAD", "PATCH"]);
    assert.ok(first[1] > 0, "nothing is sent twice");
    assert.equal((await jobs()).length, 2);
  });

  it("aborts, and nothing of it stays", async () => {
    const upload = await pausedHalfway();
    const id = upload.url.split("/").at(-1);
    assert.ok(readdirSync(join(folder, "uploads")).includes(id));
    await Upload.terminate(upload.url, { headers });
    assert.ok(!readdirSync(join(folder, "uploads")).includes(id));
    assert.equal((await jobs()).length, 2);
  });
});
