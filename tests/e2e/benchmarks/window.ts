// Measures the app as it is shipped, in its window, beside Chromium with the same page and the same data, and beside a
// bare window of the same webview. Writes JSON into a file.

import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "../support/app.ts";
import { bin, requiredEnv, screenshotDir } from "../support/environment.ts";
import type { Command } from "../support/ipc.ts";
import { processId } from "../support/processes.ts";
import { holdFor, present, waitFor } from "../support/wait.ts";
import { servePage, type PageAnswers } from "./page-server.ts";
import { memoryMebibytes, startedAt, workDone } from "./process-usage.ts";

const BENCH = requiredEnv("TALLYLIGHT_BENCH");
const DIST = requiredEnv("TALLYLIGHT_DIST");
const IDLE_SECONDS = Number(requiredEnv("TALLYLIGHT_IDLE_SECONDS"));
/** How long programs have run before their memory is measured and their idle time begins. */
const SETTLING_MS = 30_000;
const STARTS = 7;
const JOBS = 1000;

declare global {
  interface Window {
    /** The titles that the page has shown, each with when; null when nothing is measured any more. */
    seen: [title: string, at: number][] | null;
    /** How long each frame took, in milliseconds. */
    gaps: number[];
  }
}

const sorted = (values: number[]): number[] => values.toSorted((a, b) => a - b);
const median = (values: number[]): number =>
  present(sorted(values)[Math.floor(values.length / 2)], "a value");
const percentile = (values: number[], share: number): number =>
  present(
    sorted(values)[Math.min(values.length - 1, Math.floor(values.length * share))],
    "a value",
  );

