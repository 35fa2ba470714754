// GENERATED from the Rust types by `cargo xtask bindings`. Do not edit.

export type JobId = string;
export type VideoId = string;
export type StageId = string;
export type ThumbnailId = string;
export type TimeOfDay = string;
export type Proxy = string;
export type Content = string | string[] | Chapter[];
export type Code = "invalid_address" | "insecure_address" | "unreachable" | "not_a_studio" | "untrusted_certificate" | "wrong_key" | "invalid_credentials" | "account_blocked" | "sign_in_denied" | "sign_in_timeout" | "session_expired" | "signed_out" | "rate_limited" | "server_error" | "not_found" | "forbidden" | "not_a_video" | "too_large" | "disk_full" | "not_offered" | "file" | "storage" | "storage_unreadable" | "storage_suspect" | "storage_newer" | "conflict" | "invalid_content" | "keychain" | "keychain_locked" | "socket_refused" | "no_socket" | "nothing_readable" | "closed" | "silent" | "handshake_timeout" | "message_too_large" | "replaced" | "slept" | "network_changed" | "captive_portal" | "language_model" | "requested" | "job_failed";
export type TallyError = { 
/**
 * The kind of failure.
 */
code: Code, 
/**
 * A message for the user: what happened and what to do.
 */
message: string, 
/**
 * The form field that caused the failure, if any.
 */
field?: InputField, };
export type InputField = "address" | "auth_url" | "auth_key" | "api_url" | "ws_url" | "ws_token" | "transport" | "email" | "password";
export type Status = "PENDING" | "PROCESSING" | "COMPLETED" | "FAILED";
export type Field = "TITLE" | "DESCRIPTION" | "TAGS" | "TRANSCRIPT" | "CHAPTERS" | "THUMBNAIL";
export type Chapter = { 
/**
 * The start, in seconds from the beginning of the video.
 */
start_seconds: number, 
/**
 * The title of the chapter.
 */
title: string, };
export type Thumbnail = { 
/**
 * The id of the thumbnail.
 */
thumbnail_id: ThumbnailId, 
/**
 * The URL of the image: https, or http on loopback.
 */
thumbnail_url: string, 
/**
 * The width in pixels; 0 if the backend did not send it.
 */
width: number, 
/**
 * The height in pixels; 0 if the backend did not send it.
 */
height: number, 
/**
 * The position of the frame in the video, in seconds.
 */
timestamp_seconds: number | null, };
export type RowView = { 
/**
 * Which job it is.
 */
job_id: JobId, 
/**
 * The file's name on the creator's disk, where there is something of it to be seen.
 */
filename: string | null, 
/**
 * The title, where there is something of it to be seen.
 */
title: string | null, 
/**
 * How far it has come.
 */
status: Status, 
/**
 * The backend's own word for its status, where that is none of the specification's; the status is then PROCESSING.
 */
status_word?: string, 
/**
 * 0–100; none where the backend does not say.
 */
progress_percent: number | null, 
/**
 * The stage that is being worked on, where the job is.
 */
stage_id: StageId | null, 
/**
 * Why it failed; present only if the status is FAILED.
 */
error: FaultView | null, 
/**
 * What went wrong without stopping it.
 */
warnings: Array<FaultView>, 
/**
 * The thumbnail that stands for it: the chosen one, or the first.
 */
cover_id: ThumbnailId | null, 
/**
 * Changes with the address of that thumbnail: one that could not be loaded is worth another try then.
 */
cover_version: number | null, 
/**
 * Whether there are words for it that the backend does not have.
 */
unsaved: boolean, 
/**
 * How long the video is, in seconds.
 */
duration_seconds: number | null, 
/**
 * What of it wants to be looked at.
 */
attention: Attention | null, 
/**
 * How long it may still take, as earlier jobs teach; none before they do.
 */
outlook: Eta | null, 
/**
 * From when on it is stuck, by the backend's clock, if nothing more is heard of it.
 */
stuck_at: string | null, 
/**
 * When it was made.
 */
created_at: string | null, };
export type Attention = "failed" | "words" | "warning";
export type Settings = { 
/**
 * How the app begins and ends.
 */
general: General, 
/**
 * How it looks and speaks.
 */
appearance: Appearance, 
/**
 * What it tells.
 */
notifications: Notifications, 
/**
 * What it keeps.
 */
data: Data, 
/**
 * How it reaches a studio.
 */
network: Network, 
/**
 * How videos are processed on this computer.
 */
computer: Computer, 
/**
 * What suggests texts, where a person wants that.
 */
language_model: LanguageModel, 
/**
 * What helps to find out what is wrong.
 */
advanced: Advanced, 
/**
 * What is done at the end of a job.
 */
automation: Array<Automation>, };
export type General = { 
/**
 * Whether it starts, hidden, when the person logs in.
 */
start_at_login: boolean, 
/**
 * What closing the window does.
 */
close: Close, };
export type Close = "auto" | "hide" | "quit";
export type Appearance = { 
/**
 * Its colours.
 */
theme: Theme, 
/**
 * Its language, and that of the tray and of notifications.
 */
language: Language, };
export type Theme = "system" | "light" | "dark";
export type Language = "system" | "en" | "de" | "es";
export type Notifications = { 
/**
 * A video is ready.
 */
completed: boolean, 
/**
 * A video has failed.
 */
failed: boolean, 
/**
 * Something went wrong with a video without stopping it.
 */
warning: boolean, 
/**
 * Whether they make a sound.
 */
sound: boolean, 
/**
 * When none are shown; what happens then is told at the end of it.
 */
quiet_hours: QuietHours | null, };
export type QuietHours = { 
/**
 * Its first minute.
 */
from: TimeOfDay, 
/**
 * The first minute after it; the same as `from` is no time at all.
 */
to: TimeOfDay, };
export type Data = { 
/**
 * For how many days finished videos are kept on this computer after they last changed, 1–3650.
 */
retention_days: number, };
export type Network = { 
/**
 * What stands between.
 */
proxy: Proxy, 
/**
 * A file with further certificates to trust, in PEM.
 */
certificate: string | null, };
export type Computer = { 
/**
 * What recognises speech: a model of the list by its id, or a file by its path.
 */
speech_model: string | null, 
/**
 * Whether the window may offer to set up speech recognition.
 */
offer_speech: boolean, };
export type LanguageModel = { 
/**
 * Whether suggestions can be asked for.
 */
enabled: boolean, 
/**
 * Where the server is, such as `http://localhost:11434/v1`.
 */
address: string | null, 
/**
 * The name of the model, as the server knows it.
 */
model: string | null, };
export type Advanced = { 
/**
 * How much is written to the log.
 */
log_level: LogLevel, };
export type LogLevel = "error" | "warn" | "info" | "debug";
export type Automation = { 
/**
 * Whether it is done.
 */
enabled: boolean, 
/**
 * At which ends.
 */
when: Array<Outcome>, 
/**
 * A command and its arguments, which are given to it as they are: no shell reads them.
 */
run: Array<string> | null, 
/**
 * An address that is told.
 */
webhook: string | null, };
export type Outcome = "completed" | "failed" | "warned";
export type InitialState = { 
/**
 * What the window was sent before this was true; one that begins to listen after more has missed something.
 */
sent: SentView, 
/**
 * What holds.
 */
settings: SettingsView, 
/**
 * The state of everything but the jobs.
 */
status: StatusView, 
/**
 * The list; empty while nobody is signed in.
 */
rows: Array<RowView>, };
export type SentView = { 
/**
 * All of them.
 */
batches: number, 
/**
 * Those of jobs.
 */
of_jobs: number, };
export type SettingsView = { 
/**
 * What holds.
 */
settings: Settings, 
/**
 * Why the file cannot be read, or something in it cannot take effect; what held before still does.
 */
trouble: ReasonView | null, 
/**
 * Which version runs.
 */
version: string, 
/**
 * Where the file is.
 */
file: string, 
/**
 * Where everything is kept.
 */
folder: string, 
/**
 * Whether a tray brings the window back.
 */
tray: Tray, 
/**
 * Whether the app can be started when the person logs in.
 */
login: Login, };
export type ComputerView = { 
/**
 * What recognises speech.
 */
engine: SpeechEngine, 
/**
 * The models that can be downloaded, from small to large.
 */
models: Array<SpeechModelView>, 
/**
 * A file that was chosen in place of a model of the list.
 */
own_model: OwnModelView | null, 
/**
 * How much space is left, in bytes.
 */
free_bytes: number | null, 
/**
 * What its videos take.
 */
videos: VideosView, };
export type SpeechEngine = "built_in" | "program" | "none";
export type SpeechModelView = { 
/**
 * Its name, such as `base`.
 */
id: string, 
/**
 * The size of its file in bytes.
 */
size_bytes: number, 
/**
 * How many languages it recognises.
 */
languages: number, 
/**
 * Whether its file is on this computer.
 */
is_here: boolean, 
/**
 * Its download, where there is one that is not complete.
 */
download: DownloadView | null, 
/**
 * How many seconds ten seconds of sound take on this computer, where that was measured.
 */
seconds_for_ten: number | null, };
export type OwnModelView = { 
/**
 * Its path.
 */
file: string, 
/**
 * Whether it is there.
 */
is_here: boolean, 
/**
 * How many seconds ten seconds of sound take on this computer, where that was measured.
 */
seconds_for_ten: number | null, };
export type DownloadView = { 
/**
 * How many bytes have arrived.
 */
received_bytes: number, 
/**
 * What it does.
 */
state: DownloadState, };
export type DownloadState = "running" | "checking" | "stopped" | "no_space" | "disk" | "network" | "missing" | "damaged";
export type VideosView = { 
/**
 * All files of all videos, in bytes.
 */
bytes: number, 
/**
 * The copies of videos that are finished, in bytes: they are no longer needed.
 */
finished_bytes: number, 
/**
 * How many such copies there are.
 */
finished: number, };
export type SuggestionRequestView = { 
/**
 * Where it is sent.
 */
address: string, 
/**
 * The body, exactly as it is sent.
 */
body: string, };
export type TextSuggestions = { 
/**
 * Up to three titles to choose from.
 */
titles: Array<string>, 
/**
 * A description.
 */
description: string | null, 
/**
 * Tags.
 */
tags: Array<string>, 
/**
 * The chapters with new names; empty where the model did not name each of them.
 */
chapters: Array<Chapter>, };
export type Tray = "present" | "absent";
export type Login = "offered" | "other_folder";
export type Show = "settings" | "history" | "closing" | "quitting" | "no_tray" | "sign_in_first";
export type UpdateView = { "state": "absent" } | { "state": "unknown" } | { "state": "checking" } | { "state": "current" } | { "state": "available", 
/**
 * Its version.
 */
version: string, } | { "state": "downloading", 
/**
 * Its version.
 */
version: string, 
/**
 * 0–100; none where the size is not known.
 */
percent: number | null, } | { "state": "ready", 
/**
 * Its version.
 */
version: string, } | { "state": "failed", 
/**
 * Why.
 */
reason: ReasonView, };
export type ReleaseView = { 
/**
 * Its version, or `Unreleased`.
 */
version: string, 
/**
 * Its day, as `2026-11-25`.
 */
date: string | null, 
/**
 * Its changes, by kind.
 */
changes: Array<ChangesView>, };
export type ChangesView = { 
/**
 * The kind: `Added`, `Changed`, `Fixed`.
 */
kind: string, 
/**
 * One sentence or a few for each.
 */
changes: Array<string>, };
export type HistoryEntry = { 
/**
 * Which entry it is; later ones are higher.
 */
entry_id: number, 
/**
 * When it was heard of.
 */
at: string, 
/**
 * Which job it happened to.
 */
job_id: JobId, 
/**
 * What happened.
 */
kind: NotificationKind, 
/**
 * The video's title, or what stands for it.
 */
name: string, 
/**
 * Why, where something went wrong.
 */
fault: FaultView | null, 
/**
 * Whether a person has seen it.
 */
read: boolean, };
export type NotificationStatus = { 
/**
 * How many entries of the history nobody has seen.
 */
unread: number, 
/**
 * Until when the person wants to be told nothing.
 */
paused_until: string | null, };
export type ListView = { 
/**
 * It gives only so many of the newest; none where it gives all.
 */
newest: number | null, 
/**
 * It failed when it was asked for jobs of these statuses.
 */
missing: Array<Status>, 
/**
 * So many jobs could not be read.
 */
unreadable: number, };
export type DismissAction = "dismiss" | "restore";
export type Eta = { 
/**
 * When the stage that is worked on may be done, by the server's clock.
 */
stage_ends_at: string, 
/**
 * How long the stages that follow may take, in seconds.
 */
then_seconds: number, };
export type JobView = { 
/**
 * Which video it works on.
 */
video_id: VideoId | null, 
/**
 * Its stages, in the order of a pipeline.
 */
stages: Array<StageView>, 
/**
 * Its metadata.
 */
metadata: MetadataView, 
/**
 * Differs whenever the transcript does, which may be left out of a batch of changes.
 */
transcript_version: string | null, 
/**
 * Its thumbnails, in the order in which they were made; those of which only a snapshot told, in that of the
 * moments that they show.
 */
thumbnails: Array<Thumbnail>, 
/**
 * The picture that stands for it: the chosen thumbnail, or the first.
 */
cover_url: string | null, 
/**
 * Fields with an edit that the backend has not confirmed.
 */
pending: Array<Field>, 
/**
 * Fields whose content the backend suggests, until a person takes or edits them.
 */
suggested: Array<Field>, 
/**
 * What was typed and the backend does not have.
 */
drafts: Array<DraftView>, 
/**
 * Fields that cannot be edited yet.
 */
unready: Array<UnreadyView>, 
/**
 * How large the file is, in bytes.
 */
size_bytes: number | null, 
/**
 * When the work on it began, by the backend's clock, as far as messages told.
 */
began_at: string | null, 
/**
 * When it ended, as far as messages told.
 */
ended_at: string | null, 
/**
 * When each field of its metadata was last told of.
 */
said_at: Partial<Record<Field, string>>, 
/**
 * When its first thumbnail was told of.
 */
pictured_at: string | null, 
/**
 * The newest word about it.
 */
updated_at: string | null, 
/**
 * Which job it is.
 */
job_id: JobId, 
/**
 * The file's name on the creator's disk, where there is something of it to be seen.
 */
filename: string | null, 
/**
 * The title, where there is something of it to be seen.
 */
title: string | null, 
/**
 * How far it has come.
 */
status: Status, 
/**
 * The backend's own word for its status, where that is none of the specification's; the status is then PROCESSING.
 */
status_word?: string, 
/**
 * 0–100; none where the backend does not say.
 */
progress_percent: number | null, 
/**
 * The stage that is being worked on, where the job is.
 */
stage_id: StageId | null, 
/**
 * Why it failed; present only if the status is FAILED.
 */
error: FaultView | null, 
/**
 * What went wrong without stopping it.
 */
warnings: Array<FaultView>, 
/**
 * The thumbnail that stands for it: the chosen one, or the first.
 */
cover_id: ThumbnailId | null, 
/**
 * Changes with the address of that thumbnail: one that could not be loaded is worth another try then.
 */
cover_version: number | null, 
/**
 * Whether there are words for it that the backend does not have.
 */
unsaved: boolean, 
/**
 * How long the video is, in seconds.
 */
duration_seconds: number | null, 
/**
 * What of it wants to be looked at.
 */
attention: Attention | null, 
/**
 * How long it may still take, as earlier jobs teach; none before they do.
 */
outlook: Eta | null, 
/**
 * From when on it is stuck, by the backend's clock, if nothing more is heard of it.
 */
stuck_at: string | null, 
/**
 * When it was made.
 */
created_at: string | null, };
export type Caption = { 
/**
 * When it begins, in seconds.
 */
start: number, 
/**
 * When it ends, in seconds.
 */
end: number, 
/**
 * The words.
 */
text: string, };
export type DraftView = { 
/**
 * For which field.
 */
field: Field, 
/**
 * What was typed.
 */
content: Content, 
/**
 * What the field held when the typing began.
 */
base: Content | null, 
/**
 * Why it is a draft.
 */
kind: DraftKind, 
/**
 * What the backend said.
 */
reason: ReasonView | null, };
export type DraftKind = "typed" | "refused" | "conflict";
export type UnreadyView = { 
/**
 * Which field.
 */
field: Field, 
/**
 * The stage that makes it, where one is known.
 */
stage_id: StageId | null, };
export type EditView = { 
/**
 * Of which job.
 */
job_id: JobId, 
/**
 * Which field.
 */
field: Field, 
/**
 * What became of it.
 */
outcome: EditOutcome, 
/**
 * Why; of one that is queued, why it still is.
 */
reason: ReasonView | null, };
export type EditOutcome = "queued" | "saved" | "refused" | "conflict";
export type StorageView = { 
/**
 * Why what happens now cannot be kept; none while it is.
 */
trouble: ReasonView | null, 
/**
 * What was lost or set aside when the program started; none if nothing was.
 */
incident: ReasonView | null, };
export type FaultView = { 
/**
 * The backend's code, or `JOB_FAILED` where it gave none.
 */
code: string, 
/**
 * What happened, for a person.
 */
message: string, 
/**
 * The stage that it happened in.
 */
stage_id: StageId | null, 
/**
 * When it happened, by the backend's clock, where a message told.
 */
at: string | null, };
export type StageView = { 
/**
 * Which stage it is.
 */
stage_id: StageId, 
/**
 * How far it has come.
 */
status: Status, 
/**
 * 0–100; none where the backend does not say.
 */
progress_percent: number | null, 
/**
 * Why it failed.
 */
error_message: string | null, 
/**
 * Whether it had nothing to do.
 */
skipped: boolean, 
/**
 * When the work on it began, by the backend's clock, as far as messages told.
 */
began_at: string | null, 
/**
 * When it ended, as far as messages told.
 */
ended_at: string | null, };
export type MetadataView = { 
/**
 * The title.
 */
TITLE?: string, 
/**
 * The description.
 */
DESCRIPTION?: string, 
/**
 * The tags.
 */
TAGS?: Array<string>, 
/**
 * What is said.
 */
TRANSCRIPT?: string, 
/**
 * The chapters, in the order of their starts.
 */
CHAPTERS?: Array<Chapter>, };
export type ConnectionView = { 
/**
 * Which state it is in.
 */
state: ConnectionState, 
/**
 * Which attempt in a row this is; 0 while all is well.
 */
attempt: number, 
/**
 * How long until the next attempt, in milliseconds.
 */
retry_in_ms: number | null, 
/**
 * Why it is so.
 */
reason: ReasonView | null, };
export type ConnectionState = "signed_out" | "connecting" | "live" | "backoff" | "polling" | "offline" | "stopped";
export type ReasonView = { 
/**
 * The code.
 */
code: Code, 
/**
 * The words.
 */
message: string, };
export type NotificationView = { 
/**
 * What it tells.
 */
kind: NotificationKind, 
/**
 * The jobs that it is about.
 */
job_ids: Array<JobId>, 
/**
 * Its headline.
 */
title: string, 
/**
 * Its text.
 */
body: string, };
export type NotificationKind = "completed" | "failed" | "warning" | "summary";
export type UploadView = { 
/**
 * Which upload it is; counts up from 1 in every run of the program.
 */
upload_id: number, 
/**
 * The file's name.
 */
filename: string, 
/**
 * How many bytes are sent.
 */
sent_bytes: number, 
/**
 * How many bytes the file has.
 */
total_bytes: number, 
/**
 * How many bytes are sent in a second; none where that is not known.
 */
bytes_per_second: number | null, 
/**
 * How far it has come.
 */
state: UploadState, 
/**
 * The job that it became.
 */
job_id: JobId | null, 
/**
 * Why it failed.
 */
error: ReasonView | null, };
export type UploadState = "queued" | "sending" | "sent" | "failed" | "cancelled";
export type ServerView = { 
/**
 * What it calls itself.
 */
name: string, 
/**
 * Its address.
 */
address: string, 
/**
 * Ways to sign in.
 */
auth_providers: Array<string>, 
/**
 * Metadata that may be edited.
 */
editable: Array<Field>, 
/**
 * Further abilities.
 */
features: Array<string>, 
/**
 * Whether it is the studio of this computer.
 */
identity: Identity, };
export type Identity = "address" | "this_computer";
export type Description = { 
/**
 * What it is called; the name of its host where nothing is said.
 */
name?: string, 
/**
 * The base of the REST calls; the server where nothing is said.
 */
api_url?: string, 
/**
 * The socket; `/ws` on the server where nothing is said.
 */
ws_url?: string, 
/**
 * The base of the auth calls.
 */
auth_url?: string, 
/**
 * Supabase's public key.
 */
auth_key?: string, 
/**
 * Ways to sign in; `email` where nothing is said.
 */
auth_providers?: Array<string>, 
/**
 * How the socket learns the token: `auto`, `header`, `query`, `subprotocol` or `message`.
 */
ws_token?: string, 
/**
 * The first message for `message`, with `{token}` in it.
 */
ws_auth_message?: string, 
/**
 * How live updates travel: `socket`.
 */
transport?: string, 
/**
 * Metadata that may be edited; title, description and tags where nothing is said.
 */
editable?: Array<string>, 
/**
 * Further abilities; none where nothing is said.
 */
features?: Array<string>, 
/**
 * A folder from which a studio on this computer takes files.
 */
incoming_folder?: string, };
export type StatusView = { 
/**
 * The backend, once one is chosen.
 */
server: ServerView | null, 
/**
 * What was typed before.
 */
remembered: RememberedView, 
/**
 * Who is signed in.
 */
session: SessionView, 
/**
 * The connection.
 */
connection: ConnectionView, 
/**
 * How many jobs there are.
 */
counts: Counts, 
/**
 * What is missing of the job list.
 */
list: ListView, 
/**
 * How many jobs have edits that the backend does not have yet.
 */
pending_jobs: number, 
/**
 * How it stands with what is kept on disk.
 */
storage: StorageView, 
/**
 * How it stands with what the person is told.
 */
news: NotificationStatus, 
/**
 * When the jobs were last known to be as the backend has them; none before they ever were.
 */
known_at: string | null, 
/**
 * How far the backend's clock is ahead of ours, in milliseconds; none before it answered.
 */
server_ahead_ms: number | null, };
export type RememberedView = { 
/**
 * The address of the studio that was used last, other than that of this computer.
 */
address: string | null, 
/**
 * The email that was used last at the chosen backend.
 */
email: string | null, };
export type Event = { "event": "jobs", 
/**
 * The jobs as they are now.
 */
changed: Array<JobChange>, 
/**
 * The jobs that are gone.
 */
removed: Array<JobId>, } | { "event": "connection" } & ConnectionView | { "event": "session" } & SessionView | { "event": "upload" } & UploadView | { "event": "list" } & ListView | { "event": "edit" } & EditView | { "event": "storage" } & StorageView | { "event": "news" } & NotificationStatus | { "event": "rejected" } & RejectedView;
export type JobChange = { 
/**
 * The job as it is now.
 */
job: JobView, 
/**
 * How much of it changed.
 */
scope: Scope, };
export type Scope = "increment" | "major";
export type RejectedView = { 
/**
 * Why.
 */
reason: string, 
/**
 * Its beginning, without tokens.
 */
sample: string, };
export type Counts = { 
/**
 * Waiting.
 */
pending: number, 
/**
 * Being worked on.
 */
processing: number, 
/**
 * Done.
 */
completed: number, 
/**
 * Failed.
 */
failed: number, };
export type SessionView = { 
/**
 * Which state it is in.
 */
state: SessionState, 
/**
 * The email of the account.
 */
email: string | null, 
/**
 * Why it is so.
 */
reason: ReasonView | null, 
/**
 * What a person should know although all is well: the session cannot be kept.
 */
warning: ReasonView | null, };
export type SessionState = "signed_out" | "restoring" | "signing_in" | "signed_in" | "refreshed";
export type DiagnosticsView = { 
/**
 * Counters since the start of the application.
 */
counters: Counters, 
/**
 * Lost, refused and given-up connections, counted by code.
 */
drops: Array<TallyView>, 
/**
 * Skipped messages, counted by kind.
 */
rejected: Array<TallyView>, 
/**
 * The latency of recent messages; none without a message.
 */
latency: LatencyView | null, 
/**
 * Recent events, newest first.
 */
events: Array<EventView>, 
/**
 * Recently skipped messages, newest first.
 */
skipped: Array<SkippedView>, };
export type Counters = { 
/**
 * Attempts to open the socket.
 */
connects: number, 
/**
 * Attempts that succeeded.
 */
opened: number, 
/**
 * Received frames.
 */
frames: number, 
/**
 * Bytes of the received frames.
 */
bytes: number, 
/**
 * Received heartbeats.
 */
heartbeats: number, 
/**
 * Successful refreshes of the session.
 */
refreshes: number, 
/**
 * Fetches of the job list.
 */
polls: number, 
/**
 * Fetches of the job list that failed.
 */
failed_polls: number, 
/**
 * Changes of the network.
 */
network_changes: number, 
/**
 * Batches of changes that were delayed because the window was busy.
 */
held_batches: number, 
/**
 * Unreadable fields of messages and responses, which were left out.
 */
lost_fields: number, };
export type TallyView = { 
/**
 * The stable name of what is counted.
 */
what: string, 
/**
 * The count.
 */
count: number, };
export type LatencyView = { 
/**
 * The number of messages measured.
 */
messages: number, 
/**
 * The median, in milliseconds.
 */
median_ms: number, 
/**
 * The maximum, in milliseconds.
 */
worst_ms: number, };
export type EventView = { 
/**
 * The time by this computer's clock.
 */
at: string, 
/**
 * The description of the event.
 */
message: string, };
export type SkippedView = { 
/**
 * The time by this computer's clock.
 */
at: string, 
/**
 * The kind of fault.
 */
kind: RejectedKind, 
/**
 * The reason, which may quote the message.
 */
reason: string, 
/**
 * The beginning of the message, without tokens.
 */
sample: string, };
export type RejectedKind = "not_a_message" | "not_utf8" | "unknown_type" | "unreadable" | "too_large" | "too_many_jobs";
