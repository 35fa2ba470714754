import { asError, type Backend } from "../../ipc/backend";
import type { JobView, TallyError } from "../../ipc/bindings";

/** `MediaError.MEDIA_ERR_NETWORK`: the file could not be loaded any further. */
const NETWORK_ERROR = 2;

/** Why a video is not played: the studio has no file, cannot be asked, or the web view does not play the file. */
export type Problem =
  { kind: "gone" } | { kind: "unreachable"; error: TallyError } | { kind: "unplayable" };

/** The URL that a player loads. URLs expire, so the studio is asked once for another one before a failure is shown. */
export class Playback {
  url = $state<string | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** Counts the attempts to load a URL, of which each needs an element of its own. */
  attempt = $state(0);
  /** Whether the URL was renewed because of a failure, and nothing was played since. */
  private isRenewed = false;

  constructor(
    private backend: Backend,
    private job: () => JobView,
  ) {
    this.url = job().playback_url;
  }

  /** Handles that the player failed, with the code of its `MediaError`. */
  async fail(code: number | undefined): Promise<void> {
    if (!this.isRenewed && (await this.renew(code))) return;
    this.problem ??= { kind: "unplayable" };
  }

  /** Records that the video is being played. */
  play(): void {
    this.isRenewed = false;
  }

  /** Tries again, with what is known now. */
  retry(): void {
    this.problem = null;
    this.isRenewed = false;
    this.load(this.job().playback_url ?? this.url);
  }

  /** Asks the studio for the URL; returns whether there is another one to try. */
  private async renew(code: number | undefined): Promise<boolean> {
    this.isRenewed = true;
    try {
      const url = await this.backend.playbackUrl(this.job().job_id);
      if (url === null) this.problem = { kind: "gone" };
      else if (url !== this.url || code === NETWORK_ERROR) return this.load(url);
    } catch (error) {
      this.problem = { kind: "unreachable", error: asError(error) };
    }
    return false;
  }

  private load(url: string | null): true {
    this.url = url;
    this.attempt += 1;
    return true;
  }
}
