import { ago, mockChange, mockExcerpt, mockStatistics } from "./backend.samples";
import type {
  Caption,
  Changes,
  DismissAction,
  Draft,
  Event,
  Field,
  HistoryEntry,
  JobAction,
  JobId,
  JobView,
  MarkRead,
  RowView,
  SearchHit,
  Snooze,
  Statistics,
  StatusView,
  TallyError,
  Template,
  TextChange,
  TextChangeView,
  ThumbnailId,
} from "./bindings";

/** What a backend without a core keeps of the videos, and what is done with them. Every call is recorded. */
export class MockVideos {
  /** Every call, with its arguments. */
  calls: string[] = [];
  /** The errors with which the next call of each name fails. */
  failures = new Map<string, TallyError>();
  protected listeners = new Set<(event: Event) => void>();
  constructor(
    public currentStatus: StatusView,
    public jobs: JobView[] = [],
  ) {}

  rows = () => this.answer("rows", (): RowView[] => this.jobs);
  job = (jobId: JobId) =>
    this.answer(`job ${jobId}`, () => {
      const job = this.jobs.find((job) => job.job_id === jobId);
      if (!job)
        throw {
          code: "not_found",
          message: "Not found. It may have been deleted.",
        } satisfies TallyError;
      return job;
    });
  captionList: Caption[] = [];
  captions = (jobId: JobId) => this.answer(`captions ${jobId}`, () => this.captionList);
  /** Where the studio says that videos can be played now. */
  currentPlaybackUrl: string | null = null;
  playbackUrl = (jobId: JobId) =>
    this.answer(`playbackUrl ${jobId}`, () => this.currentPlaybackUrl);
  /** The file of every video on this computer. */
  localFile: string | null = null;
  videoFile = (jobId: JobId) => this.answer(`videoFile ${jobId}`, () => this.localFile);
  takeThumbnail = (jobId: JobId, seconds: number) =>
    this.answer(`takeThumbnail ${jobId} ${seconds}`, (): ThumbnailId => `at-${seconds}`);
  openVideo = (jobId: JobId) => this.answer(`openVideo ${jobId}`, () => undefined);
  showVideoFile = (jobId: JobId) => this.answer(`showVideoFile ${jobId}`, () => undefined);
  openJob = (jobId: JobId) => this.answer(`openJob ${jobId}`, () => undefined);
  templateList: Template[] = [];
  templates = () => this.answer("templates", () => this.templateList);
  saveTemplate = (template: Template) =>
    this.answer(`saveTemplate ${JSON.stringify(template)}`, () => {
      const template_id = template.template_id || this.templateList.length + 1;
      const saved = { ...template, template_id };
      const others = this.templateList.filter((other) => other.template_id !== template_id);
      this.templateList = [...others, saved];
      return saved;
    });
  deleteTemplate = (templateId: number) =>
    this.answer(`deleteTemplate ${templateId}`, () => {
      this.templateList = this.templateList.filter(({ template_id }) => template_id !== templateId);
    });
  textChanges = (change: TextChange, jobIds: JobId[]) =>
    this.answer(`textChanges ${jobIds.join()}`, () =>
      jobIds.map((job_id): TextChangeView => {
        const job = this.jobs.find((job) => job.job_id === job_id);
        if (!job) return { job_id, before: {}, after: {}, skipped: "not_found" };
        const { TITLE: title = "", DESCRIPTION: description = "", TAGS: tags = [] } = job.metadata;
        const texts = { title, description, tags, chapters: [], date: null };
        const after = mockChange(change, texts);
        const skipped = job.drafts.some(({ field }) => field in after) ? "draft" : null;
        return {
          job_id,
          before: { TITLE: title, DESCRIPTION: description, TAGS: tags },
          after,
          skipped,
        };
      }),
    );
  edit = (jobId: JobId, changes: Changes) =>
    this.answer(`edit ${jobId} ${JSON.stringify(changes)}`, () => undefined);
  typeDraft = (draft: Draft) =>
    this.answer(
      `typeDraft ${draft.job_id} ${draft.field} ${JSON.stringify(draft.content)}`,
      () => undefined,
    );
  discardDraft = (jobId: JobId, field: Field) =>
    this.answer(`discardDraft ${jobId} ${field}`, () => undefined);
  pictureUrl = (jobId: JobId, thumbnailId: ThumbnailId) =>
    `picture://localhost/${jobId}/${thumbnailId}`;
  savePicture = (jobId: JobId, thumbnailId: ThumbnailId) =>
    this.answer(`savePicture ${jobId} ${thumbnailId}`, () => "/home/me/thumbnail.jpg");
  pictureFile = (jobId: JobId, thumbnailId: ThumbnailId) =>
    this.answer(`pictureFile ${jobId} ${thumbnailId}`, () => `file:///${jobId}/${thumbnailId}.jpg`);
  dragPicture = (jobId: JobId, thumbnailId: ThumbnailId) =>
    this.answer(`dragPicture ${jobId} ${thumbnailId}`, () => undefined);
  search = (text: string) =>
    this.answer(`search ${text}`, () => {
      const has = (value: unknown) =>
        JSON.stringify(value).toLowerCase().includes(text.toLowerCase());
      return this.jobs.flatMap(({ job_id, title, filename, metadata }): SearchHit[] => {
        const { TRANSCRIPT: transcript = "", ...texts } = metadata;
        if (has([title, filename, texts])) return [{ job_id, excerpt: null }];
        return has(transcript) ? [{ job_id, excerpt: mockExcerpt(transcript, text) }] : [];
      });
    });
  setDismissed = (jobIds: JobId[], action: DismissAction) =>
    this.answer(`setDismissed ${jobIds.join()} ${action}`, () => {
      const attention = action === "dismiss" ? null : ("failed" as const);
      this.jobs = this.jobs.map((job) =>
        jobIds.includes(job.job_id) ? { ...job, attention } : job,
      );
      const changed = this.jobs
        .filter((job) => jobIds.includes(job.job_id))
        .map((job) => ({ job, scope: "increment" as const }));
      this.emit({ event: "jobs", changed, removed: [] });
    });
  uploadAgain = (jobId: JobId) => this.answer(`uploadAgain ${jobId}`, () => undefined);
  actOnJob = (jobId: JobId, action: JobAction) =>
    this.answer(`actOnJob ${jobId} ${action}`, () => {
      const job = this.jobs.find((job) => job.job_id === jobId);
      if (!job) return;
      if (action === "delete") {
        this.jobs = this.jobs.filter((other) => other !== job);
        return this.emit({ event: "jobs", changed: [], removed: [jobId] });
      }
      const changed: JobView =
        action === "retry"
          ? { ...job, status: "PENDING", error: null, attention: null, is_cancelled: false }
          : { ...job, status: "FAILED", is_cancelled: true };
      this.jobs = this.jobs.map((other) => (other === job ? changed : other));
      this.emit({ event: "jobs", changed: [{ job: changed, scope: "major" }], removed: [] });
    });
  snooze = (jobIds: JobId[], snooze: Snooze | null) =>
    this.answer(`snooze ${jobIds.join()} ${snooze}`, () => {
      this.jobs = this.jobs.map((job) => {
        if (!jobIds.includes(job.job_id)) return job;
        const { snoozed_until: _, ...awake } = job;
        if (snooze === null) return { ...awake, attention: job.error ? "failed" : "warning" };
        return { ...awake, attention: null, snoozed_until: ago(-180) };
      });
      const changed = this.jobs
        .filter((job) => jobIds.includes(job.job_id))
        .map((job) => ({ job, scope: "increment" as const }));
      this.emit({ event: "jobs", changed, removed: [] });
    });
  statisticsView: Statistics = mockStatistics;
  statistics = () => this.answer("statistics", () => this.statisticsView);

