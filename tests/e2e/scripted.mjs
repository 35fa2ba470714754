// A backend whose every word a test decides: REST and a socket, for what a studio never does.

import { createServer } from "node:http";
import { WebSocketServer } from "ws";

/** Starts it with a list of jobs, on a port, 0 for any. What it says of itself can be more. */
export async function startScripted(jobs, { access = "a", refresh = "r", port = 0, more = {}, refuse = false } = {}) {
  /** What was brought to be saved, in order; what stands in for saving it the next times; and pictures by name. */
  const backend = { jobs, refused: false, pongs: 0, subscribed: 0, edits: [], instead: [], pictures: {}, looks: [], uploads: 0, takes: false };
  const find = (key, id) => backend.jobs.find((job) => String(job[key]) === decodeURIComponent(id));
  /** Changes a video as somebody else would, and returns its job. */
  backend.change = (videoId, fields) => {
    const job = find("video_id", videoId);
    Object.assign(job.video_metadata, fields);
    job.updated_at = new Date(Date.parse(job.updated_at) + 1000).toISOString();
    return job;
  };
  /** Leaves whoever asks for the list without an answer, until it is released. */
  backend.hold = () => {
    const held = {};
    backend.held = new Promise((release) => (held.release = release));
    return held;
  };
  const edit = async (request, videoId) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const fields = JSON.parse(text);
    backend.edits.push(fields);
    const instead = backend.instead.shift();
    return instead ? instead(fields) : [200, backend.change(videoId, fields)];
  };
  const server = createServer((request, response) => {
    const answer = (status, body) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    const path = new URL(request.url, "http://x").pathname;
    if (path === "/.well-known/tallylight.json") {
      answer(200, { name: "Scripted", auth_url: backend.url, auth_key: "public", ...more });
    } else if (refuse) {
      const gone = { code: 400, error_code: "refresh_token_not_found", msg: "Invalid Refresh Token" };
      answer(path === "/auth/v1/token" ? 400 : 401, gone);
    } else if (path === "/auth/v1/token") {
      const user = { id: "u", email: "me@acme.tv" };
      answer(200, { access_token: access, token_type: "bearer", expires_in: 3600, refresh_token: refresh, user });
    } else if (path === "/api/v1/jobs/") {
      void Promise.resolve(backend.held).then(() => answer(200, backend.jobs));
    } else if (/^\/api\/v1\/videos\/[^/]+\/metadata$/.test(path)) {
      void edit(request, path.split("/")[4]).then(([status, body]) => answer(status, body));
    } else if (path.startsWith("/api/v1/videos/jobs/") && find("id", path.split("/")[5])) {
      answer(200, find("id", path.split("/")[5]));
    } else if (path === "/api/v1/videos/upload") {
      backend.uploads += 1;
      // A slow line: what is begun does not end.
      if (!backend.takes) request.once("data", () => request.pause());
      else request.resume().once("end", () => answer(200, { video_id: `v${backend.uploads}`, job_id: `u${backend.uploads}`, status: "PENDING" }));
    } else if (path.startsWith("/pictures/")) {
      const picture = backend.pictures[path.slice("/pictures/".length)];
      backend.looks.push(path);
      response.writeHead(picture ? 200 : 404);
      response.end(picture);
    } else answer(404, { detail: "not here" });
  });
  const sockets = new WebSocketServer({ server, path: "/ws", verifyClient: () => !refuse });
  sockets.on("connection", (socket) => {
    socket.on("message", (text) => {
      const { action, job_ids } = JSON.parse(text);
      if (action === "pong") backend.pongs += 1;
      if (action === "subscribe") backend.subscribed += job_ids.length;
    });
  });
  backend.say = (message) => {
    for (const socket of sockets.clients) socket.send(typeof message === "string" ? message : JSON.stringify(message));
  };
  backend.close = (code) => {
    for (const socket of sockets.clients) socket.close(code);
  };
  backend.stop = () => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
    server.closeAllConnections();
  };
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  backend.url = `http://127.0.0.1:${server.address().port}`;
  return backend;
}
