import type { Component } from "svelte";

/** Something that a person can choose in a menu or in the command palette. */
export interface Action {
  id: string;
  label: string;
  icon: Component<{ size?: string | number; "aria-hidden"?: "true" }>;
  /** The keyboard shortcut, as it is displayed. */
  keys?: string;
  /** What it is applied to, where that is not visible otherwise. */
  detail?: string;
  run: () => void;
}
