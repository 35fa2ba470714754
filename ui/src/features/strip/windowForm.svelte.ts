import { createQuery } from "@tanstack/svelte-query";
import { createContext, tick } from "svelte";
import { showError } from "../../components/toasts";
import { errorText } from "../../format/errors";
import type { Backend } from "../../ipc/backend";
import type { WindowMode } from "../../ipc/bindings";
import { changeSettingsMutation } from "../../state/commands";
import { settingsQuery } from "../../state/queries";

/** The form of the window: the full one or the mini strip, and whether it stays above others. The shell owns both. */
export class WindowForm {
  #settings;
  #change = changeSettingsMutation();
  /** The form that was requested and is not in effect yet. */
  #requested = $state<WindowMode | null>(null);
  /** What had the focus before the strip. */
  #focused: Element | null = null;

  /** Must be called while a component is created. */
  constructor(private backend: Backend) {
    this.#settings = createQuery(() => settingsQuery(backend));
    $effect(() => {
      if (this.#settings.data?.window.mode === this.#requested) this.#requested = null;
    });
  }

  get isStrip(): boolean {
    return (this.#requested ?? this.#settings.data?.window.mode) === "strip";
  }

  get isAlwaysOnTop(): boolean {
    return this.#settings.data?.settings.window.always_on_top ?? false;
  }

  /** Changes the form. The page follows at once, so that what is shown next can get the focus. */
  show(mode: WindowMode): void {
    if (this.isStrip === (mode === "strip")) return;
    this.#requested = mode;
    if (mode === "strip") this.#focused = document.activeElement;
    else void this.#returnFocus();
    this.backend.setWindowMode(mode).catch((thrown: unknown) => {
      this.#requested = null;
      showError(errorText(thrown));
    });
  }

  /** Gives the focus back, unless something else gets it. */
  async #returnFocus(): Promise<void> {
    await tick();
    const isFree = document.activeElement === document.body;
    if (isFree && this.#focused instanceof HTMLElement) this.#focused.focus();
  }

  toggleAlwaysOnTop(): void {
    this.#change
      .mutateAsync(({ window, ...settings }) => ({
        ...settings,
        window: { ...window, always_on_top: !window.always_on_top },
      }))
      .catch((thrown: unknown) => showError(errorText(thrown)));
  }
}

export const [useWindowForm, provideWindowForm] = createContext<WindowForm>();
