// A backend whose answers a test decides: REST and a socket, for what a studio never does.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import { waitFor } from "./wait.ts";

/** A job as the contract has it, with what tests read of it. */
export interface Job {
  id: string | number;
  video_id?: string;
  status?: string;
  progress_percent?: number;
  updated_at?: string;
  video_metadata?: Record<string, unknown>;
  [field: string]: unknown;
}

/** The changed fields of a video. */
export type Fields = Record<string, unknown>;

type Reply = [status: number, body: unknown];

export interface BackendOptions {
  access?: string;
  refresh?: string;
  /** 0 for any. */
  port?: number;
  /** What the backend says of itself beside its name. */
  description?: Record<string, unknown>;
  /** Whether it has ended every session. */
  rejectsSessions?: boolean;
}

/** A backend whose answers a test decides. */
export class ScriptedBackend {
  jobs: Job[];
  url = "";
  /** How many pings were answered. */
  pongs = 0;
  /** How many jobs were subscribed to. */
  subscribed = 0;
  /** The edits that were sent, in order. */
  edits: Fields[] = [];
  /** What answers the next edits in place of saving them. */
  nextEditReplies: ((fields: Fields) => Reply)[] = [];
  /** The pictures that it serves, by file name. */
  pictures: Record<string, Buffer> = {};
  /** The paths of the pictures that were requested. */
  pictureRequests: string[] = [];
  /** How many uploads were begun. */
  uploads = 0;
  /** Whether uploads end: without, the line is so slow that none does. */
  acceptsUploads = false;
  private held: Promise<void> | undefined;
  private readonly options: Required<BackendOptions>;
  private readonly server: Server;
  private readonly sockets: WebSocketServer;

  private constructor(jobs: Job[], options: Required<BackendOptions>) {
    this.jobs = jobs;
    this.options = options;
    this.server = createServer((request, response) => this.answer(request, response));
    const verifyClient = () => !options.rejectsSessions;
    this.sockets = new WebSocketServer({ server: this.server, path: "/ws", verifyClient });
    this.sockets.on("connection", (socket) => this.listen(socket));
  }

  /** Starts a backend with a list of jobs. */
  static async start(jobs: Job[], options: BackendOptions = {}): Promise<ScriptedBackend> {
    const { access = "a", refresh = "r", port = 0 } = options;
    const { description = {}, rejectsSessions = false } = options;
    const all = { access, refresh, port, description, rejectsSessions };
    const backend = new ScriptedBackend(jobs, all);
    await new Promise<void>((resolve) => backend.server.listen(port, "127.0.0.1", resolve));
    backend.url = `http://127.0.0.1:${(backend.server.address() as AddressInfo).port}`;
    return backend;
  }

  /** Changes a video, as another client does, and returns its job. */
  change(videoId: string, fields: Fields): Job {
    const job = this.find("video_id", videoId);
    if (!job) throw new Error(`there is no video ${videoId}`);
    job.video_metadata = { ...job.video_metadata, ...fields };
    job.updated_at = new Date(Date.parse(job.updated_at ?? "") + 1000).toISOString();
    return job;
  }

  /** Returns a job that must be in the list. */
  job(id: string): Job {
    const job = this.jobs.find((job) => job.id === id);
    if (!job) throw new Error(`there is no job ${id}`);
    return job;
  }

  /** Leaves requests for the list without an answer, until the returned function is called. */
  holdList(): () => void {
    let release: () => void = () => undefined;
    this.held = new Promise((resolve) => (release = resolve));
    return release;
  }

  /** Sends a message, or a text that is none, to every socket. */
  send(message: unknown): void {
    for (const socket of this.sockets.clients) {
      socket.send(typeof message === "string" ? message : JSON.stringify(message));
    }
  }

  /** Sends a ping, and waits until it is answered: everything that was sent before has been read then. */
  async ping(): Promise<void> {
    const { pongs } = this;
    this.send({ type: "ping" });
    await waitFor("the answer to a ping", () => this.pongs > pongs);
  }

  /** Closes every socket with a code. */
  closeSockets(code: number): void {
    for (const socket of this.sockets.clients) socket.close(code);
  }

  stop(): void {
    for (const socket of this.sockets.clients) socket.terminate();
    this.server.close();
    this.server.closeAllConnections();
  }

  private find(key: "id" | "video_id", id: string): Job | undefined {
    return this.jobs.find((job) => String(job[key]) === decodeURIComponent(id));
  }

  private listen(socket: WebSocket): void {
    socket.on("message", (text) => {
      const { action, job_ids } = JSON.parse(String(text)) as {
        action: string;
        job_ids: string[];
      };
      if (action === "pong") this.pongs += 1;
      if (action === "subscribe") this.subscribed += job_ids.length;
    });
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const reply = (status: number, body: unknown) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    const { access, refresh, description, rejectsSessions } = this.options;
    const path = new URL(request.url ?? "", "http://x").pathname;
    const part = path.split("/");
    if (path === "/.well-known/tallylight.json") {
      reply(200, { name: "Scripted", auth_url: this.url, auth_key: "public", ...description });
    } else if (rejectsSessions) {
      const msg = "Invalid Refresh Token";
      const gone = { code: 400, error_code: "refresh_token_not_found", msg };
      reply(path === "/auth/v1/token" ? 400 : 401, gone);
    } else if (path === "/auth/v1/token") {
      const user = { id: "u", email: "me@acme.tv" };
      const tokens = { access_token: access, refresh_token: refresh };
      reply(200, { ...tokens, token_type: "bearer", expires_in: 3600, user });
    } else if (path === "/api/v1/jobs/") {
      void Promise.resolve(this.held).then(() => reply(200, this.jobs));
    } else if (/^\/api\/v1\/videos\/[^/]+\/metadata$/.test(path)) {
      void this.edit(request, part[4] ?? "").then(([status, body]) => reply(status, body));
    } else if (path.startsWith("/api/v1/videos/jobs/") && this.find("id", part[5] ?? "")) {
      reply(200, this.find("id", part[5] ?? ""));
    } else if (path === "/api/v1/videos/upload") {
      this.uploads += 1;
      const created = { video_id: `v${this.uploads}`, job_id: `u${this.uploads}` };
      // A slow line: what is begun does not end.
      if (!this.acceptsUploads) request.once("data", () => request.pause());
      else request.resume().once("end", () => reply(200, { ...created, status: "PENDING" }));
    } else if (path.startsWith("/pictures/")) {
      const picture = this.pictures[path.slice("/pictures/".length)];
      this.pictureRequests.push(path);
      response.writeHead(picture ? 200 : 404);
      response.end(picture);
    } else reply(404, { detail: "not here" });
  }

  private async edit(request: IncomingMessage, videoId: string): Promise<Reply> {
    let text = "";
    for await (const chunk of request) text += chunk;
    const fields = JSON.parse(text) as Fields;
    this.edits.push(fields);
    const reply = this.nextEditReplies.shift();
    return reply ? reply(fields) : [200, this.change(videoId, fields)];
  }
}
