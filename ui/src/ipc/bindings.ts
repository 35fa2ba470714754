// GENERATED from the Rust code by `cargo xtask bindings`. Do not edit.

export type Advanced = { 
/**
 * The level of detail of the log.
 */
log_level: LogLevel, };
export type Appearance = { 
/**
 * The theme.
 */
theme: Theme, 
/**
 * The language of the window, the tray and notifications.
 */
language: Language, };
export type Attention = "failed" | "conflict" | "words" | "warning";
export type Automation = { 
/**
 * Whether the action is enabled.
 */
enabled: boolean, 
/**
 * The outcomes after which the action runs.
 */
when: Array<Outcome>, 
/**
 * A command and its arguments, which are passed unchanged, without a shell.
 */
run: Array<string> | null, 
/**
 * A webhook URL to which the outcome is posted.
 */
webhook: string | null, 
/**
 * The format of the request to the webhook. The default is not written, as before there were others.
 */
format?: WebhookFormat, };
export type Batch = { 
/**
 * The number of the batch, from 1.
 */
number: number, 
/**
 * The changes.
 */
event: Event, };
export type BatchEdit = { 
/**
 * The tags to add.
 */
add_tags: Array<string>, 
/**
 * The tags to remove, in any case.
 */
remove_tags: Array<string>, 
/**
 * What happens to the description; nothing if absent.
 */
description: DescriptionEdit | null, };
export type Caption = { 
/**
 * The start, in seconds.
 */
start: number, 
/**
 * The end, in seconds.
 */
end: number, 
/**
 * The text.
 */
text: string, };
export type Changes = Partial<Record<Field, Content>>;
export type ChangesView = { 
/**
 * The kind: `Added`, `Changed`, `Fixed`.
 */
kind: string, 
/**
 * One or a few sentences for each change.
 */
changes: Array<string>, };
export type Chapter = { 
/**
 * The start, in seconds from the beginning of the video.
 */
start_seconds: number, 
/**
 * The title of the chapter.
 */
title: string, };
export type Close = "auto" | "hide" | "quit";
export type CloseChoice = "hide" | "quit";
export type Code = "invalid_address" | "insecure_address" | "unreachable" | "not_a_studio" | "untrusted_certificate" | "wrong_key" | "invalid_credentials" | "account_blocked" | "sign_in_denied" | "sign_in_timeout" | "session_expired" | "signed_out" | "rate_limited" | "server_error" | "not_found" | "forbidden" | "not_a_video" | "too_large" | "disk_full" | "not_offered" | "file" | "storage" | "storage_unreadable" | "storage_suspect" | "storage_newer" | "conflict" | "wrong_state" | "invalid_content" | "keychain" | "keychain_locked" | "socket_refused" | "no_socket" | "nothing_readable" | "closed" | "silent" | "handshake_timeout" | "message_too_large" | "replaced" | "slept" | "network_changed" | "captive_portal" | "language_model" | "requested" | "job_failed" | "shutting_down" | "internal";
export type Computer = { 
/**
 * The speech recognition model: the id of a known model, or the path of a file.
 */
speech_model: string | null, 
/**
 * Whether the window may offer to set up speech recognition.
 */
offer_speech: boolean, };
export type ComputerView = { 
/**
 * The speech recognition engine.
 */
engine: SpeechEngine, 
/**
 * The models that can be downloaded, from small to large.
 */
models: Array<SpeechModelView>, 
/**
 * The model file chosen by the user instead of a model of the list.
 */
own_model: OwnModelView | null, 
/**
 * The free disk space, in bytes.
 */
free_bytes: number | null, 
/**
 * The disk usage of the videos.
 */
videos: VideosView, };
export type ConnectionState = "signed_out" | "connecting" | "live" | "backoff" | "polling" | "offline" | "stopped";
export type ConnectionView = { 
/**
 * The state.
 */
state: ConnectionState, 
/**
 * The number of consecutive failed attempts; 0 while connected.
 */
attempt: number, 
/**
 * The time until the next attempt, in milliseconds.
 */
retry_in_ms: number | null, 
/**
 * The reason for the state.
 */
reason: Reason | null, };
export type Content = string | Array<string> | Array<Chapter>;
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
export type Counts = { 
/**
 * Queued.
 */
pending: number, 
/**
 * Processing.
 */
processing: number, 
/**
 * Ready.
 */
completed: number, 
/**
 * Failed.
 */
failed: number, };
export type Data = { 
/**
 * The number of days for which finished jobs are kept on this computer after their last change, 1–3650.
 */
retention_days: number, };
export type Description = { 
/**
 * The name; defaults to the host name.
 */
name?: string, 
/**
 * The base URL of REST requests; defaults to the server's URL.
 */
api_url?: string, 
/**
 * The URL of the socket; defaults to `/ws` on the server.
 */
ws_url?: string, 
/**
 * The base URL of auth requests.
 */
auth_url?: string, 
/**
 * The public key of Supabase.
 */
auth_key?: string, 
/**
 * The sign-in methods; defaults to `email`.
 */
auth_providers?: Array<string>, 
/**
 * The method of sending the token to the socket: `auto`, `header`, `query`, `subprotocol` or `message`.
 */
ws_token?: string, 
/**
 * The first message for the method `message`, containing `{token}`.
 */
ws_auth_message?: string, 
/**
 * The transport of live updates: `socket` or `realtime`.
 */
transport?: string, 
/**
 * The topic of the channel for the transport `realtime`; defaults to `jobs:{user_id}`.
 */
realtime_topic?: string, 
/**
 * The tables whose changes are reported by the transport `realtime`.
 */
realtime_tables?: Array<string>, 
/**
 * The paths of REST requests that differ from the usual ones, by name.
 */
endpoints?: { [key in string]: string }, 
/**
 * The metadata fields that can be edited; defaults to title, description and tags.
 */
editable?: Array<string>, 
/**
 * The optional features; defaults to none.
 */
features?: Array<string>, 
/**
 * The folder from which a studio on this computer takes files.
 */
incoming_folder?: string, };
export type DescriptionEdit = { "how": "append", 
/**
 * The text.
 */
text: string, } | { "how": "prepend", 
/**
 * The text.
 */
text: string, } | { "how": "replace", 
/**
 * The text, in exactly this case.
 */
find: string, 
/**
 * The other text.
 */
with: string, };
export type DiagnosticsView = { 
/**
 * Counters since the start of the application.
 */
counters: Counters, 
/**
 * Lost, refused and given-up connections, counted by code.
 */
drops: Array<NamedCountView>, 
/**
 * Skipped messages, counted by kind.
 */
rejected: Array<NamedCountView>, 
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
export type DismissAction = "dismiss" | "restore";
export type DownloadState = "running" | "checking" | "stopped" | "no_space" | "disk" | "network" | "missing" | "damaged";
export type DownloadView = { 
/**
 * The number of received bytes.
 */
received_bytes: number, 
/**
 * The state.
 */
state: DownloadState, };
export type Draft = { 
/**
 * The job of the text.
 */
job_id: JobId, 
/**
 * The field of the text.
 */
field: Field, 
/**
 * The text.
 */
content: Content, 
/**
 * The content of the field when the user began to type; none if it was empty.
 */
base: Content | null, 
/**
 * The reason why the backend does not have the text. The window only sends typed ones.
 */
cause: { kind: "typed" }, };
export type DraftKind = "typed" | "refused" | "conflict";
export type DraftView = { 
/**
 * The field of the text.
 */
field: Field, 
/**
 * The text.
 */
content: Content, 
/**
 * The content of the field when the user began to type.
 */
base: Content | null, 
/**
 * The reason why it is a draft.
 */
kind: DraftKind, 
/**
 * The message of the backend.
 */
reason: Reason | null, };
export type DurationSummary = { 
/**
 * The number of videos of which it is known.
 */
videos: number, 
/**
 * The median, in seconds.
 */
median_seconds: number, 
/**
 * The duration within which nine of ten ended, in seconds.
 */
p90_seconds: number, };
export type EditOutcome = "queued" | "saved" | "refused" | "conflict";
export type EditView = { 
/**
 * The id of the job.
 */
job_id: JobId, 
/**
 * The field.
 */
field: Field, 
/**
 * The outcome.
 */
outcome: EditOutcome, 
/**
 * The reason for the outcome; for a queued edit, the reason of the delay.
 */
reason: Reason | null, };
export type Eta = { 
/**
 * The estimated end of the current stage, by the server's clock.
 */
stage_ends_at: string, 
/**
 * The estimated duration of the following stages, in seconds.
 */
then_seconds: number, };
export type Event = { "event": "jobs", 
/**
 * The changed jobs.
 */
changed: Array<JobChange>, 
/**
 * The removed jobs.
 */
removed: Array<JobId>, } | { "event": "connection" } & ConnectionView | { "event": "session" } & SessionView | { "event": "upload" } & UploadView | { "event": "list" } & ListView | { "event": "edit" } & EditView | { "event": "storage" } & StorageView | { "event": "news" } & NotificationStatus | { "event": "rejected" } & RejectedView;
export type EventView = { 
/**
 * The time by this computer's clock.
 */
at: string, 
/**
 * The description of the event.
 */
message: string, };
export type Excerpt = { 
/**
 * The text before the match.
 */
before: string, 
/**
 * The match: whole words.
 */
found: string, 
/**
 * The text after the match.
 */
after: string, 
/**
 * The start of the cue with the match, in seconds, if it is known.
 */
start_seconds: number | null, 
/**
 * How many further matches the transcript has.
 */
further: number, };
export type FailureCount = { 
/**
 * A failure for this reason.
 */
fault: FaultSummary, 
/**
 * How many there were.
 */
count: number, };
export type FaultCode = "cancelled" | "disk_full" | "ffmpeg_missing" | "file_gone" | "file_incomplete" | "metadata_cut" | "no_audio" | "no_chapters" | "no_speech" | "no_thumbnails" | "no_transcription" | "not_a_video" | "sound_unreadable" | "studio_fault" | "subtitles_damaged" | "subtitles_unreadable" | "too_large_to_process" | "tool_failed" | "tool_stopped" | "transcription_skipped";
export type FaultSummary = { 
/**
 * The error code of the backend, or `JOB_FAILED` if it sent none.
 */
code: string, 
/**
 * The message for the user.
 */
message: string, 
/**
 * The stage in which it occurred.
 */
stage_id: StageId | null, 
/**
 * The time at which it occurred by the backend's clock, if a message reported it.
 */
at: string | null, };
export type Field = "TITLE" | "DESCRIPTION" | "TAGS" | "TRANSCRIPT" | "CHAPTERS" | "THUMBNAIL";
export type General = { 
/**
 * Whether the application starts, hidden, when the user logs in.
 */
start_at_login: boolean, 
/**
 * The action on closing the window.
 */
close: Close, };
export type HistoryEntry = { 
/**
 * The id of the entry; ids increase.
 */
entry_id: number, 
/**
 * The time at which the outcome was observed.
 */
at: string, 
/**
 * The id of the job.
 */
job_id: JobId, 
/**
 * The kind of outcome.
 */
kind: NotificationKind, 
/**
 * The title of the video, or its substitute.
 */
name: string, 
/**
 * The fault, if something went wrong.
 */
fault: FaultSummary | null, 
/**
 * Whether the user has read the entry.
 */
read: boolean, };
export type Identity = "address" | "this_computer";
export type InitialState = { 
/**
 * The number of batches sent to the window before this state. A window that has received fewer has missed some.
 */
sent: SentView, 
/**
 * The settings.
 */
settings: SettingsView, 
/**
 * The complete state without the jobs.
 */
status: StatusView, 
/**
 * The rows of the job list; empty while no user is signed in.
 */
rows: Array<RowView>, };
export type InputField = "address" | "auth_url" | "auth_key" | "api_url" | "ws_url" | "ws_token" | "transport" | "email" | "password";
export type JobAction = "retry" | "cancel" | "delete";
export type JobChange = { 
/**
 * The current state of the job.
 */
job: JobView, 
/**
 * The extent of the change.
 */
scope: Scope, };
export type JobId = string;
export type JobView = { 
/**
 * The id of the video.
 */
video_id: VideoId | null, 
/**
 * What the backend reported that needs no person.
 */
notes: Array<FaultSummary>, 
/**
 * The stages, in pipeline order.
 */
stages: Array<StageView>, 
/**
 * The metadata.
 */
metadata: MetadataView, 
/**
 * A value that changes with the transcript, which may be omitted in a batch of changes.
 */
transcript_version: string | null, 
/**
 * The thumbnails in the order of their creation; those known from a snapshot only are ordered by their position in
 * the video.
 */
thumbnails: Array<Thumbnail>, 
/**
 * The URL of the cover: the chosen thumbnail, or the first one.
 */
cover_url: string | null, 
/**
 * The URL at which the video can be played: https, or http on loopback. It may expire.
 */
playback_url: string | null, 
/**
 * The fields with an edit that the backend has not confirmed.
 */
pending: Array<Field>, 
/**
 * The fields whose content is a suggestion of the backend that no user has accepted or edited.
 */
suggested: Array<Field>, 
/**
 * The texts of the user that the backend does not have.
 */
drafts: Array<DraftView>, 
/**
 * The fields that cannot be edited yet.
 */
unready: Array<NotEditableYetView>, 
/**
 * The size of the file in bytes.
 */
size_bytes: number | null, 
/**
 * The start of processing by the backend's clock, as far as messages reported it.
 */
began_at: string | null, 
/**
 * The end of processing, as far as messages reported it.
 */
ended_at: string | null, 
/**
 * The timestamp of each metadata field.
 */
said_at: Partial<Record<Field, string>>, 
/**
 * The time at which the first thumbnail was reported.
 */
pictured_at: string | null, 
/**
 * The latest timestamp of any message about the job.
 */
updated_at: string | null, 
/**
 * The id of the job.
 */
job_id: JobId, 
/**
 * The name of the original file, if it is visible text.
 */
filename: string | null, 
/**
 * The title, if it is visible text.
 */
title: string | null, 
/**
 * The status.
 */
status: Status, 
/**
 * The backend's own status, if it is not one of the specification; `status` is then PROCESSING.
 */
status_word?: string, 
/**
 * The progress, 0–100; none if the backend does not send it.
 */
progress_percent: number | null, 
/**
 * The stage that is being processed.
 */
stage_id: StageId | null, 
/**
 * The reason of the failure; present only if the status is FAILED.
 */
error: FaultSummary | null, 
/**
 * Whether a user cancelled the job; its status is then FAILED.
 */
is_cancelled: boolean, 
/**
 * The warnings, which need a person.
 */
warnings: Array<FaultSummary>, 
/**
 * The id of the cover: the chosen thumbnail, or the first one.
 */
cover_id: ThumbnailId | null, 
/**
 * A value that changes with the URL of the cover, so that a failed load is retried.
 */
cover_version: number | null, 
/**
 * Whether there are unconfirmed edits or drafts.
 */
unsaved: boolean, 
/**
 * Whether one of them is a draft: a text that the user has not saved, or that was not accepted.
 */
has_draft: boolean, 
/**
 * The duration of the video, in seconds.
 */
duration_seconds: number | null, 
/**
 * The reason why the job needs attention, if it does.
 */
attention: Attention | null, 
/**
 * The time by the clock of this computer until which the failure and the warnings are snoozed, if they are.
 */
snoozed_until?: string, 
/**
 * The estimated remaining time; none before earlier jobs allow an estimate.
 */
outlook: Eta | null, 
/**
 * The time by the backend's clock at which the job will count as stuck unless there is an update.
 */
stuck_at: string | null, 
/**
 * The time at which the job was created.
 */
created_at: string | null, };
export type Language = "system" | "en" | "de" | "es";
export type LanguageModel = { 
/**
 * Whether suggestions are enabled.
 */
enabled: boolean, 
/**
 * The base URL of the server, such as `http://localhost:11434/v1`.
 */
address: string | null, 
/**
 * The name of the model.
 */
model: string | null, };
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
export type ListView = { 
/**
 * The number of newest jobs to which the backend limits the list; none if it sends all jobs.
 */
newest: number | null, 
/**
 * The statuses whose jobs could not be fetched.
 */
missing: Array<Status>, 
/**
 * The number of unreadable jobs.
 */
unreadable: number, };
export type LogLevel = "error" | "warn" | "info" | "debug";
export type Login = "offered" | "other_folder";
export type MarkRead = { "jobs": Array<JobId> } | { "up_to": number };
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
 * The transcript.
 */
TRANSCRIPT?: string, 
/**
 * The chapters, ordered by start time.
 */
CHAPTERS?: Array<Chapter>, };
export type NamedCountView = { 
/**
 * The stable name of what is counted.
 */
what: string, 
/**
 * The count.
 */
count: number, };
export type Network = { 
/**
 * The proxy.
 */
proxy: Proxy, 
/**
 * A PEM file with additional CA certificates to trust.
 */
certificate: string | null, };
export type NotEditableYetView = { 
/**
 * The field.
 */
field: Field, 
/**
 * The stage that produces it, if known.
 */
stage_id: StageId | null, };
export type NotificationKind = "completed" | "failed" | "warning" | "summary";
export type NotificationStatus = { 
/**
 * The number of unread entries in the history.
 */
unread: number, 
/**
 * The time until which notifications are paused.
 */
paused_until: string | null, };
export type Notifications = { 
/**
 * Whether to notify when a video is ready.
 */
completed: boolean, 
/**
 * Whether to notify when a video has failed.
 */
failed: boolean, 
/**
 * Whether to notify when a video has a warning.
 */
warning: boolean, 
/**
 * Whether notifications play a sound.
 */
sound: boolean, 
/**
 * The daily period without notifications; a summary follows at its end.
 */
quiet_hours: QuietHours | null, };
export type Outcome = "completed" | "failed";
export type OwnModelView = { 
/**
 * The path of the file.
 */
file: string, 
/**
 * Whether the file exists.
 */
is_here: boolean, 
/**
 * The measured time to recognise ten seconds of audio on this computer, in seconds.
 */
seconds_for_ten: number | null, };
export type Pause = "hour" | "tomorrow" | "off";
export type Proxy = string;
export type QuietHours = { 
/**
 * The first minute of the period.
 */
from: TimeOfDay, 
/**
 * The first minute after the period; if it equals `from`, the period is empty.
 */
to: TimeOfDay, };
export type Reason = { 
/**
 * The code.
 */
code: Code, 
/**
 * The message.
 */
message: string, };
export type RejectedKind = "not_a_message" | "not_utf8" | "unknown_type" | "unreadable" | "too_large" | "too_many_jobs";
export type RejectedView = { 
/**
 * The reason.
 */
reason: string, 
/**
 * The beginning of the message, without tokens.
 */
sample: string, };
export type ReleaseView = { 
/**
 * The version, or `Unreleased`.
 */
version: string, 
/**
 * The date, as `2026-11-25`.
 */
date: string | null, 
/**
 * The changes, grouped by kind.
 */
changes: Array<ChangesView>, };
export type RememberedView = { 
/**
 * The URL of the last used studio, other than the embedded one.
 */
address: string | null, 
/**
 * The last used email at the chosen backend.
 */
email: string | null, };
export type RowView = { 
/**
 * The id of the job.
 */
job_id: JobId, 
/**
 * The name of the original file, if it is visible text.
 */
filename: string | null, 
/**
 * The title, if it is visible text.
 */
title: string | null, 
/**
 * The status.
 */
status: Status, 
/**
 * The backend's own status, if it is not one of the specification; `status` is then PROCESSING.
 */
status_word?: string, 
/**
 * The progress, 0–100; none if the backend does not send it.
 */
progress_percent: number | null, 
/**
 * The stage that is being processed.
 */
stage_id: StageId | null, 
/**
 * The reason of the failure; present only if the status is FAILED.
 */
error: FaultSummary | null, 
/**
 * Whether a user cancelled the job; its status is then FAILED.
 */
is_cancelled: boolean, 
/**
 * The warnings, which need a person.
 */
warnings: Array<FaultSummary>, 
/**
 * The id of the cover: the chosen thumbnail, or the first one.
 */
cover_id: ThumbnailId | null, 
/**
 * A value that changes with the URL of the cover, so that a failed load is retried.
 */
cover_version: number | null, 
/**
 * Whether there are unconfirmed edits or drafts.
 */
unsaved: boolean, 
/**
 * Whether one of them is a draft: a text that the user has not saved, or that was not accepted.
 */
has_draft: boolean, 
/**
 * The duration of the video, in seconds.
 */
duration_seconds: number | null, 
/**
 * The reason why the job needs attention, if it does.
 */
attention: Attention | null, 
/**
 * The time by the clock of this computer until which the failure and the warnings are snoozed, if they are.
 */
snoozed_until?: string, 
/**
 * The estimated remaining time; none before earlier jobs allow an estimate.
 */
outlook: Eta | null, 
/**
 * The time by the backend's clock at which the job will count as stuck unless there is an update.
 */
stuck_at: string | null, 
/**
 * The time at which the job was created.
 */
created_at: string | null, };
export type Scope = "increment" | "major";
export type SearchHit = { 
/**
 * The id of the job.
 */
job_id: JobId, 
/**
 * The part of the transcript with the words, if the other texts do not have all of them.
 */
excerpt: Excerpt | null, };
export type Secret = string;
export type SentView = { 
/**
 * All batches.
 */
batches: number, 
/**
 * Batches of job changes.
 */
of_jobs: number, };
export type ServerView = { 
/**
 * The name of the backend.
 */
name: string, 
/**
 * The URL of the backend.
 */
address: string, 
/**
 * The sign-in methods.
 */
auth_providers: Array<string>, 
/**
 * The metadata fields that can be edited.
 */
editable: Array<Field>, 
/**
 * The optional features.
 */
features: Array<string>, 
/**
 * Whether it is the studio embedded in this application.
 */
identity: Identity, };
export type SessionState = "signed_out" | "restoring" | "signing_in" | "signed_in" | "refreshed";
export type SessionView = { 
/**
 * The state of the session.
 */
state: SessionState, 
/**
 * The email of the account.
 */
email: string | null, 
/**
 * The reason for the state.
 */
reason: Reason | null, 
/**
 * A problem of a working session: it cannot be stored.
 */
warning: Reason | null, };
export type Settings = { 
/**
 * Start and quit behaviour.
 */
general: General, 
/**
 * Theme and language.
 */
appearance: Appearance, 
/**
 * The form of the window, and its shortcut.
 */
window: WindowSettings, 
/**
 * Notifications.
 */
notifications: Notifications, 
/**
 * Data on this computer.
 */
data: Data, 
/**
 * Network connections.
 */
network: Network, 
/**
 * Uploads.
 */
uploads: Uploads, 
/**
 * Processing of videos on this computer.
 */
computer: Computer, 
/**
 * The language model that suggests texts.
 */
language_model: LanguageModel, 
/**
 * Settings for troubleshooting.
 */
advanced: Advanced, 
/**
 * The actions that run when a job ends.
 */
automation: Array<Automation>, };
export type SettingsView = { 
/**
 * The effective settings.
 */
settings: Settings, 
/**
 * The reason why the settings file cannot be read or applied; the previous settings then stay in effect.
 */
trouble: Reason | null, 
/**
 * The version of the application.
 */
version: string, 
/**
 * The path of the settings file.
 */
file: string, 
/**
 * The path of the data folder.
 */
folder: string, 
/**
 * Whether a tray icon can restore the window.
 */
tray: Tray, 
/**
 * Whether the application can be started at login.
 */
login: Login, 
/**
 * The window.
 */
window: WindowView, };
export type Shortcut = string;
export type ShortcutState = "off" | "active" | "taken" | "no_such_key" | "unsupported";
export type Show = "settings" | "history" | "closing" | "quitting" | "no_tray" | "sign_in_first";
export type SkipReason = "draft" | "not_ready" | "not_found";
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
export type Snooze = "later_today" | "tomorrow" | "next_monday";
export type SpeechEngine = "built_in" | "program" | "none";
export type SpeechModelView = { 
/**
 * The id of the model, such as `base`.
 */
id: string, 
/**
 * The size of the file in bytes.
 */
size_bytes: number, 
/**
 * The number of languages that the model recognises.
 */
languages: number, 
/**
 * Whether the file is on this computer.
 */
is_here: boolean, 
/**
 * The incomplete download, if there is one.
 */
download: DownloadView | null, 
/**
 * The measured time to recognise ten seconds of audio on this computer, in seconds.
 */
seconds_for_ten: number | null, };
export type Stacking = "supported" | "wayland";
export type StageDuration = { 
/**
 * The stage.
 */
stage_id: StageId, 
/**
 * Its durations.
 */
duration: DurationSummary, };
export type StageId = string;
export type StageView = { 
/**
 * The id of the stage.
 */
stage_id: StageId, 
/**
 * The status.
 */
status: Status, 
/**
 * The progress, 0–100; none if the backend does not send it.
 */
progress_percent: number | null, 
/**
 * The reason of a failure.
 */
error_message: string | null, 
/**
 * Whether the stage was skipped.
 */
skipped: boolean, 
/**
 * The start of processing by the backend's clock, as far as messages reported it.
 */
began_at: string | null, 
/**
 * The end of processing, as far as messages reported it.
 */
ended_at: string | null, };
export type Statistics = { 
/**
 * The number of videos that they are about.
 */
videos: number, 
/**
 * The time of the first outcome that is counted; none without any.
 */
since: string | null, 
/**
 * The weeks, from the oldest to the current one.
 */
weeks: Array<WeekCount>, 
/**
 * The duration of the whole processing of videos that are ready; none if none is known.
 */
total: DurationSummary | null, 
/**
 * The durations of the stages, in the order in which stages begin.
 */
stages: Array<StageDuration>, 
/**
 * The reasons of failures, from the most frequent.
 */
failures: Array<FailureCount>, 
/**
 * The number of failures for other reasons.
 */
other_failures: number, };
export type Status = "PENDING" | "PROCESSING" | "COMPLETED" | "FAILED";
export type StatusView = { 
/**
 * The backend, if one is chosen.
 */
server: ServerView | null, 
/**
 * Values that the user entered before.
 */
remembered: RememberedView, 
/**
 * The session.
 */
session: SessionView, 
/**
 * The connection.
 */
connection: ConnectionView, 
/**
 * The number of jobs by status.
 */
counts: Counts, 
/**
 * The missing parts of the job list.
 */
list: ListView, 
/**
 * The number of jobs with unconfirmed edits.
 */
pending_jobs: number, 
/**
 * The state of the local storage.
 */
storage: StorageView, 
/**
 * The state of notifications.
 */
news: NotificationStatus, 
/**
 * The time at which the jobs were last in sync with the backend; none if they never were.
 */
known_at: string | null, 
/**
 * How far the backend's clock is ahead of the local one, in milliseconds; none before its first response.
 */
server_ahead_ms: number | null, };
export type StorageView = { 
/**
 * The reason why changes cannot be stored; none if they can.
 */
trouble: Reason | null, 
/**
 * Data that was lost or set aside when the application started, if any.
 */
incident: Reason | null, };
export type SuggestionRequestView = { 
/**
 * The URL to which it is sent.
 */
address: string, 
/**
 * The body, exactly as it is sent.
 */
body: string, };
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
export type Template = { 
/**
 * The id; 0 for a template that was never stored.
 */
template_id: number, 
/**
 * The name.
 */
name: string, 
/**
 * The text of the description, with placeholders such as `{title}`.
 */
description: string, 
/**
 * The tags that every video gets.
 */
tags: Array<string>, 
/**
 * How titles are written.
 */
title_rule: TitleRule, 
/**
 * The lines of `{links}`.
 */
links: Array<string>, };
export type TextChange = { "kind": "template" } & Template | { "kind": "edit" } & BatchEdit;
export type TextChangeView = { 
/**
 * The id of the job.
 */
job_id: JobId, 
/**
 * The new content of each field that becomes different.
 */
after: Changes, 
/**
 * The present content of these fields.
 */
before: Changes, 
/**
 * The reason why the video is left as it is, although it would change.
 */
skipped: SkipReason | null, };
export type TextSuggestions = { 
/**
 * Up to three alternative titles.
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
 * The chapters with new titles; empty if the model did not return a title for each of them.
 */
chapters: Array<Chapter>, };
export type Theme = "system" | "light" | "dark";
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
export type ThumbnailId = string;
export type TimeOfDay = string;
export type TitleRule = "keep" | "title_case" | "sentence_case" | "german_sentence_case" | "no_all_caps";
export type Tray = "present" | "absent";
export type UncheckedRule = Automation;
export type UncheckedSettings = Settings;
export type UpdateView = { "state": "absent" } | { "state": "unknown" } | { "state": "checking" } | { "state": "current" } | { "state": "available", 
/**
 * The new version.
 */
version: string, } | { "state": "downloading", 
/**
 * The new version.
 */
version: string, 
/**
 * The progress, 0–100; none if the size is unknown.
 */
percent: number | null, } | { "state": "ready", 
/**
 * The new version.
 */
version: string, } | { "state": "failed", 
/**
 * The reason.
 */
reason: Reason, };
export type UploadState = "queued" | "sending" | "waiting" | "verifying" | "paused" | "sent" | "failed" | "cancelled";
export type UploadView = { 
/**
 * The id of the upload.
 */
upload_id: number, 
/**
 * The place in the queue: smaller ones are sent first.
 */
position: number, 
/**
 * The name of the file.
 */
filename: string, 
/**
 * The number of bytes sent.
 */
sent_bytes: number, 
/**
 * The size of the file in bytes.
 */
total_bytes: number, 
/**
 * The transfer rate in bytes per second; none if unknown.
 */
bytes_per_second: number | null, 
/**
 * The state.
 */
state: UploadState, 
/**
 * Whether the upload continues where it was interrupted; otherwise it starts again.
 */
is_resumable: boolean, 
/**
 * The id of the created job.
 */
job_id: JobId | null, 
/**
 * The reason of a failure, or of waiting.
 */
error: Reason | null, };
export type Uploads = { 
/**
 * The speed limit of all uploads together, in 1000 bytes per second, 16–10000000; none for no limit.
 */
max_kilobytes_per_second: number | null, };
export type VideoId = string;
export type VideoTexts = { 
/**
 * The title.
 */
title: string, 
/**
 * The description.
 */
description: string, 
/**
 * The tags.
 */
tags: Array<string>, 
/**
 * The chapters, ordered by start time.
 */
chapters: Array<Chapter>, 
/**
 * The day on which the video was created, such as `2026-01-31`.
 */
date: string | null, };
export type VideosView = { 
/**
 * The size of all files of all videos, in bytes.
 */
bytes: number, 
/**
 * The size of the copies of finished videos, in bytes; they are no longer needed.
 */
finished_bytes: number, 
/**
 * The number of these copies.
 */
finished: number, };
export type WebhookFormat = "tallylight" | "ntfy" | "pushover" | "slack" | "discord";
export type WeekCount = { 
/**
 * The first day of the week.
 */
starts_on: string, 
/**
 * How often a video became ready.
 */
ready: number, 
/**
 * How often a video failed.
 */
failed: number, };
export type WindowMode = "full" | "strip";
export type WindowSettings = { 
/**
 * Whether the window is the full one or the mini strip.
 */
mode: WindowMode, 
/**
 * Whether the window stays above those of other programs.
 */
always_on_top: boolean, 
/**
 * The shortcut that shows or hides the window from any program; none if there is no such shortcut.
 */
shortcut: Shortcut | null, };
export type WindowView = { 
/**
 * The form of the window. It differs from the setting while the settings file cannot be written.
 */
mode: WindowMode, 
/**
 * Whether the desktop keeps a window above others on request.
 */
stacking: Stacking, 
/**
 * The state of the shortcut that shows or hides the window.
 */
shortcut: ShortcutState, };

