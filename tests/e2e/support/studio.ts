// A studio of its own, as a team would run it.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { openAsBlob } from "node:fs";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { bin } from "./environment.ts";
import { waitFor } from "./wait.ts";

export const account = { email: "me@acme.tv", password: "correct horse" };

export interface StudioOptions {
  /** 0 for any. */
  port?: number | string;
  /** More arguments. */
  args?: string[];
  /** What its environment has beside that of the tests. */
  env?: Record<string, string>;
}

/** Starts a studio and returns its process and address. */
export async function startStudio(
  dataDir: string,
  { port = 0, args = [], env = {} }: StudioOptions = {},
): Promise<{ studio: ChildProcess; url: string }> {
  const all = ["--port", String(port), "--data-dir", dataDir, "--user", account.email, ...args];
  const studio = spawn(bin("tallylight-studio"), all, {
    env: { ...process.env, TALLYLIGHT_PASSWORD: account.password, ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = (await once(createInterface({ input: studio.stdout }), "line")) as [string];
  const url = /^studio ready on (http:\/\/127\.0\.0\.1:\d+)$/.exec(line)?.[1];
  if (!url) throw new Error(`the studio said: ${line}`);
  return { studio, url };
}

/** Returns the key that a studio gives to every client. */
export async function publicKey(url: string): Promise<string> {
  const answer = await fetch(`${url}/.well-known/tallylight.json`);
  return ((await answer.json()) as { auth_key: string }).auth_key;
}

/** Uploads a video as another program would, and returns its ids. */
export async function upload(
  url: string,
  token: string,
  video: string,
): Promise<{ video_id: string; job_id: string }> {
  const form = new FormData();
  form.append("file", await openAsBlob(video, { type: "video/mp4" }), basename(video));
  const answer = await fetch(`${url}/api/v1/videos/upload`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: form,
  });
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as { video_id: string; job_id: string };
}

/** Waits until a job has completed. */
export async function waitForCompletion(url: string, token: string, job: string): Promise<void> {
  const isCompleted = async () => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${url}/api/v1/videos/jobs/${job}`, { headers });
    return ((await answer.json()) as { status: string }).status === "COMPLETED";
  };
  await waitFor("the end of the job", isCompleted, 60_000);
}

/** Signs in as another program would. */
export async function signIn(url: string): Promise<{ access_token: string; user: { id: string } }> {
  const answer = await fetch(`${url}/auth/v1/token?grant_type=password`, {
    method: "POST",
    headers: { apikey: await publicKey(url), "content-type": "application/json" },
    body: JSON.stringify(account),
  });
  return (await answer.json()) as { access_token: string; user: { id: string } };
}
