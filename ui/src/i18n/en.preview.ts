/** The texts of playing a video in English. */
export const preview = {
  title: "Preview",
  play: "Play video",
  playFrom: (time: string) => `Play from ${time}`,
  cues: "Transcript with times",
  addChapter: "Add chapter at playhead",
  useFrame: "Use this frame as thumbnail",
  frameTaken: (time: string) => `Thumbnail taken at ${time}`,
  unsupported: (format: string) => `Tallylight can't play ${format} files on this computer.`,
  noCodec: (format: string) =>
    `Tallylight couldn't play this ${format} file. This computer may lack a codec for it.`,
  unplayable: "Tallylight couldn't play this video. This computer may lack a codec for it.",
  gstreamer:
    "On Linux, the codecs come with GStreamer: install its plugins (such as gstreamer1.0-libav), then restart Tallylight.",
  gone: "The studio no longer has this video file.",
  openInPlayer: "Open in the system's player",
  openInBrowser: "Open in browser",
  showFile: "Show file",
  retry: "Try again",
};
