import Download from "@lucide/svelte/icons/download";
import type { Action } from "../../components/action";
import { exportFileName } from "../../format/names";
import type { Backend } from "../../ipc/backend";
import type { Caption, Field, JobView } from "../../ipc/bindings";
import { locale } from "../../state/locale.svelte";
import { addTimes, type Cue, isTimed, parseTranscript } from "../transcript/cues";
import { timed, toSrt, toText, toVtt } from "../transcript/formats";
import type { Editor } from "./editor.svelte";

/** What the file with everything holds of the texts; the thumbnail is beside them. */
const TEXT_FIELDS: Field[] = ["TITLE", "DESCRIPTION", "TAGS", "CHAPTERS", "TRANSCRIPT"];

/** The exports of a video's texts, as the editor shows them. Must be made while a component is created. */
export class TextExports {
  private captions = $state.raw<Caption[]>([]);
  /** Compared by value: a change of another field does not parse the transcript again. */
  private transcriptText = $derived.by(() => (this.editor.content("TRANSCRIPT") ?? "") as string);
  /** The transcript as the editor shows it, with the times that are known. */
  cues: Cue[] = $derived.by(() => {
    const cues = parseTranscript(this.transcriptText);
    return isTimed(cues) ? cues : addTimes(cues, this.captions);
  });
  /** The transcript as the editor shows it; empty unless every line has its time. */
  timedCues: Caption[] = $derived(isTimed(this.cues) ? timed(this.cues) : []);
  /** The transcript in each format; subtitle formats are offered only if every line has its time. */
  transcript: Action[] = $derived.by(() => {
    if (this.cues.length === 0) return [];
    const text = this.transcriptAs("txt", toText);
    if (!isTimed(this.cues)) return [text];
    return [text, this.transcriptAs("srt", toSrt), this.transcriptAs("vtt", toVtt)];
  });
  /** Every export. */
  all: Action[] = $derived.by(() =>
    TEXT_FIELDS.some((field) => this.editor.content(field)?.length)
      ? [...this.transcript, this.everything()]
      : [],
  );

  constructor(
    private backend: Backend,
    private job: () => JobView,
    private editor: Editor,
  ) {
    const jobId = $derived(job().job_id);
    const version = $derived(job().transcript_version);
    // An edited transcript has no times; the studio may still know them.
    $effect(() => {
      if (version === null) return;
      let isCurrent = true;
      void backend.captions(jobId).then(
        (found) => {
          if (isCurrent) this.captions = found;
        },
        () => undefined,
      );
      return () => {
        isCurrent = false;
        this.captions = [];
      };
    });
  }

  private transcriptAs(kind: string, write: (cues: Cue[]) => string): Action {
    const label = locale.messages.editor.exportAs(kind);
    return { id: kind, label, icon: Download, run: () => this.save(kind, write(this.cues)) };
  }

  private everything(): Action {
    const run = () => {
      const { title, filename, duration_seconds, metadata, thumbnails, cover_id } = this.job();
      const all: Record<string, unknown> = { title, filename, duration_seconds, cover_id };
      Object.assign(all, metadata);
      for (const field of TEXT_FIELDS) {
        if (this.editor.isDirty(field)) all[field] = this.editor.content(field);
      }
      this.save("json", JSON.stringify({ ...all, thumbnails }, null, 2) + "\n");
    };
    return { id: "json", label: locale.messages.editor.exportAll, icon: Download, run };
  }

  private save(extension: string, text: string): void {
    const { title, filename } = this.job();
    const name = `${exportFileName(title ?? filename)}.${extension}`;
    void this.backend.saveText(name, text).catch(() => undefined);
  }
}
