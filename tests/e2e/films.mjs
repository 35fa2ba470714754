// A creator's videos, for looking at: everything that a list and a video can show.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const minute = 60_000;
const STAGES = ["UPLOAD", "PROBE", "AUDIO_EXTRACTION", "TRANSCRIPTION", "CHAPTERS", "THUMBNAIL_GENERATION"];
/** How long a stage takes for a minute of video, in seconds. */
const PACE = { UPLOAD: 4, PROBE: 0.4, AUDIO_EXTRACTION: 2, TRANSCRIPTION: 14, CHAPTERS: 3, THUMBNAIL_GENERATION: 5 };

/** Draws pictures that look like something, and returns them by name. */
export function drawPictures(count) {
  const folder = mkdtempSync(join(tmpdir(), "tallylight-pictures-"));
  const skies = ["#0b4a6f-#f2d8a0", "#3b1f5b-#f78fb3", "#123524-#a7c957", "#1d3557-#e63946", "#2b2d42-#8d99ae", "#5f0f40-#fb8b24"];
  const pictures = {};
  for (let number = 0; number < count; number += 1) {
    const file = join(folder, `${number}.jpg`);
    const sky = skies[number % skies.length];
    const hill = `polygon 0,360 0,${220 + (number * 37) % 60} ${180 + (number * 53) % 200},${150 + (number * 29) % 80} 640,${240 + (number * 17) % 70} 640,360`;
    const sun = `circle ${420 - (number * 71) % 300},90 ${420 - (number * 71) % 300},${120 + (number * 7) % 14}`;
    const drawn = ["-size", "640x360", `gradient:${sky}`, "-fill", "#ffffffb0", "-draw", sun, "-fill", "#00000070", "-draw", hill];
    execFileSync("convert", [...drawn, "-quality", "82", file]);
    pictures[`${number}.jpg`] = readFileSync(file);
  }
  return pictures;
}

/** Returns the stages of a job that began so many minutes ago, and stands in one of them. */
function stages(began, minutes, at, status) {
  let time = began;
  const place = STAGES.indexOf(at);
  return Object.fromEntries(
    STAGES.map((stage, index) => {
      const from = time;
      time += 1000 * PACE[stage] * minutes;
      const times = { started_at: new Date(from).toISOString(), completed_at: new Date(time).toISOString() };
      if (index < place || status === "COMPLETED") return [stage, { status: "COMPLETED", progress_percent: 100, ...times }];
      if (index > place || status === "PENDING") return [stage, { status: "PENDING", progress_percent: 0 }];
      if (status === "FAILED") {
        const error_message = "[mov,mp4,m4a] moov atom not found\nInvalid data found when processing input";
        return [stage, { status, progress_percent: 30, error_message, ...times }];
      }
      return [stage, { status, progress_percent: 40, started_at: times.started_at }];
    }),
  );
}

function film(url, number, given) {
  const { title, age, minutes = 8, status = "COMPLETED", at = "TRANSCRIPTION", percent = 100, pictures = 5, more = {} } = given;
  const began = Date.now() - minute * age;
  const thumbnails = Array.from({ length: pictures }, (_, index) => ({
    thumbnail_id: `t${index}`,
    thumbnail_url: `${url}/pictures/${(number + index) % 12}.jpg`,
    width: 640,
    height: 360,
    timestamp_seconds: 12 + index * ((60 * minutes) / 6),
  }));
  return {
    id: `${number}`,
    video_id: `v${number}`,
    status,
    progress_percent: percent,
    created_at: new Date(began).toISOString(),
    updated_at: new Date(status === "PROCESSING" ? Date.now() - 20_000 : began + minute * 4).toISOString(),
    processing_stages: stages(began, minutes, at, status),
    video: { id: `v${number}`, original_filename: given.file ?? `C00${20 + number}.MP4`, size_bytes: 91_000_000 * minutes },
    video_metadata: { title, extracted_video_duration_seconds: 60 * minutes - 17, thumbnails },
    ...more,
  };
}

const fault = (error_code, error_message, recoverable, affected_stage, age) => ({
  error_code,
  error_message,
  recoverable,
  affected_stage,
  timestamp: new Date(Date.now() - minute * age).toISOString(),
});

/** Returns the videos of a studio at an address. */
export function films(url) {
  const words = {
    description: "Three days on the coast path, from the harbour to the lighthouse.\n\nFilmed on a phone, with the wind in it.",
    tags: ["coast path", "slow travel", "wild camping", "sea"],
    chapters: [
      { start_seconds: 0, title: "The harbour" },
      { start_seconds: 95, title: "Over the cliffs" },
      { start_seconds: 260, title: "A night outside" },
    ],
    transcript_text: "So this is the harbour, early in the morning.\nListen to that wind.\nWe have three days for forty miles.",
  };
  const broken = fault("file_incomplete", "The video file is incomplete: it was probably cut off while it was copied. Copy it again, then upload the new file.", false, "PROBE", 24);
  const silent = fault("no_audio", "This video has no sound, so there is no transcript.", true, "AUDIO_EXTRACTION", 170);
  const list = [
    { title: null, file: "drone-sunset-final.mp4", age: 25, status: "FAILED", at: "PROBE", percent: 5, pictures: 0, more: { errors: [broken] } },
    { title: "A quiet hour in the rain", age: 180, minutes: 12, more: { errors: [silent] } },
    { title: "Coast path, day one", age: 4, minutes: 9, status: "PROCESSING", percent: 46 },
    { title: "How I pack for a week", age: 3, minutes: 14, status: "PROCESSING", at: "AUDIO_EXTRACTION", percent: 21, pictures: 0 },
    { title: null, file: "interview-raw-cam-b.mov", age: 2, minutes: 31, status: "PENDING", at: "UPLOAD", percent: 0, pictures: 0 },
    { title: "The lighthouse keeper's recipe for bread", age: 95, minutes: 11 },
    { title: "City at night", age: 300, minutes: 6 },
    { title: "Coast path: three days from the harbour to the lighthouse", age: 1500, minutes: 18 },
    { title: "Learning to sharpen a chisel", age: 1620, minutes: 7 },
    { title: "One lens for everything?", age: 3100, minutes: 10 },
    { title: "Slow mornings", age: 4500, minutes: 5 },
    { title: "What I would tell my younger self about film", age: 9000, minutes: 22 },
  ];
  const made = list.map((given, number) => film(url, number, given));
  Object.assign(made[7].video_metadata, words);
  return made;
}
