// Uploads a video to a studio and waits until it is ready: prints the seconds that took, and the starts of its chapters.

import { openAsBlob } from "node:fs";
import { basename } from "node:path";

const [url, file, email, password] = process.argv.slice(2);
const json = async (path, options) => (await fetch(url + path, options)).json();

const { auth_key: apikey } = await json("/.well-known/tallylight.json");
const { access_token } = await json("/auth/v1/token?grant_type=password", {
  method: "POST",
  headers: { apikey, "Content-Type": "application/json" },
  body: JSON.stringify({ email, password }),
});
const headers = { Authorization: `Bearer ${access_token}` };
const body = new FormData();
body.set("file", await openAsBlob(file), basename(file));
const begin = performance.now();
const { job_id } = await json("/api/v1/videos/upload", { method: "POST", headers, body });
let job;
do {
  await new Promise((resolve) => setTimeout(resolve, 50));
  job = await json(`/api/v1/videos/jobs/${job_id}`, { headers });
} while (!["COMPLETED", "FAILED"].includes(job.status));
const seconds = (performance.now() - begin) / 1000;
const starts = (job.video_metadata.chapters ?? []).map((chapter) => chapter.start_seconds);
console.log(JSON.stringify({ status: job.status, seconds, starts, thumbnails: job.video_metadata.thumbnails.length, stages: process.env.STAGES ? Object.fromEntries(Object.entries(job.processing_stages).map(([k,v])=>[k,(Date.parse(v.completed_at)-Date.parse(v.started_at))/1000])) : undefined }));
