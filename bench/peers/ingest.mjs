// The peer: what the specification's web design does with every message, without a page to show it on. It is parsed,
// and written into the cache of TanStack Query, whose observers hear of it.

import { QueryClient, QueryObserver } from "@tanstack/query-core";
import WebSocket from "ws";

const [address, load] = process.argv.slice(2);
const server = new URL(address);
const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, gcTime: Infinity } } });

/** Applies a message to what is known of its job. */
const apply = {
  JOB_UPDATE: (job, data) => ({ ...job, status: data.status, progress_percent: data.progress_percent }),
  STAGE_UPDATE: (job, data) => ({
    ...job,
    processing_stages: { ...job.processing_stages, [data.stage_id]: { status: data.status, progress_percent: data.progress_percent } },
  }),
  METADATA_UPDATE: (job, data) => ({
    ...job,
    video_metadata: { ...job.video_metadata, [data.metadata_type.toLowerCase()]: data.content },
  }),
  THUMBNAIL_GENERATED: (job, data) => ({
    ...job,
    thumbnails: [...(job.thumbnails ?? []).filter(({ thumbnail_id }) => thumbnail_id !== data.thumbnail_id), data],
  }),
  ERROR: (job, data) => ({ ...job, errors: [...(job.errors ?? []), data].slice(-50) }),
};

let seen = 0;
for (let offset = 0; ; offset += 200) {
  const page = await (await fetch(new URL(`/api/v1/jobs/?limit=200&offset=${offset}`, server))).json();
  for (const job of page) {
    client.setQueryData(["video", job.id], job);
    // What is on the page listens.
    if (seen < 50) new QueryObserver(client, { queryKey: ["video", job.id] }).subscribe(() => undefined);
    seen += 1;
  }
  if (page.length < 200) break;
}
const socket = new WebSocket(`ws://${server.hostname}:${Number(server.port) + 1}/ws`);
await new Promise((resolve) => socket.once("open", resolve));
await fetch(load.replace("/go?", "/prepare?"));
const start = performance.now();
const over = new Promise((resolve) =>
  socket.on("message", (text) => {
    const message = JSON.parse(text);
    client.setQueryData(["video", message.job_id], (job) => job && apply[message.type](job, message.data));
    if (message.job_id === "last") resolve();
  }),
);
const go = fetch(load);
await over;
const seconds = (performance.now() - start) / 1000;
await go;
console.log(JSON.stringify({ seconds, resident_bytes: process.memoryUsage().rss }));
process.exit();
