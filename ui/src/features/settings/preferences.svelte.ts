import { createQuery } from "@tanstack/svelte-query";
import { errorText } from "../../format/errors";
import type { Refusal } from "../../components/refusal";
import type { Backend } from "../../ipc/backend";
import type { Settings, SettingsView } from "../../ipc/bindings";
import { changeSettingsMutation, type SettingsChange } from "../../state/commands";
import { settingsQuery } from "../../state/queries";

type Section = Exclude<keyof Settings, "automation">;

/** Returns the change that overwrites some values of a section. */
export function patchSection<S extends Section>(
  section: S,
  patch: Partial<Settings[S]>,
): SettingsChange {
  return (settings) => ({ ...settings, [section]: { ...settings[section], ...patch } });
}

/** The settings and the only way to change them. Must be created while a component is created. */
export class Preferences {
  /** Why the last action was refused. */
  refusal = $state.raw<Refusal>(null);
  #settings;
  #change;

  constructor(backend: Backend) {
    this.#settings = createQuery(() => settingsQuery(backend));
    this.#change = changeSettingsMutation();
  }

  get view(): SettingsView | undefined {
    return this.#settings.data;
  }

  /** Why the settings could not be read or applied; null if they could. */
  get problem(): string | null {
    const error = this.#settings.error ?? this.view?.trouble;
    return error ? errorText(error) : null;
  }

  /**
   * Whether nothing can be changed before the settings file is fixed. Only a certificate that cannot be read can be
   * replaced.
   */
  get isLocked(): boolean {
    const trouble = this.view?.trouble;
    if (!trouble || trouble.code !== "file") return false;
    const certificate = this.view?.settings.network.certificate;
    return !certificate || !trouble.message.includes(certificate);
  }

  /** Changes the settings; the caller shows the refusal. */
  async attempt(change: SettingsChange): Promise<Refusal> {
    try {
      await this.#change.mutateAsync(change);
      return null;
    } catch (thrown) {
      return () => errorText(thrown);
    }
  }

  /** Changes the settings; a refusal is shown at the top of the section. */
  async change(change: SettingsChange): Promise<Refusal> {
    this.refusal = await this.attempt(change);
    return this.refusal;
  }

  /** Runs another action of the section; returns its result, or undefined if it failed. */
  async run<T>(action: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await action();
      this.refusal = null;
      return result;
    } catch (thrown) {
      this.refusal = () => errorText(thrown);
      return undefined;
    }
  }
}