/** Starts the server that sends what it is asked to. */
async function startServer(): Promise<{ server: ChildProcess; address: string }> {
  const server = spawn(BENCH, ["serve", "--jobs", String(JOBS)], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const text = await new Promise((resolve) => server.stdout.once("data", resolve));
  return { server, address: present(String(text).trim().split("\n")[0]) };
}

/** Connects to the server, and signs in. */
async function signIn(app: App, address: string): Promise<void> {
  await app.waitForText("Connect to a studio");
  await app.fill("#address", address);
  await app.button("Connect").click();
  await app.waitForText("Sign in to Bench");
  await app.signIn({ email: "me@bench", password: "x" });
  await app.waitForText("Live");
  await waitFor("the list", async () => (await app.invoke("rows")).length > JOBS);
}

/** Begins to note in the page which titles it shows when, and how long its frames take. */
async function beginToWatch(app: App): Promise<void> {
  await app.browser.execute(() => {
    window.seen = [];
    window.gaps = [];
    const known = new Set<string>();
    const look = () => {
      for (const [text] of document.body.innerText.matchAll(/t\d{20}/g)) {
        if (known.has(text)) continue;
        known.add(text);
        window.seen?.push([text, performance.timeOrigin + performance.now()]);
      }
    };
    let last = performance.now();
    const frame = (now: number) => {
      window.gaps.push(now - last);
      last = now;
      look();
      if (window.seen) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
}

/** Returns how late titles were in the page, and how long the page stood still. */
async function latency(app: App, address: string, rate: number) {
  await beginToWatch(app);
  const load = `messages=${rate * 10}&rate=${rate}&mix=dated&size=0&about=8`;
  await fetch(`${address}/go?${load}`);
  let shown = -1;
  await waitFor("the last titles", async () => {
    const before = shown;
    shown = await app.browser.execute(() => window.seen?.length ?? 0);
    return shown === before;
  });
  const [seen, gaps] = await app.browser.execute(() => {
    const measured: [[string, number][], number[]] = [window.seen ?? [], window.gaps];
    window.seen = null;
    return measured;
  });
  // The clocks of this machine: what the server reads, and what the page does.
  const ahead = performance.timeOrigin + performance.now() - Number(process.hrtime.bigint()) / 1e6;
  const late = seen.map(([title, at]) => at - (Number(BigInt(title.slice(1))) / 1e6 + ahead));
  return {
    shown: late.length,
    p50: percentile(late, 0.5),
    p99: percentile(late, 0.99),
    longest_frame: Math.max(...gaps.slice(2)),
  };
}

/** Returns how long a program took from its start until it showed the list, in milliseconds. */
async function startTime(begin: () => Promise<App>, pattern: string): Promise<number> {
  const app = await begin();
  const mark = () =>
    app.browser.execute(() => {
      const [mark] = performance.getEntriesByName("list");
      return mark && performance.timeOrigin + mark.startTime;
    });
  const shown = await waitFor("the list", mark);
  const taken = shown - startedAt(Number(processId(pattern)));
  await app.close();
  return taken;
}

function startChromium(url: string, folder: string): ChildProcess {
  const options = [
    "--no-sandbox",
    "--no-first-run",
    "--disable-extensions",
    "--disable-sync",
    "--disable-component-update",
    "--disable-background-networking",
    `--user-data-dir=${folder}`,
    "--window-size=960,680",
    `--app=${url}`,
  ];
  return spawn("chromium", options, { stdio: "ignore" });
}

const folder = (name: string): string => mkdtempSync(join(tmpdir(), `tallylight-measure-${name}-`));

/** Measures what happens in the page, and returns what the core answers to it. */
async function measurePage(dataDir: string, address: string) {
  const app = await App.start(dataDir);
  await signIn(app, address);
  const latency_1000 = await latency(app, address, 1000);
  const latency_5000 = await latency(app, address, 5000);
  const commands: Command[] = [
    "initial_state",
    "status",
    "rows",
    "settings",
    "history",
    "uploads",
    "update",
    "releases",
    "diagnostics",
  ];
  const answers: PageAnswers = {};
  for (const command of commands) answers[command] = await app.invoke(command).catch(() => null);
  const { sent } = await app.invoke("initial_state");
  answers.listening = sent;
  answers.job = await app.invoke("job", { jobId: "job-000000" });
  await app.screenshot("measured");
  await app.close();
  return { latencies: { latency_1000, latency_5000 }, answers };
}

/** Measures starts of the app and of a bare window, in turns. */
async function measureStarts(dataDir: string) {
  const bareDir = folder("bare");
  const bareOptions = { program: "examples/bare", args: [bareDir], usesDefaultDataDir: true };
  const starts: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
  for (let time = 0; time < STARTS; time += 1) {
    const ours = `^${bin("tallylight")} --data-dir ${dataDir}`;
    starts.ours.push(await startTime(() => App.start(dataDir), ours));
    const bare = `^${bin("examples/bare")}`;
    starts.bare.push(await startTime(() => App.start(bareDir, bareOptions), bare));
  }
  return { ours: median(starts.ours), bare: median(starts.bare) };
}

/** Measures memory and idle work of the app, shown and hidden, and of Chromium, at the same time. */
async function measureIdle(shownDir: string, hiddenDir: string, pageUrl: string) {
  const running = {
    shown: spawn(bin("tallylight"), ["--data-dir", shownDir], { stdio: "ignore" }),
    hidden: spawn(bin("tallylight"), ["--data-dir", hiddenDir, "--hidden"], { stdio: "ignore" }),
    chromium: startChromium(pageUrl, folder("chromium")),
  };
  const programs = Object.entries(running).map(([name, { pid }]) => ({ name, pid: present(pid) }));
  // These times are what is measured: memory some time after the start, and the work of a period without events.
  await holdFor(SETTLING_MS);
  mkdirSync(screenshotDir(), { recursive: true });
  const screenshot = join(screenshotDir(), "measured-idle.png");
  execFileSync("import", ["-window", "root", screenshot]);
  const begun = programs.map(({ name, pid }) => {
    const memory = memoryMebibytes(pid);
    return { name, pid, memory, work: workDone(pid) };
  });
  await holdFor(IDLE_SECONDS * 1000);
  const measured = begun.map(({ name, pid, memory, work }) => {
    const after = workDone(pid);
    const percent = ((after.seconds - work.seconds) / IDLE_SECONDS) * 100;
    return {
      name,
      memory,
      idle: { percent, wakes_a_second: (after.wakes - work.wakes) / IDLE_SECONDS },
    };
  });
  for (const { pid } of programs) process.kill(pid);
  return {
    memory: Object.fromEntries(measured.map(({ name, memory }) => [name, memory])),
    idle: Object.fromEntries(measured.map(({ name, idle }) => [name, idle])),
  };
}

const { server, address } = await startServer();
const shownDir = folder("shown");
const { latencies, answers } = await measurePage(shownDir, address);
const start = await measureStarts(shownDir);
const hiddenDir = folder("hidden");
const hidden = await App.start(hiddenDir);
await signIn(hidden, address);
await hidden.close();
const page = await servePage(DIST, answers);
const idle = await measureIdle(shownDir, hiddenDir, page.url);
page.server.close();
server.kill();
writeFileSync(requiredEnv("TALLYLIGHT_MEASURED"), JSON.stringify({ ...latencies, start, ...idle }));
process.exit();
