// A studio of its own, as a team would run it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { bin } from "./app.mjs";

export const account = { email: "me@acme.tv", password: "correct horse" };

/** Starts a studio on a port, 0 for any, and returns its process and address. */
export async function startStudio(dataDir, { port = 0, more = [], world = {} } = {}) {
  const args = ["--port", String(port), "--data-dir", dataDir, "--user", account.email, ...more];
  const env = { ...process.env, TALLYLIGHT_PASSWORD: account.password, ...world };
  const studio = spawn(bin("tallylight-studio"), args, { env, stdio: ["ignore", "pipe", "ignore"] });
  const [line] = await once(createInterface({ input: studio.stdout }), "line");
  const url = /^studio ready on (http:\/\/127\.0\.0\.1:\d+)$/.exec(line)?.[1];
  if (!url) throw new Error(`the studio said: ${line}`);
  return { studio, url };
}
