// The requests of docs/backend.md against the studio: what the page shows is what a backend answers.

import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, openAsBlob, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import WebSocket from "ws";
import { videos } from "./support/environment.ts";
import { account, publicKey, startStudio, upload, waitForCompletion } from "./support/studio.ts";
import { present, waitFor } from "./support/wait.ts";

const PAGE = join(import.meta.dirname, "../../docs/backend.md");

interface Message {
  type: string;
  data: { metadata_type?: string };
}

interface Example {
  request: string;
  /** What the answer has, if the page shows it. */
  shown: unknown;
}

/** Returns the requests of the page, each with the JSON that follows it directly. */
function examples(page: string): Example[] {
  const blocks = page.matchAll(/```http\n([\s\S]*?)\n```(?:\s*```json\n([\s\S]*?)\n```)?/g);
  return [...blocks].map(([, request, json]) => ({
    request: present(request),
    shown: json && JSON.parse(json),
  }));
}

/** Returns the path of a request, for messages. */
const path = (request: string) => present(request.split("\n")[0]).split(" ")[1] ?? "";

/** Checks that an answer has everything that is shown, in the same types. Texts and numbers may differ. */
function assertShape(answer: unknown, shown: unknown, place: string): void {
  if (Array.isArray(shown)) {
    assert.ok(Array.isArray(answer), `${place} is a list: ${JSON.stringify(answer)}`);
    if (shown.length === 0) assert.equal(answer.length, 0, `${place} is empty`);
    for (const [index, element] of shown.entries()) {
      assertShape(answer[index], element, `${place}[${index}]`);
    }
  } else if (shown !== null && typeof shown === "object") {
    assert.ok(answer !== null && typeof answer === "object", `${place} is an object`);
    for (const [name, value] of Object.entries(shown)) {
      assert.ok(name in answer, `${place}.${name} is in ${JSON.stringify(answer)}`);
      assertShape((answer as Record<string, unknown>)[name], value, `${place}.${name}`);
    }
  } else {
    assert.equal(typeof answer, typeof shown, `the type of ${place}`);
  }
}

describe("docs/backend.md", { concurrency: false }, () => {
  const page = readFileSync(PAGE, "utf8");
  let studio: ChildProcess;
  let url: string;
  /** What the braces of the page stand for. */
  const known: Record<string, string> = { email: account.email, password: account.password };

  const filled = (text: string) =>
    text.replace(/\{(\w+)\}/g, (placeholder, name: string) => known[name] ?? placeholder);

  before(async () => {
    const folder = mkdtempSync(join(tmpdir(), "tallylight-docs-"));
    ({ studio, url } = await startStudio(folder, { args: ["--heartbeat", "1"] }));
    known["auth_key"] = await publicKey(url);
  });
  after(() => studio?.kill());

  async function send(
    request: string,
  ): Promise<{ status: number; expected: number; body: unknown }> {
    const parts = filled(request).split("\n\n");
    const [first = "", ...lines] = present(parts[0]).split("\n");
    const [method = "GET", target = "/"] = first.split(" ");
    const headers = Object.fromEntries(lines.map((line) => line.split(": ") as [string, string]));
    let body: BodyInit | null = parts.length > 2 ? present(parts[1]) : null;
    if (body === "{video}") {
      delete headers["Content-Type"];
      body = new FormData();
      body.append("file", await openAsBlob(videos.silent, { type: "video/mp4" }), "night.mp4");
    }
    const answer = await fetch(`${url}${target}`, { method, headers, body });
    const text = await answer.text();
    const parsed: unknown = text.startsWith("{") || text.startsWith("[") ? JSON.parse(text) : text;
    return { status: answer.status, expected: Number(parts.at(-1)), body: parsed };
  }

  it("shows requests that the studio answers so", async () => {
    const all = examples(page);
    assert.ok(all.length >= 10, `${all.length} requests`);
    for (const { request, shown } of all) {
      const { status, expected, body } = await send(request);
      assert.equal(status, expected, `${path(request)}: ${JSON.stringify(body)}`);
      if (shown !== undefined) assertShape(body, shown, path(request));
      const { access_token: token, job_id, video_id } = body as Record<string, string | undefined>;
      for (const [name, value] of Object.entries({ token, job_id, video_id })) {
        if (value) known[name] = value;
      }
      if (job_id && path(request).endsWith("/upload")) {
        // Until then the studio takes no edits of its texts.
        await waitForCompletion(url, present(known["token"]), job_id);
      }
    }
  });

  it("shows the messages of the socket", async () => {
    const lines = present(/```ws\n([\s\S]*?)\n```/.exec(page)?.[1]).split("\n");
    const received: Message[] = [];
    const token = present(known["token"]);
    const headers = { authorization: `Bearer ${token}` };
    const socket = new WebSocket(`${url.replace("http", "ws")}/ws`, { headers });
    socket.on("message", (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Message;
      received.push(message);
      // Without answers, the studio takes a client for gone.
      if (message.type === "HEARTBEAT") socket.send(JSON.stringify({ action: "heartbeat" }));
    });
    await new Promise((resolve) => socket.once("open", resolve));
    known["job_id"] = (await upload(url, token, videos.complete)).job_id;
    for (const line of lines) {
      const shown = JSON.parse(filled(line.slice(2))) as Message;
      if (line.startsWith(">")) {
        socket.send(JSON.stringify(shown));
        continue;
      }
      const isIt = ({ type, data }: Message) =>
        type === shown.type && data.metadata_type === shown.data.metadata_type;
      const message = await waitFor(`a ${shown.type}`, () => received.find(isIt), 60_000);
      assertShape(message, { ...shown, data: withoutLists(shown.data) }, shown.type);
    }
    socket.close();
  });
});

/** Returns an example without its lists, whose elements depend on the video. */
function withoutLists(data: object): object {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => !Array.isArray(value)));
}
