import type { LogLevel, Theme, Tray } from "../bindings";
import type { SectionName } from "../view.svelte";

/** The texts of the settings in English. */
export const settings = {
  title: "Settings",
  sections: {
    general: "General",
    account: "Account",
    notifications: "Notifications",
    data: "Data",
    computer: "This computer",
    suggestions: "Suggestions",
    network: "Network",
    automation: "Automation",
    advanced: "Advanced",
  } satisfies Record<SectionName, string>,

  theme: "Appearance",
  themes: { system: "Match system", light: "Light", dark: "Dark" } satisfies Record<Theme, string>,
  language: "Language",
  systemLanguage: "Match the system",
  startAtLogin: "Start Tallylight when I log in",
  otherFolder: "Not offered while Tallylight keeps its data in another folder.",
  closing: "When the window is closed",
  closings: {
    auto: { present: "Keep running in the tray", absent: "Ask" } satisfies Record<Tray, string>,
    hide: {
      present: "Always keep running, even without a tray",
      absent: "Keep running in the background",
    } satisfies Record<Tray, string>,
    quit: "Quit",
  },

  nobody: "Nobody is signed in.",
  signedIn: "Signed in as",
  studio: "Studio",

  tellMe: "Tell me when",
  notices: {
    completed: "A video is ready",
    failed: "A video has failed",
    warning: "A video needs a look",
  },
  soundTitle: "Sound",
  sound: "Play a sound with each notification",
  quietTitle: "Quiet hours",
  quietHours: "Be quiet every day",
  quietHint: "What happens meanwhile is told in one notification afterwards.",
  quiet: { from: "From", to: "To" },
  pauseTitle: "Pause notifications",
  notPaused: "Notifications are shown.",
  forAnHour: "For an hour",
  untilTomorrow: "Until tomorrow",
  resume: "Resume",

  retention: "Keep finished videos on this computer for … days",
  retentionHint:
    "Counted from their last change. Older ones are fetched from the studio at each start.",
  days: (fewest: number, most: number) => `Type a whole number from ${fewest} to ${most}`,
  folder: "Where everything is kept",
  openFolder: "Open folder",
  clearTitle: "Begin anew",
  clear: "Clear the list and pictures…",
  clearQuestion:
    "The list and its pictures are forgotten here, and asked for anew. Words that are not saved yet stay.",
  clearSure: "Clear",
  cleared: "Everything is fetched anew.",

  proxy: "Proxy",
  proxies: { system: "System", none: "None", this: "This one" },
  proxyAddress: "Address of the proxy",
  proxyHint: "http://proxy:3128 or socks5://proxy:1080",
  certificate: "Further certificates",
  certificateHint:
    "A file in PEM format, for a studio whose certificate this computer does not know.",
  choose: "Choose…",
  removeCertificate: "Remove",

  automationHint:
    "Something that is done by itself at the end of a video. Nothing is, until you add a rule.",
  whens: {
    completed: "When a video is ready",
    failed: "When a video has failed",
    both: "When a video is ready or has failed",
  },
  runs: (command: string) => `run ${command}`,
  tells: (address: string) => `tell ${address}`,
  remove: "Remove",
  removeRule: (rule: string) => `Remove “${rule}”`,
  addRule: "Add a rule…",
  newRule: "New rule",
  add: "Add",
  when: "When",
  what: "What to do",
  runProgram: "Run a program",
  callWebhook: "Call a webhook",
  command: "Program and arguments, one per line",
  commandHint:
    "The first line is the program. No shell is used; the video comes as JSON on standard input.",
  webhook: "Address of the webhook",
  whenMissing: "Choose when it is done",
  programMissing: "Type the program in the first line",
  addressMissing: "Type the address",
  secretTitle: "Webhook secret",
  secretHint:
    "Signs what webhooks are told: the header X-Tallylight-Signature is the HMAC-SHA256 of “<timestamp>.<body>”. It is kept in the keychain, and never shown again.",
  secret: "New secret",
  saveSecret: "Save",
  secretSaved: "Saved",

  updates: "Version",
  logLevel: "What is written to the log",
  levels: {
    error: "Errors",
    warn: "Warnings",
    info: "The usual",
    debug: "Everything",
  } satisfies Record<LogLevel, string>,
  help: "When something is wrong",
  connection: "Connection and diagnostics",
  reset: "Start over",
  file: "The settings are in",
  resetSettings: "Reset settings…",
  resetQuestion: "Every setting goes back to what it was at first. The old file is kept beside it.",
  resetSure: "Reset",
};
