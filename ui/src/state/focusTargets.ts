import { createContext } from "svelte";
import type { JobId } from "../ipc/bindings";

/** A place in the window that other components can move the keyboard focus to. */
export interface FocusTarget {
  /** Focuses it; the list focuses the row of this video, or its current row if there is none. */
  focus(jobId?: JobId | null): void;
  hasFocus?(): boolean;
  /** Returns the video whose row has the focus. */
  focusedJobId?(): JobId | undefined;
}

type TargetName = "search" | "list" | "detail";

/** The registry of focus targets: the component that owns an element registers it, so that no other looks for it. */
export class FocusTargets {
  #targets = new Map<TargetName, FocusTarget>();

  /** Registers a target; returns the function that removes it, which suits an effect. */
  register(name: TargetName, target: FocusTarget): () => void {
    this.#targets.set(name, target);
    return () => {
      if (this.#targets.get(name) === target) this.#targets.delete(name);
    };
  }

  focus(name: TargetName, jobId?: JobId | null): void {
    this.#targets.get(name)?.focus(jobId);
  }

  hasFocus(name: TargetName): boolean {
    return this.#targets.get(name)?.hasFocus?.() ?? false;
  }

  /** Returns the video whose row in the list has the focus, if one has it. */
  focusedJobId(): JobId | undefined {
    return this.#targets.get("list")?.focusedJobId?.();
  }
}

export const [useFocusTargets, provideFocusTargets] = createContext<FocusTargets>();
