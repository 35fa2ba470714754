/** The media types of file name extensions. */
const TYPES: Record<string, string> = {
  avi: "x-msvideo",
  flv: "x-flv",
  m4v: "mp4",
  mkv: "x-matroska",
  mov: "quicktime",
  mp4: "mp4",
  mpeg: "mpeg",
  mpg: "mpeg",
  ogv: "ogg",
  ts: "mp2t",
  webm: "webm",
  wmv: "x-ms-wmv",
};

/** Returns the name of a file's format, such as `MKV`; null if its name does not say it. */
export function formatName(filename: string | null): string | null {
  const extension = /\.([a-z\d]{2,5})$/i.exec(filename ?? "")?.[1];
  return extension?.toUpperCase() ?? null;
}

/** Returns whether this web view says that it plays no files of a format; it knows nothing about their codecs. */
export function isUnsupported(format: string | null, video: HTMLVideoElement): boolean {
  const type = TYPES[format?.toLowerCase() ?? ""];
  return type !== undefined && video.canPlayType(`video/${type}`) === "";
}