/** Sends a command with its arguments, and returns its answer. */
export type Invoke = <T>(command: string, args?: Record<string, unknown>) => Promise<T>;

/** The commands. A failed one throws a `TallyError`. */
export interface Commands {
  /** Connects to the server at an address. */
  connect(address: string): Promise<ServerView>;
  /** Connects to a server without automatic setup, with the given description. */
  connectAs(address: string, description: Description): Promise<ServerView>;
  /** Connects to this computer's own studio, and signs in to it. */
  useThisComputer(): Promise<ServerView>;
  /** Signs in with a password. */
  signIn(email: string, password: Secret): Promise<void>;
  /** Signs in on a provider's page in the browser; resolves when that is finished. */
  signInWith(provider: string): Promise<void>;
  /** Cancels signing in in the browser. */
  cancelSignIn(): Promise<void>;
  /** Asks the system to unlock the keychain. */
  unlockKeychain(): Promise<void>;
  /** Signs out, and deletes what is stored of the account. */
  signOut(): Promise<void>;
  /** Returns the state of speech recognition on this computer, and the disk space of its videos. */
  computer(): Promise<ComputerView>;
  /** Makes a sample video on this computer, and uploads it. */
  uploadSample(): Promise<void>;
  /** Starts or resumes the download of a speech model. */
  downloadModel(id: string): Promise<void>;
  /** Stops a download; what has been received is kept. */
  stopModelDownload(id: string): Promise<void>;
  /** Deletes a speech model from this computer. */
  deleteModel(id: string): Promise<void>;
  /** Returns the path of a model file that the user chooses, or null if they cancelled. */
  chooseModelFile(): Promise<string | null>;
  /** Deletes the copies of finished videos; originals, texts and thumbnails are kept. */
  deleteFinishedCopies(): Promise<void>;
  /** Stores the API key of the language model in the keychain. */
  setLanguageModelKey(key: Secret): Promise<void>;
  /** Returns the request that would be sent to the language model about a video. */
  prepareSuggestions(jobId: JobId): Promise<SuggestionRequestView>;
  /** Sends the prepared request; returns the suggestions of the language model. */
  suggestTexts(jobId: JobId, body: string): Promise<TextSuggestions>;
  /** Saves a text to a file that the user chooses; returns its path, or null if they cancelled. */
  saveText(name: string, text: string): Promise<string | null>;
  /** Saves a thumbnail to a file that the user chooses; returns its path, or null if they cancelled. */
  savePicture(jobId: JobId, thumbnailId: ThumbnailId): Promise<string | null>;
  /** Returns the file URL of a thumbnail, for dragging it to another program. */
  pictureFile(jobId: JobId, thumbnailId: ThumbnailId): Promise<string>;
  /** Starts dragging a thumbnail out of the window, on platforms where the page cannot do it. */
  dragPicture(jobId: JobId, thumbnailId: ThumbnailId): Promise<void>;
  /** Uploads the file of a job once more; the upload arrives as events. */
  uploadAgain(jobId: JobId): Promise<void>;
  /** Returns the history, newest first. */
  history(): Promise<Array<HistoryEntry>>;
  /** Returns the statistics of the last weeks. */
  statistics(): Promise<Statistics>;
  /** Marks records of the history as read. */
  markRead(read: MarkRead): Promise<void>;
  /** Pauses notifications, or resumes them. */
  pause(pause: Pause): Promise<void>;
  /** Returns the state of the connection and the session. */
  status(): Promise<StatusView>;
  /** Returns all jobs as rows of the list. */
  rows(): Promise<Array<RowView>>;
  /** Returns a job. */
  job(jobId: JobId): Promise<JobView>;
  /** Returns the captions of a video with their times; empty if the studio has none. */
  captions(jobId: JobId): Promise<Array<Caption>>;
  /** Subscribes to a job that was opened, and fetches it. */
  openJob(jobId: JobId): Promise<void>;
  /** Fetches the list again. */
  refresh(): Promise<void>;
  /** Connects at once instead of waiting for the next attempt. */
  reconnect(): Promise<void>;
  /** Resolves once the list has been loaded from the studio; fails if it cannot be loaded. */
  synced(): Promise<void>;
  /** Returns the videos with all of these words in their title, tags, description, chapters or file name, and then those with them in their transcript. */
  search(text: string): Promise<Array<SearchHit>>;
  /** Dismisses the failures and warnings of videos, or restores them. */
  setDismissed(jobIds: Array<JobId>, trouble: DismissAction): Promise<void>;
  /** Asks the studio to process a failed video again, to cancel an unfinished one, or to delete one. */
  actOnJob(jobId: JobId, action: JobAction): Promise<void>;
  /** Snoozes the failures and warnings of videos, or ends that if `snooze` is null. */
  snooze(jobIds: Array<JobId>, snooze: Snooze | null): Promise<void>;
  /** Saves changed fields. They are stored on disk when this resolves; the studio's answer arrives as an event. */
  edit(jobId: JobId, changes: Changes): Promise<void>;
  /** Stores a draft. */
  typeDraft(draft: Draft): Promise<void>;
  /** Deletes a draft. */
  discardDraft(jobId: JobId, field: Field): Promise<void>;
  /** Returns the diagnostics of the connection. */
  diagnostics(): Promise<DiagnosticsView>;
  /** Saves a report without names and addresses to a file that the user chooses; returns its path, or null. */
  saveReport(): Promise<string | null>;
  /** Applies the choice of the dialog that closing the window opens. */
  close(choice: CloseChoice, remember: boolean): Promise<void>;
  /** Quits, and cancels uploads. */
  quit(): Promise<void>;
  /** Returns the state of the update. */
  update(): Promise<UpdateView>;
  /** Checks for an update. */
  checkForUpdate(): Promise<void>;
  /** Downloads the new version, which runs from the next start on. */
  fetchUpdate(): Promise<void>;
  /** Restarts into the new version; refused during uploads. */
  restart(): Promise<void>;
  /** Returns the release notes, newest version first. */
  releases(): Promise<Array<ReleaseView>>;
  /** Returns everything that the first frame shows, in one call. */
  initialState(): Promise<InitialState>;
  /** Reports that the window now listens to batches; returns how many were sent before. */
  listening(): Promise<SentView>;
  /** Acknowledges every batch up to and including `number`. */
  ack(number: number): Promise<void>;
  /** Reports that the page is ready to show something on request; the requests that were held follow as events. */
  showing(): Promise<void>;
  /** Asks the studio where a video can be played now; null if it no longer has the file. */
  playbackUrl(jobId: JobId): Promise<string | null>;
  /** Returns the path of the file that a video was uploaded from; null if it is not known or no longer there. */
  videoFile(jobId: JobId): Promise<string | null>;
  /** Has the studio take the frame at a time as a thumbnail, and returns its id once the video has it. */
  takeThumbnail(jobId: JobId, seconds: number): Promise<ThumbnailId>;
  /** Opens a video in the system's player if its file is on this computer, or else in the browser. */
  openVideo(jobId: JobId): Promise<void>;
  /** Shows the file that a video was uploaded from in the system's file manager. */
  showVideoFile(jobId: JobId): Promise<void>;
  /** Returns the settings, and the problem with them if there is one. */
  settings(): Promise<SettingsView>;
  /** Saves the settings; they take effect at once. */
  changeSettings(settings: UncheckedSettings): Promise<void>;
  /** Changes the window to the mini strip or back to the full window, and remembers it. */
  setWindowMode(mode: WindowMode): Promise<void>;
  /** Resets the settings to their defaults; the old file is kept beside the new one. */
  resetSettings(): Promise<void>;
  /** Stores the secret that signs webhooks in the keychain. */
  setWebhookSecret(secret: Secret): Promise<void>;
  /** Stores the keys of Pushover in the keychain: the token of the application, and the key of the user. */
  setPushoverKeys(token: Secret, user: Secret): Promise<void>;
  /** Sends a test to the webhook of a rule; fails with what its service says. */
  testWebhook(rule: UncheckedRule): Promise<void>;
  /** Returns the path of a certificate file that the user chooses, or null if they cancelled. */
  chooseCertificate(): Promise<string | null>;
  /** Deletes the stored videos and thumbnails, and fetches them again. Drafts are kept. */
  clearCache(): Promise<void>;
  /** Opens the data folder in the system's file manager. */
  openFolder(): Promise<void>;
  /** Returns the templates of the account, in the order in which they were made. */
  templates(): Promise<Array<Template>>;
  /** Stores a template, new (with the id 0) or changed, and returns it as it is stored. */
  saveTemplate(template: Template): Promise<Template>;
  /** Deletes a template. */
  deleteTemplate(templateId: number): Promise<void>;
  /** Returns what a template or a batch edit would make of videos, at most 500. Nothing is saved: `edit` does that. */
  textChanges(change: TextChange, jobIds: Array<JobId>): Promise<Array<TextChangeView>>;
  /** Returns the fields that a template or a batch edit makes of texts that are not saved. */
  changeTexts(change: TextChange, texts: VideoTexts): Promise<{ [key in Field]?: Content }>;
  /** Uploads videos that the user chooses; their progress arrives as events. */
  chooseVideos(): Promise<void>;
  /** Returns the uploads that are not complete, in the order in which they are sent. */
  uploads(): Promise<Array<UploadView>>;
  /** Cancels an upload, or removes a failed one from the list. */
  cancelUpload(uploadId: number): Promise<void>;
  /** Sends a failed upload again. */
  retryUpload(uploadId: number): Promise<void>;
  /** Pauses an upload. */
  pauseUpload(uploadId: number): Promise<void>;
  /** Continues a paused upload. */
  resumeUpload(uploadId: number): Promise<void>;
  /** Moves an upload before another one, or to the end of the queue. */
  moveUpload(uploadId: number, before: number | null): Promise<void>;
  /** Pauses all uploads. */
  pauseUploads(): Promise<void>;
  /** Continues all paused uploads. */
  resumeUploads(): Promise<void>;
}

