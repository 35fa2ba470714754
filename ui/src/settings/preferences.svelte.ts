import { createQuery } from "@tanstack/svelte-query";
import type { Backend } from "../backend";
import type { Settings, SettingsView } from "../bindings";
import { type Change, changeSettingsMutation } from "../commands";
import { refusalOf } from "../format";
import { settingsQuery } from "../queries";

/** Says why something was refused; null where it was not. */
export type Refusal = string | null;

type Section = Exclude<keyof Settings, "automation">;

/** Changes a part of a section, and leaves the rest as it is. */
export function part<S extends Section>(section: S, given: Partial<Settings[S]>): Change {
  return (held) => ({ ...held, [section]: { ...held[section], ...given } });
}

/** Is what a person chose, and the one way to change it. */
export class Preferences {
  /** Why what was wished last was refused. */
  refusal = $state<Refusal>(null);
  private held;
  private changing;

  constructor(backend: Backend) {
    this.held = createQuery(() => settingsQuery(backend));
    this.changing = changeSettingsMutation(backend);
  }

  get view(): SettingsView | undefined {
    return this.held.data;
  }

  /** What is wrong with what holds. */
  get trouble(): Refusal {
    const trouble = this.held.error ?? this.view?.trouble;
    return trouble ? refusalOf(trouble) : null;
  }

  /** Whether the file must be mended first. A certificate that cannot be read can be chosen anew. */
  get isLocked(): boolean {
    const trouble = this.view?.trouble;
    if (!trouble || trouble.code !== "file") return false;
    const certificate = this.view?.settings.network.certificate;
    return !certificate || !trouble.message.includes(certificate);
  }

  /** Changes something, and leaves it to the control to say why it was refused. */
  async attempt(change: Change): Promise<Refusal> {
    try {
      await this.changing.mutateAsync(change);
      return null;
    } catch (thrown) {
      return refusalOf(thrown);
    }
  }

  /** Changes something; why it was refused is said above everything. */
  async change(change: Change): Promise<Refusal> {
    this.refusal = await this.attempt(change);
    return this.refusal;
  }

  /** Does something else that the settings offer; answers whether it was done, or undefined. */
  async run<T>(doing: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await doing();
      this.refusal = null;
      return answer;
    } catch (thrown) {
      this.refusal = refusalOf(thrown);
      return undefined;
    }
  }
}
