// The public tus client uploads to the studio, pauses, resumes and aborts: it checks that the studio implements tus.

import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { GoTrueClient } from "@supabase/auth-js";
import { Upload, type HttpResponse, type UploadOptions } from "tus-js-client";
import { videos } from "./support/environment.ts";
import { account, publicKey, startStudio } from "./support/studio.ts";
import { present } from "./support/wait.ts";

describe("tus-js-client against the studio", { concurrency: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), "tallylight-studio-"));
  const bytes = readFileSync(videos.silent);
  let studio: ChildProcess;
  let url: string;
  let headers: Record<string, string>;

  before(async () => {
    ({ studio, url } = await startStudio(folder));
    const apikey = await publicKey(url);
    const auth = new GoTrueClient({
      url: `${url}/auth/v1`,
      headers: { apikey },
      autoRefreshToken: false,
      persistSession: false,
    });
    const { data } = await auth.signInWithPassword(account);
    headers = { Authorization: `Bearer ${data.session?.access_token}` };
  });
  after(() => studio?.kill());

  /** Prepares an upload; `ended` is fulfilled with the last answer, or fails. */
  function prepare(options: Partial<UploadOptions> = {}) {
    const { promise: ended, resolve, reject } = withResolvers<HttpResponse>();
    let last: HttpResponse;
    const upload = new Upload(bytes, {
      endpoint: `${url}/api/v1/videos/uploads`,
      headers,
      metadata: { filename: "city at night.mp4", filetype: "video/mp4" },
      chunkSize: 64 * 1024,
      onAfterResponse: (_request, response) => void (last = response),
      onSuccess: () => resolve(last),
      onError: reject,
      ...options,
    });
    return { upload, ended };
  }

  function withResolvers<T>() {
    let resolve!: (value: T) => void;
    let reject!: (reason: unknown) => void;
    const promise = new Promise<T>((...functions) => ([resolve, reject] = functions));
    return { promise, resolve, reject };
  }

  /** Starts an upload, and pauses it once some of it is there. */
  async function pausedHalfway() {
    const paused = withResolvers<number>();
    const { upload } = prepare({
      onChunkComplete: (_size, accepted, total) => {
        if (accepted > (total ?? 0) / 3) void upload.abort().then(() => paused.resolve(accepted));
      },
    });
    upload.start();
    const accepted = await paused.promise;
    assert.ok(accepted < bytes.length, `${accepted} of ${bytes.length}`);
    return upload;
  }

  type UploadedJob = { id: string; video: { original_filename: string; size_bytes: number } };
  const jobs = async () =>
    (await (await fetch(`${url}/api/v1/jobs/`, { headers })).json()) as UploadedJob[];

  it("uploads: the last answer names the job", async () => {
    const { upload, ended } = prepare();
    upload.start();
    const answer = JSON.parse((await ended).getBody());
    const [job] = await jobs();
    assert.equal(job?.id, answer.job_id);
    assert.equal(job?.video.original_filename, "city at night.mp4");
    assert.equal(job?.video.size_bytes, bytes.length);
  });

  it("resumes a paused upload after the studio was killed and restarted", async () => {
    const paused = await pausedHalfway();
    studio.kill("SIGKILL");
    await once(studio, "exit");
    ({ studio, url } = await startStudio(folder));
    const sent: [method: string, offset: number][] = [];
    const { upload, ended } = prepare({
      uploadUrl: paused.url,
      onBeforeRequest: (request) => {
        sent.push([request.getMethod(), Number(request.getHeader("Upload-Offset") ?? 0)]);
      },
    });
    upload.start();
    await ended;
    const [head, patch] = sent;
    assert.deepEqual([head?.[0], patch?.[0]], ["HEAD", "PATCH"]);
    assert.ok(Number(patch?.[1]) > 0, "nothing is sent twice");
    assert.equal((await jobs()).length, 2);
  });

  it("aborts an upload, and leaves nothing of it", async () => {
    const upload = await pausedHalfway();
    const address = present(upload.url);
    const id = present(address.split("/").at(-1));
    assert.ok(readdirSync(join(folder, "uploads")).includes(id));
    await Upload.terminate(address, { headers });
    assert.ok(!readdirSync(join(folder, "uploads")).includes(id));
    assert.equal((await jobs()).length, 2);
  });
});
