// Fails where the window's script has become larger than people on slow disks should wait for.

import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/** The most that a window loads with everything opened, in one of the languages, in bytes, compressed. */
const MOST = 160_000;
/** The most that it loads before it shows anything, in English. */
const MOST_AT_START = 130_000;

const folder = new URL("./dist/assets/", import.meta.url);
const sizeOf = (name) => gzipSync(readFileSync(new URL(name, folder))).length;
const scripts = readdirSync(folder).filter((name) => name.endsWith(".js"));
const isTranslation = (name) => /^(de|es)-/.test(name);
const translations = scripts.filter(isTranslation).map(sizeOf);
const others = scripts.filter((name) => !isTranslation(name)).map(sizeOf);
const size = others.reduce((sum, each) => sum + each, 0) + Math.max(...translations);
const start = sizeOf(scripts.find((name) => name.startsWith("index-")));

const kilobytes = (bytes) => (bytes / 1000).toFixed(1);
console.log(
  `script: ${kilobytes(size)} of ${MOST / 1000} kB, at the start ${kilobytes(start)} of ${MOST_AT_START / 1000} kB, compressed`,
);
if (translations.length !== 2 || size > MOST || start > MOST_AT_START) {
  console.error(
    "the window's script is too large: see which library grew, or load what is rarely used when it is",
  );
  process.exit(1);
}
