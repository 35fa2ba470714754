// Measures the app as it is shipped, in its window, beside Chromium with the same page and the same data, and beside a
// bare window of the same webview. Writes JSON into a file.

import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { App, bin, waitFor } from "./app.mjs";

const BENCH = process.env.TALLYLIGHT_BENCH;
const DIST = process.env.TALLYLIGHT_DIST;
const IDLE_SECONDS = Number(process.env.TALLYLIGHT_IDLE_SECONDS);
const STARTS = 7;
const JOBS = 1000;

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const percentile = (values, share) => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

/** Starts the server that says what it is asked to. */
async function startServer() {
  const server = spawn(BENCH, ["serve", "--jobs", String(JOBS)], { stdio: ["ignore", "pipe", "ignore"] });
  const address = await new Promise((resolve) => server.stdout.once("data", (text) => resolve(String(text).trim().split("\n")[0])));
  return { server, address };
}

/** Connects to the server, and signs in. */
async function enter(app, address) {
  await app.sees("Connect to a studio");
  await app.type("#address", address);
  await app.button("Connect").click();
  await app.sees("Sign in to Bench");
  await app.signIn({ email: "me@bench", password: "x" });
  await app.sees("Live");
  await waitFor("the list", async () => (await app.invoke("rows")).length > JOBS);
}

/** Returns how late titles were in the page, and how long the page stood still. */
async function latency(app, address, rate) {
  await app.browser.execute(() => {
    window.seen = [];
    window.gaps = [];
    const looked = new Set();
    const look = () => {
      for (const [text] of document.body.innerText.matchAll(/t\d{20}/g)) {
        if (looked.has(text)) continue;
        looked.add(text);
        window.seen.push([text, performance.timeOrigin + performance.now()]);
      }
    };
    let last = performance.now();
    const frame = (now) => {
      window.gaps.push(now - last);
      last = now;
      look();
      if (window.seen) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  const load = `messages=${rate * 10}&rate=${rate}&mix=dated&size=0&about=8`;
  await fetch(`${address}/go?${load}`);
  await sleep(500);
  const [seen, gaps] = await app.browser.execute(() => {
    const measured = [window.seen, window.gaps];
    window.seen = null;
    return measured;
  });
  // The clocks of this machine: what the server reads, and what the page does.
  const ahead = performance.timeOrigin + performance.now() - Number(process.hrtime.bigint()) / 1e6;
  const late = seen.map(([title, at]) => at - (Number(BigInt(title.slice(1))) / 1e6 + ahead));
  return { shown: late.length, p50: percentile(late, 0.5), p99: percentile(late, 0.99), longest_frame: Math.max(...gaps.slice(2)) };
}

/** Returns the processes of a program and all that it started. */
function family(pid) {
  const parents = new Map();
  for (const name of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // It is over.
    }
  }
  const all = [pid];
  for (const parent of all) for (const [child, of] of parents) if (of === parent) all.push(child);
  return all;
}

/** Returns what a family holds in memory, in MiB: what is shared is counted once, among those who share it. */
function proportional(pid) {
  const kib = family(pid).map((pid) => {
    try {
      return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))[1]);
    } catch {
      return 0;
    }
  });
  return kib.reduce((sum, kib) => sum + kib, 0) / 1024;
}

/** Returns how long a family has worked, in seconds, and how often it woke up. */
function work(pid) {
  let [seconds, wakes] = [0, 0];
  for (const one of family(pid)) {
    try {
      const stat = readFileSync(`/proc/${one}/stat`, "utf8");
      const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13).map(Number);
      seconds += (user + system) / 100;
      for (const thread of readdirSync(`/proc/${one}/task`)) {
        wakes += Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(readFileSync(`/proc/${one}/task/${thread}/status`, "utf8"))[1]);
      }
    } catch {
      // It is over.
    }
  }
  return { seconds, wakes };
}

/** Returns when a process was started, in milliseconds since the epoch. */
function startedAt(pid) {
  const boot = Number(/^btime (\d+)/m.exec(readFileSync("/proc/stat", "utf8"))[1]);
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const ticks = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
  // `btime` has whole seconds: the uptime tells the rest.
  const uptime = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
  const exact = Date.now() / 1000 - uptime;
  return (Math.abs(exact - boot) < 2 ? exact : boot) * 1000 + ticks * 10;
}

/** Returns how long a program took from its start to its first picture of what it is for, in milliseconds. */
async function start(begin, pattern) {
  const app = await begin();
  const mark = () => app.browser.execute(() => {
    const [mark] = performance.getEntriesByName("list");
    return mark && performance.timeOrigin + mark.startTime;
  });
  const shown = await waitFor("the list", mark);
  const [pid] = execFileSync("pgrep", ["-f", pattern], { encoding: "utf8" }).trim().split("\n");
  const taken = shown - startedAt(Number(pid));
  await app.close();
  return taken;
}

