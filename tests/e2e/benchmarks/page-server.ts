// The app's page for a browser, with fixed answers in place of the core.

import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

/** What each command answers. */
export type PageAnswers = Record<string, unknown>;

const TYPES: Record<string, string> = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".html": "text/html",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** Returns a script that stands in for Tauri's side of the page. */
const standIn = (answers: PageAnswers): string => `<script>
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

/** Serves the page of a folder, with answers that the core gave. */
export async function servePage(
  folder: string,
  answers: PageAnswers,
): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "", "http://x").pathname;
    const file = join(folder, path === "/" ? "index.html" : path);
    try {
      const body = readFileSync(file);
      response.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream");
      const page = () => String(body).replace("<head>", `<head>${standIn(answers)}`);
      response.end(path === "/" ? page() : body);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}/` };
}
