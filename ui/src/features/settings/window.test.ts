import { cleanup, fireEvent, screen, waitFor } from "@testing-library/svelte";
import { afterEach, describe, expect, it } from "vitest";
import { MockBackend, signedInStatus } from "../../ipc/backend.mock";
import type { ShortcutState, Stacking } from "../../ipc/bindings";
import { checkbox, invalidContent, openSettings, savedSettings } from "../../testing/settings";
import { recordShortcut, shortcutLabel } from "./recordShortcut";
import "../../testing/viewport";

afterEach(() => {
  cleanup();
  document.body.replaceChildren();
});

const LABEL = "Shortcut that shows or hides the window";
const field = () => screen.getByLabelText<HTMLInputElement>(LABEL);
const press = (key: string, more: KeyboardEventInit = {}) =>
  fireEvent.keyDown(field(), { key, bubbles: true, ...more });
const open = (given: { stacking?: Stacking; shortcut?: ShortcutState } = {}) => {
  const backend = new MockBackend(signedInStatus());
  backend.currentSettings.window = { ...backend.currentSettings.window, ...given };
  return openSettings("General", backend);
};

describe("“always on top”", () => {
  it("is a setting", async () => {
    const backend = await open();
    expect(screen.queryByText(/Wayland/)).toBeNull();
    await fireEvent.click(checkbox("Always on top"));
    await waitFor(() => expect(savedSettings(backend).window.always_on_top).toBe(true));
  });

  it("on Wayland: is offered, with a hint", async () => {
    await open({ stacking: "wayland" });
    expect(checkbox("Always on top").disabled).toBe(false);
    expect(screen.getByText(/Wayland may ignore this/)).toBeTruthy();
  });
});

describe("the global shortcut", () => {
  it("is off, is recorded by pressing it, and turned off by a button", async () => {
    const backend = await open();
    expect(field().value).toBe("Off");
    await press("Control", { ctrlKey: true });
    expect(await press("Y", { ctrlKey: true, shiftKey: true, code: "KeyY" }), "prevented").toBe(
      false,
    );
    await waitFor(() => expect(field().value).toBe("Ctrl+Shift+Y"));
    expect(savedSettings(backend).window.shortcut).toBe("CommandOrControl+Shift+Y");
    await fireEvent.click(screen.getByRole("button", { name: "Turn off the shortcut" }));
    await waitFor(() => expect(savedSettings(backend).window.shortcut).toBeNull());
  });

  it("without Ctrl, Alt or Super: is refused in a sentence", async () => {
    const backend = await open();
    await press("y");
    await screen.findByText(/together with Ctrl, Alt or Super/);
    expect(savedSettings(backend).window.shortcut).toBeNull();
  });

  it("leaves the keys that leave the field", async () => {
    await open();
    for (const key of ["Tab", "Escape", "Enter"]) {
      expect(await press(key), key).toBe(true);
    }
  });

  it("a refusal of the core is shown at the field", async () => {
    const backend = await open();
    backend.failures.set("changeSettings", invalidContent("Not this one."));
    await press("y", { ctrlKey: true });
    await screen.findByText("Not this one.");
    expect(field().value).toBe("Off");
  });

  it.each([
    ["taken", /Another program uses this shortcut/],
    ["no_such_key", /no such key/],
    ["unsupported", /doesn't pass shortcuts/],
    ["active", /works in every program/],
  ] as const)("%s: says so", async (shortcut, text) => {
    await open({ shortcut });
    expect(screen.getByText(text)).toBeTruthy();
  });
});

describe("recorded keys", () => {
  const record = (init: KeyboardEventInit) => recordShortcut(new KeyboardEvent("keydown", init));

  it.each([
    [{ key: "y", ctrlKey: true }, "CommandOrControl+Y"],
    [{ key: "Y", ctrlKey: true, altKey: true, shiftKey: true }, "CommandOrControl+Alt+Shift+Y"],
    [{ key: "!", code: "Digit1", altKey: true, shiftKey: true }, "Alt+Shift+1"],
    [{ key: "z", code: "KeyY", metaKey: true }, "Super+Z"],
    [{ key: "н", code: "KeyY", ctrlKey: true }, "CommandOrControl+Y"],
    [{ key: "F11", ctrlKey: true }, "CommandOrControl+F11"],
    [{ key: " ", ctrlKey: true }, "CommandOrControl+Space"],
    [{ key: "ArrowUp", altKey: true }, "Alt+Up"],
  ])("%o are a shortcut", (init, shortcut) => {
    expect(record(init)).toEqual({ kind: "shortcut", shortcut });
  });

  it("are no shortcut without a modifier, or with a key that edits", () => {
    expect(record({ key: "Shift", shiftKey: true })).toEqual({ kind: "partial" });
    expect(record({ key: "y" })).toEqual({ kind: "invalid" });
    expect(record({ key: "F5", shiftKey: true })).toEqual({ kind: "invalid" });
    expect(record({ key: "Delete", ctrlKey: true })).toEqual({ kind: "invalid" });
    expect(record({ key: "Dead", ctrlKey: true })).toEqual({ kind: "invalid" });
  });

  it("have the names of this system", () => {
    expect(shortcutLabel("CommandOrControl+Alt+Shift+Y")).toBe("Ctrl+Alt+Shift+Y");
  });
});