  historyEntries: HistoryEntry[] = [];
  history = () => this.answer("history", () => this.historyEntries);
  markRead = (read: MarkRead) =>
    this.answer(`markRead ${JSON.stringify(read)}`, () => {
      const isIncluded = (entry: HistoryEntry) =>
        "jobs" in read ? read.jobs.includes(entry.job_id) : entry.entry_id <= read.up_to;
      this.historyEntries = this.historyEntries.map((entry) =>
        isIncluded(entry) ? { ...entry, read: true } : entry,
      );
      const unread = this.historyEntries.filter((entry) => !entry.read).length;
      this.emit({ event: "news", ...this.currentStatus.news, unread });
    });
  /** Sends an event to the window, as the core does. */
  emit(event: Event): void {
    if (event.event === "session") {
      const { event: _event, ...session } = event;
      this.currentStatus = { ...this.currentStatus, session };
    }
    if (event.event === "connection") {
      const { event: _event, ...connection } = event;
      this.currentStatus = { ...this.currentStatus, connection };
    }
    if (event.event === "news") {
      const { event: _event, ...news } = event;
      this.currentStatus = { ...this.currentStatus, news };
    }
    for (const listener of this.listeners) listener(event);
  }

  protected async answer<T>(call: string, value: () => T): Promise<T> {
    this.calls.push(call);
    const name = call.split(" ")[0] ?? call;
    const failure = this.failures.get(name);
    if (failure) {
      this.failures.delete(name);
      throw failure;
    }
    return value();
  }
}
