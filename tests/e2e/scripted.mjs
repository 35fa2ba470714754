// A backend whose every word a test decides: REST and a socket, for what a studio never does.

import { createServer } from "node:http";
import { WebSocketServer } from "ws";

/** Starts it with a list of jobs, on any port. */
export async function startScripted(jobs, { access = "a", refresh = "r" } = {}) {
  const backend = { jobs, refused: false, pongs: 0, subscribed: 0 };
  const server = createServer((request, response) => {
    const answer = (status, body) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    const path = new URL(request.url, "http://x").pathname;
    if (path === "/.well-known/tallylight.json") {
      answer(200, { name: "Scripted", auth_url: backend.url, auth_key: "public" });
    } else if (path === "/auth/v1/token") {
      const user = { id: "u", email: "me@acme.tv" };
      answer(200, { access_token: access, token_type: "bearer", expires_in: 3600, refresh_token: refresh, user });
    } else if (path === "/api/v1/jobs/") answer(200, backend.jobs);
    else answer(404, { detail: "not here" });
  });
  const sockets = new WebSocketServer({ server, path: "/ws" });
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
  };
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  backend.url = `http://127.0.0.1:${server.address().port}`;
  return backend;
}
