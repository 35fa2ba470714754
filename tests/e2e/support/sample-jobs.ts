// A creator's videos in every state that a list and a video can show.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Job } from "./scripted-backend.ts";

const minute = 60_000;
/** The stages, with how long each takes for a minute of video, in seconds. */
const STAGE_SECONDS = {
  UPLOAD: 4,
  PROBE: 0.4,
  AUDIO_EXTRACTION: 2,
  TRANSCRIPTION: 14,
  CHAPTERS: 3,
  THUMBNAIL_GENERATION: 5,
};
type Stage = keyof typeof STAGE_SECONDS;
const STAGES = Object.keys(STAGE_SECONDS) as Stage[];

const SKIES = [
  "#0b4a6f-#f2d8a0",
  "#3b1f5b-#f78fb3",
  "#123524-#a7c957",
  "#1d3557-#e63946",
  "#2b2d42-#8d99ae",
  "#5f0f40-#fb8b24",
];

/** Draws pictures of a landscape, and returns them by file name. */
export function drawPictures(count: number): Record<string, Buffer> {
  const folder = mkdtempSync(join(tmpdir(), "tallylight-pictures-"));
  const pictures: Record<string, Buffer> = {};
  for (let number = 0; number < count; number += 1) {
    const file = join(folder, `${number}.jpg`);
    const [left, middle] = [220 + ((number * 37) % 60), 180 + ((number * 53) % 200)];
    const [top, right] = [150 + ((number * 29) % 80), 240 + ((number * 17) % 70)];
    const hill = `polygon 0,360 0,${left} ${middle},${top} 640,${right} 640,360`;
    const x = 420 - ((number * 71) % 300);
    const sun = `circle ${x},90 ${x},${120 + ((number * 7) % 14)}`;
    const sky = ["-size", "640x360", `gradient:${SKIES[number % SKIES.length]}`];
    const shapes = ["-fill", "#ffffffb0", "-draw", sun, "-fill", "#00000070", "-draw", hill];
    execFileSync("convert", [...sky, ...shapes, "-quality", "82", file]);
    pictures[`${number}.jpg`] = readFileSync(file);
  }
  return pictures;
}

/** What is particular about a sample job. */
interface Sample {
  title: string | null;
  /** How long ago the job began, in minutes. */
  age: number;
  file?: string;
  /** How long the video is. */
  minutes?: number;
  status?: string;
  /** The stage that it is in. */
  at?: Stage;
  percent?: number;
  thumbnails?: number;
  errors?: unknown[];
}

/** Returns the stages of a job that began at a time and is in one of them. */
function stages(began: number, minutes: number, at: Stage, status: string) {
  let time = began;
  const current = STAGES.indexOf(at);
  return Object.fromEntries(
    STAGES.map((stage, index) => {
      const from = time;
      time += 1000 * STAGE_SECONDS[stage] * minutes;
      const started_at = new Date(from).toISOString();
      const times = { started_at, completed_at: new Date(time).toISOString() };
      if (index < current || status === "COMPLETED")
        return [stage, { status: "COMPLETED", progress_percent: 100, ...times }];
      if (index > current || status === "PENDING")
        return [stage, { status: "PENDING", progress_percent: 0 }];
      if (status === "FAILED") {
        const error_message =
          "[mov,mp4,m4a] moov atom not found\nInvalid data found when processing input";
        return [stage, { status, progress_percent: 30, error_message, ...times }];
      }
      return [stage, { status, progress_percent: 40, started_at }];
    }),
  );
}

function job(url: string, number: number, sample: Sample): Job {
  const { title, age, minutes = 8, status = "COMPLETED", at = "TRANSCRIPTION" } = sample;
  const { percent = 100, thumbnails = 5, errors } = sample;
  const began = Date.now() - minute * age;
  const updated = status === "PROCESSING" ? Date.now() - 20_000 : began + minute * 4;
  return {
    id: `${number}`,
    video_id: `v${number}`,
    status,
    progress_percent: percent,
    created_at: new Date(began).toISOString(),
    updated_at: new Date(updated).toISOString(),
    processing_stages: stages(began, minutes, at, status),
    video: {
      id: `v${number}`,
      original_filename: sample.file ?? `C00${20 + number}.MP4`,
      size_bytes: 91_000_000 * minutes,
    },
    video_metadata: {
      title,
      extracted_video_duration_seconds: 60 * minutes - 17,
      thumbnails: Array.from({ length: thumbnails }, (_, index) => ({
        thumbnail_id: `t${index}`,
        thumbnail_url: `${url}/pictures/${(number + index) % 12}.jpg`,
        width: 640,
        height: 360,
        timestamp_seconds: 12 + index * ((60 * minutes) / 6),
      })),
    },
    ...(errors && { errors }),
  };
}

const ago = (minutes: number) => new Date(Date.now() - minute * minutes).toISOString();

function samples(): Sample[] {
  const incomplete = {
    error_code: "file_incomplete",
    error_message:
      "The video file is incomplete. Export or copy it again, then upload the new file.",
    recoverable: false,
    affected_stage: "PROBE",
    timestamp: ago(24),
  };
  const damaged = {
    error_code: "subtitles_damaged",
    error_message: "Some subtitles couldn't be read. Review the transcript.",
    recoverable: true,
    affected_stage: "TRANSCRIPTION",
    timestamp: ago(170),
  };
  const failed: Sample = { title: null, file: "drone-sunset-final.mp4", age: 25, status: "FAILED" };
  const packing: Sample = { title: "How I pack for a week", age: 3, minutes: 14 };
  const waiting: Sample = { title: null, file: "interview-raw-cam-b.mov", age: 2, minutes: 31 };
  const coast: Sample = { title: "Coast path, day one", age: 4, minutes: 9 };
  return [
    { ...failed, at: "PROBE", percent: 5, thumbnails: 0, errors: [incomplete] },
    { title: "A quiet hour in the rain", age: 180, minutes: 12, errors: [damaged] },
    { ...coast, status: "PROCESSING", percent: 46 },
    { ...packing, status: "PROCESSING", at: "AUDIO_EXTRACTION", percent: 21, thumbnails: 0 },
    { ...waiting, status: "PENDING", at: "UPLOAD", percent: 0, thumbnails: 0 },
    { title: "The lighthouse keeper's recipe for bread", age: 95, minutes: 11 },
    { title: "City at night", age: 300, minutes: 6 },
    { title: "Coast path: three days from the harbour to the lighthouse", age: 1500, minutes: 18 },
    { title: "Learning to sharpen a chisel", age: 1620, minutes: 7 },
    { title: "One lens for everything?", age: 3100, minutes: 10 },
    { title: "Slow mornings", age: 4500, minutes: 5 },
    { title: "What I would tell my younger self about film", age: 9000, minutes: 22 },
  ];
}

/** Returns the jobs of a studio at an address. */
export function sampleJobs(url: string): Job[] {
  const texts = {
    description:
      "Three days on the coast path, from the harbour to the lighthouse.\n\nFilmed on a phone, with the wind in it.",
    tags: ["coast path", "slow travel", "wild camping", "sea"],
    chapters: [
      { start_seconds: 0, title: "The harbour" },
      { start_seconds: 95, title: "Over the cliffs" },
      { start_seconds: 260, title: "A night outside" },
    ],
    transcript_text:
      "So this is the harbour, early in the morning.\nListen to that wind.\nWe have three days for forty miles.",
  };
  const jobs = samples().map((sample, number) => job(url, number, sample));
  const withTexts = jobs.find(({ id }) => id === "7");
  Object.assign(withTexts?.video_metadata ?? {}, texts);
  return jobs;
}