/** Returns the commands; `invoke` sends them. */
export const createCommands = (invoke: Invoke): Commands => ({
  connect: (address) => invoke("connect", { address }),
  connectAs: (address, description) => invoke("connect_as", { address, description }),
  useThisComputer: () => invoke("use_this_computer"),
  signIn: (email, password) => invoke("sign_in", { email, password }),
  signInWith: (provider) => invoke("sign_in_with", { provider }),
  cancelSignIn: () => invoke("cancel_sign_in"),
  unlockKeychain: () => invoke("unlock_keychain"),
  signOut: () => invoke("sign_out"),
  computer: () => invoke("computer"),
  uploadSample: () => invoke("upload_sample"),
  downloadModel: (id) => invoke("download_model", { id }),
  stopModelDownload: (id) => invoke("stop_model_download", { id }),
  deleteModel: (id) => invoke("delete_model", { id }),
  chooseModelFile: () => invoke("choose_model_file"),
  deleteFinishedCopies: () => invoke("delete_finished_copies"),
  setLanguageModelKey: (key) => invoke("set_language_model_key", { key }),
  prepareSuggestions: (jobId) => invoke("prepare_suggestions", { jobId }),
  suggestTexts: (jobId, body) => invoke("suggest_texts", { jobId, body }),
  saveText: (name, text) => invoke("save_text", { name, text }),
  savePicture: (jobId, thumbnailId) => invoke("save_picture", { jobId, thumbnailId }),
  pictureFile: (jobId, thumbnailId) => invoke("picture_file", { jobId, thumbnailId }),
  dragPicture: (jobId, thumbnailId) => invoke("drag_picture", { jobId, thumbnailId }),
  uploadAgain: (jobId) => invoke("upload_again", { jobId }),
  history: () => invoke("history"),
  statistics: () => invoke("statistics"),
  markRead: (read) => invoke("mark_read", { read }),
  pause: (pause) => invoke("pause", { pause }),
  status: () => invoke("status"),
  rows: () => invoke("rows"),
  job: (jobId) => invoke("job", { jobId }),
  captions: (jobId) => invoke("captions", { jobId }),
  openJob: (jobId) => invoke("open_job", { jobId }),
  refresh: () => invoke("refresh"),
  reconnect: () => invoke("reconnect"),
  synced: () => invoke("synced"),
  search: (text) => invoke("search", { text }),
  setDismissed: (jobIds, trouble) => invoke("set_dismissed", { jobIds, trouble }),
  actOnJob: (jobId, action) => invoke("act_on_job", { jobId, action }),
  snooze: (jobIds, snooze) => invoke("snooze", { jobIds, snooze }),
  edit: (jobId, changes) => invoke("edit", { jobId, changes }),
  typeDraft: (draft) => invoke("type_draft", { draft }),
  discardDraft: (jobId, field) => invoke("discard_draft", { jobId, field }),
  diagnostics: () => invoke("diagnostics"),
  saveReport: () => invoke("save_report"),
  close: (choice, remember) => invoke("close", { choice, remember }),
  quit: () => invoke("quit"),
  update: () => invoke("update"),
  checkForUpdate: () => invoke("check_for_update"),
  fetchUpdate: () => invoke("fetch_update"),
  restart: () => invoke("restart"),
  releases: () => invoke("releases"),
  initialState: () => invoke("initial_state"),
  listening: () => invoke("listening"),
  ack: (number) => invoke("ack", { number }),
  showing: () => invoke("showing"),
  playbackUrl: (jobId) => invoke("playback_url", { jobId }),
  videoFile: (jobId) => invoke("video_file", { jobId }),
  takeThumbnail: (jobId, seconds) => invoke("take_thumbnail", { jobId, seconds }),
  openVideo: (jobId) => invoke("open_video", { jobId }),
  showVideoFile: (jobId) => invoke("show_video_file", { jobId }),
  settings: () => invoke("settings"),
  changeSettings: (settings) => invoke("change_settings", { settings }),
  setWindowMode: (mode) => invoke("set_window_mode", { mode }),
  resetSettings: () => invoke("reset_settings"),
  setWebhookSecret: (secret) => invoke("set_webhook_secret", { secret }),
  setPushoverKeys: (token, user) => invoke("set_pushover_keys", { token, user }),
  testWebhook: (rule) => invoke("test_webhook", { rule }),
  chooseCertificate: () => invoke("choose_certificate"),
  clearCache: () => invoke("clear_cache"),
  openFolder: () => invoke("open_folder"),
  templates: () => invoke("templates"),
  saveTemplate: (template) => invoke("save_template", { template }),
  deleteTemplate: (templateId) => invoke("delete_template", { templateId }),
  textChanges: (change, jobIds) => invoke("text_changes", { change, jobIds }),
  changeTexts: (change, texts) => invoke("change_texts", { change, texts }),
  chooseVideos: () => invoke("choose_videos"),
  uploads: () => invoke("uploads"),
  cancelUpload: (uploadId) => invoke("cancel_upload", { uploadId }),
  retryUpload: (uploadId) => invoke("retry_upload", { uploadId }),
  pauseUpload: (uploadId) => invoke("pause_upload", { uploadId }),
  resumeUpload: (uploadId) => invoke("resume_upload", { uploadId }),
  moveUpload: (uploadId, before) => invoke("move_upload", { uploadId, before }),
  pauseUploads: () => invoke("pause_uploads"),
  resumeUploads: () => invoke("resume_uploads"),
});

/** The payload of each event. */
export interface Events {
  /** A batch of changes. */
  tally: Batch;
  /** Opens a job. */
  open_job: JobId;
  /** Shows a view other than a job. */
  show: Show;
  /** Reports that the settings have changed. */
  settings: null;
  /** Reports the changed state of the update. */
  update: UpdateView;
}