/** Serves the same page to a browser, with the answers that the core gave. */
async function servePage(answers) {
  const shim = `<script>
    const answers = ${JSON.stringify(answers).replaceAll("<", "\\u003c")};
    let callbacks = 0;
    window.__TAURI_INTERNALS__ = {
      invoke: async (command, args) => (command === "job" ? answers.job : (answers[command] ?? null)),
      transformCallback: () => (callbacks += 1),
      unregisterCallback: () => undefined,
      convertFileSrc: (path) => "/picture/" + path,
      metadata: { currentWindow: { label: "main" }, currentWebview: { label: "main", windowLabel: "main" } },
    };
    window.__TAURI_EVENT_PLUGIN_INTERNALS__ = { unregisterListener: () => undefined };
  </script>`;
  const types = { ".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml", ".woff2": "font/woff2" };
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://x").pathname;
    const file = join(DIST, path === "/" ? "index.html" : path);
    try {
      const body = readFileSync(file);
      response.setHeader("content-type", types[extname(file)] ?? "application/octet-stream");
      response.end(path === "/" ? String(body).replace("<head>", `<head>${shim}`) : body);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${server.address().port}/` };
}

function startChromium(url, folder) {
  const options = ["--no-sandbox", "--no-first-run", "--disable-extensions", "--disable-sync", "--disable-component-update",
    "--disable-background-networking", `--user-data-dir=${folder}`, "--window-size=960,680", `--app=${url}`];
  return spawn("chromium", options, { stdio: "ignore" });
}

const folder = (name) => mkdtempSync(join(tmpdir(), `tallylight-measure-${name}-`));
const { server, address } = await startServer();
const measured = {};

// In the page.
const shownDir = folder("shown");
let app = await App.start(shownDir);
await enter(app, address);
measured.latency_1000 = await latency(app, address, 1000);
measured.latency_5000 = await latency(app, address, 5000);
const commands = ["first_look", "status", "rows", "settings", "history", "uploads", "update", "releases", "diagnostics"];
const answers = {};
for (const command of commands) answers[command] = await app.invoke(command).catch(() => null);
answers.listening = answers.first_look.sent;
answers.job = await app.invoke("job", { jobId: "job-000000" });
await app.screenshot("measured");
await app.close();

// From the start on.
const bareDir = folder("bare");
const ours = () => start(() => App.start(shownDir), `^${bin("tallylight")} --data-dir ${shownDir}`);
const bare = () => start(() => App.start(bareDir, { program: "examples/bare", args: [bareDir], folderless: true }), `^${bin("examples/bare")}`);
const starts = { ours: [], bare: [] };
for (let time = 0; time < STARTS; time += 1) {
  starts.ours.push(await ours());
  starts.bare.push(await bare());
}
measured.start = { ours: median(starts.ours), bare: median(starts.bare) };

// While nothing moves: two of ours, and the browser, at the same time.
const hiddenDir = folder("hidden");
app = await App.start(hiddenDir);
await enter(app, address);
await app.close();
const page = await servePage(answers);
const running = {
  shown: spawn(bin("tallylight"), ["--data-dir", shownDir], { stdio: "ignore" }),
  hidden: spawn(bin("tallylight"), ["--data-dir", hiddenDir, "--hidden"], { stdio: "ignore" }),
  chromium: startChromium(page.url, folder("chromium")),
};
await sleep(30_000);
mkdirSync(process.env.TALLYLIGHT_SCREENSHOTS, { recursive: true });
execFileSync("import", ["-window", "root", join(process.env.TALLYLIGHT_SCREENSHOTS, "measured-idle.png")]);
measured.memory = {};
const before = {};
for (const [name, { pid }] of Object.entries(running)) {
  measured.memory[name] = proportional(pid);
  before[name] = work(pid);
}
await sleep(IDLE_SECONDS * 1000);
measured.idle = {};
for (const [name, { pid }] of Object.entries(running)) {
  const after = work(pid);
  measured.idle[name] = {
    percent: ((after.seconds - before[name].seconds) / IDLE_SECONDS) * 100,
    wakes_a_second: (after.wakes - before[name].wakes) / IDLE_SECONDS,
  };
}
for (const { pid } of Object.values(running)) process.kill(pid);
page.server.close();
server.kill();
writeFileSync(process.env.TALLYLIGHT_MEASURED, JSON.stringify(measured));
process.exit();
