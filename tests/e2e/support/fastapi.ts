// A backend made from examples/fastapi in a folder of its own, with the studio as its Supabase project.

import { spawn, type ChildProcess } from "node:child_process";
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { requiredEnv } from "./environment.ts";
import { publicKey } from "./studio.ts";
import { waitFor } from "./wait.ts";

const EXAMPLE = join(import.meta.dirname, "../../../examples/fastapi");

export interface FastApi {
  url: string;
  /** Ends it, and what it started. */
  stop: () => void;
}

/** A studio that stands for a Supabase project. */
export interface Project {
  url: string;
  /** Its data folder, which has the service key. */
  folder: string;
}

/** Starts the example in a new folder: two workers and a Redis for the socket, one worker for Realtime. */
export async function startFastApi(
  folder: string,
  project: Project,
  transport: "socket" | "realtime",
): Promise<FastApi> {
  mkdirSync(folder, { recursive: true });
  cpSync(EXAMPLE, folder, { recursive: true });
  const [port, redisPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const processes: ChildProcess[] = [];
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    NAME: "Acme Studio",
    SUPABASE_URL: project.url,
    SUPABASE_ANON_KEY: await publicKey(project.url),
    DATA_DIR: join(folder, "data"),
    TRANSPORT: transport,
  };
  if (transport === "socket") {
    processes.push(startRedis(redisPort, folder));
    env["REDIS_URL"] = `redis://127.0.0.1:${redisPort}`;
  } else {
    env["SUPABASE_SERVICE_KEY"] = readFileSync(join(project.folder, "service_key"), "utf8");
  }
  const workers = transport === "socket" ? "2" : "1";
  const uvicorn = ["-m", "uvicorn", "app:app", "--port", String(port), "--workers", workers];
  processes.push(
    spawn(requiredEnv("TALLYLIGHT_FASTAPI"), uvicorn, {
      cwd: folder,
      env,
      stdio: ["ignore", "ignore", "inherit"],
    }),
  );
  const stop = () => processes.forEach((child) => child.kill());
  await waitFor("the backend", async () => {
    const answer = await fetch(`${url}/.well-known/tallylight.json`).catch(() => null);
    return answer?.ok;
  }).catch((error: Error) => {
    stop();
    throw error;
  });
  return { url, stop };
}

function startRedis(port: number, folder: string): ChildProcess {
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder];
  return spawn("redis-server", options, { stdio: "ignore" });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
