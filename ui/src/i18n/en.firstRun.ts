/** What a person reads before the first video, in English. */
export const firstRun = {
  studio: "A studio is the server on which your team's videos are processed. Enter its URL.",
  computer:
    "Every video gets thumbnails, chapters and texts to copy, and a transcript if it has subtitles or you add a speech model. All of it on this computer: no account, no cloud.",
  computerKeychain:
    "The key to your videos is kept in this computer's keychain, which may ask you to unlock it.",
  signInKeychain:
    "Your sign-in is kept in this computer's keychain, which may ask you to unlock it. Your password isn't stored.",
  empty:
    "Drop a video here. It gets thumbnails and chapters, a transcript if it has subtitles or a speech model is set up, and texts to copy.",
  sample: "Try it with a sample video",
  makingSample: "Making the sample video…",
};
