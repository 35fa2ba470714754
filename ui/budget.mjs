// Fails where the window's script has become larger than people on slow disks should wait for.

import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/** In bytes, compressed; every language counts, although a window loads one. The settings of this computer and suggestions took 5 kB of it, the menu of videos, the splitter and the bars 5 kB. */
const MOST = 150_000;

const folder = new URL("./dist/assets/", import.meta.url);
const scripts = readdirSync(folder).filter((name) => name.endsWith(".js"));
const size = scripts
  .map((name) => gzipSync(readFileSync(new URL(name, folder))).length)
  .reduce((a, b) => a + b, 0);
console.log(`script: ${(size / 1000).toFixed(1)} of ${MOST / 1000} kB, compressed`);
if (size > MOST) {
  console.error(
    "the window's script is too large: see which library grew, or load what is rarely used when it is",
  );
  process.exit(1);
}
