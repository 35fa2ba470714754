import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, describe, expect, it } from "vitest";
import {
  MockBackend,
  mockJob,
  mockSettings,
  signedInStatus,
  signedOutStatus,
} from "../../ipc/backend.mock";
import { locale } from "../../state/locale.svelte";
import { typeInto } from "../../testing/interactions";
import { pressButton } from "../../testing/interactions";
import { checkbox, invalidContent, openSettings, savedSettings } from "../../testing/settings";
import "../../testing/viewport";

afterEach(async () => {
  cleanup();
  document.body.replaceChildren();
  await locale.setLanguage("en");
});

const signedOut = signedOutStatus();

describe("general settings", () => {
  it("save each change and leave other settings unchanged", async () => {
    const backend = await openSettings("General");
    await fireEvent.click(screen.getByRole("radio", { name: "Dark" }));
    await fireEvent.click(checkbox("Open Tallylight at login"));
    await fireEvent.click(screen.getByRole("radio", { name: "Quit" }));
    await waitFor(() =>
      expect(savedSettings(backend)).toEqual(
        mockSettings({
          appearance: { theme: "dark", language: "en" },
          general: { start_at_login: true, close: "quit" },
        }),
      ),
    );
  });

  it("revert and show the reason if a change is refused", async () => {
    const backend = await openSettings("General");
    backend.failures.set("changeSettings", { code: "storage", message: "the disk is read-only" });
    await fireEvent.click(checkbox("Open Tallylight at login"));
    expect((await screen.findByRole("alert")).textContent).toContain("The disk is read-only");
    await waitFor(() => expect(checkbox("Open Tallylight at login").checked).toBe(false));
    backend.failures.set("changeSettings", { code: "storage", message: "still read-only" });
    await fireEvent.click(screen.getByRole("radio", { name: "Light" }));
    await screen.findByText("Still read-only");
    expect(screen.getByRole<HTMLInputElement>("radio", { name: "Match system" }).checked).toBe(
      true,
    );
    await fireEvent.click(checkbox("Open Tallylight at login"));
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
    expect(savedSettings(backend).general.start_at_login).toBe(true);
  });

  it("apply quick changes one after another", async () => {
    const backend = await openSettings("Notifications");
    void fireEvent.click(checkbox("A video is ready"));
    void fireEvent.click(checkbox("A video fails"));
    void fireEvent.click(checkbox("Play a sound with each notification"));
    await waitFor(() =>
      expect(savedSettings(backend).notifications).toMatchObject({
        completed: false,
        failed: false,
        sound: true,
      }),
    );
  });

  it("show what the desktop does not support", async () => {
    const backend = new MockBackend(signedInStatus());
    backend.currentSettings = { ...backend.currentSettings, login: "other_folder", tray: "absent" };
    await openSettings("General", backend);
    expect(checkbox("Open Tallylight at login").disabled).toBe(true);
    expect(screen.getByText(/custom data folder/)).toBeTruthy();
    expect(screen.getByRole("radio", { name: "Ask" })).toBeTruthy();
    expect(screen.queryByRole("radio", { name: "Keep running in the tray" })).toBeNull();
  });

  it("follow changes of their file", async () => {
    const backend = await openSettings("General");
    backend.setSettings({
      settings: mockSettings({ general: { start_at_login: true, close: "hide" } }),
    });
    await waitFor(() => expect(checkbox("Open Tallylight at login").checked).toBe(true));
  });
});

describe("language", () => {
  it("changes every text and keeps the dialog, its section and the focus", async () => {
    await openSettings("General");
    const choose = (value: string) =>
      fireEvent.change(document.activeElement ?? document.body, { target: { value } });
    screen.getByRole("combobox", { name: "Language" }).focus();
    for (const [language, title, label] of [
      ["de", "Einstellungen", "Sprache"],
      ["es", "Ajustes", "Idioma"],
      ["en", "Settings", "Language"],
    ] as const) {
      await choose(language);
      await screen.findByRole("heading", { name: title });
      const select = screen.getByRole<HTMLSelectElement>("combobox", { name: label });
      await waitFor(() => expect(document.activeElement).toBe(select));
      expect(select.value).toBe(language);
    }
  });
});

describe("unreadable settings", () => {
  const trouble = { code: "file" as const, message: "settings.toml has a mistake at line 3" };

  it("are reported, not overwritten, and reset after confirmation", async () => {
    const backend = new MockBackend(signedInStatus());
    backend.currentSettings = { ...backend.currentSettings, trouble };
    await openSettings("General", backend);
    const dialog = within(screen.getByRole("dialog"));
    expect(dialog.getByRole("alert").textContent).toContain("mistake at line 3");
    const isLocked = (control: HTMLElement) => control.closest("fieldset[disabled]") !== null;
    expect(isLocked(checkbox("Open Tallylight at login"))).toBe(true);
    expect(isLocked(screen.getByRole("combobox", { name: "Language" }))).toBe(true);
    await pressButton("Reset settings…");
    expect(backend.calls).not.toContain("resetSettings");
    expect(document.activeElement?.textContent?.trim()).toBe("Cancel");
    await pressButton("Reset");
    await waitFor(() => expect(backend.calls).toContain("resetSettings"));
    await waitFor(() => expect(dialog.queryByRole("alert")).toBeNull());
    expect(isLocked(checkbox("Open Tallylight at login"))).toBe(false);
  });

  it("can be changed if only the certificate is unreadable", async () => {
    const backend = new MockBackend(signedInStatus());
    const network = { proxy: "system", certificate: "/gone.pem" };
    backend.currentSettings = {
      ...backend.currentSettings,
      settings: mockSettings({ network }),
      trouble: { code: "file", message: "no certificate can be read from /gone.pem" },
    };
    await openSettings("Network", backend);
    const remove = screen.getByRole("button", { name: "Remove" });
    expect(remove.closest("fieldset[disabled]")).toBeNull();
    await pressButton("Remove");
    await waitFor(() => expect(savedSettings(backend).network.certificate).toBeNull());
  });
});

describe("account", () => {
  it("confirms signing out if work would be lost", async () => {
    const job = mockJob({ job_id: "7", pending: ["TITLE"] });
    const backend = await openSettings("Account", new MockBackend(signedInStatus(), [job]));
    const dialog = within(screen.getByRole("dialog"));
    expect(dialog.getByText("me@acme.tv")).toBeTruthy();
    expect(dialog.getByText("https://acme.tv")).toBeTruthy();
    await pressButton("Sign out");
    expect(await screen.findByText(/1 video has unsaved changes/)).toBeTruthy();
    expect(backend.calls).not.toContain("signOut");
  });

  it("signs out at once otherwise, and the settings stay open", async () => {
    await openSettings("Account");
    await pressButton("Sign out");
    expect(await screen.findByText("Not signed in.")).toBeTruthy();
  });
});

describe("notifications", () => {
  it.each([
    ["A video is ready", "completed", false],
    ["A video fails", "failed", false],
    ["A video has a warning", "warning", false],
    ["Play a sound with each notification", "sound", true],
  ] as const)("%s", async (label, name, wanted) => {
    const backend = await openSettings("Notifications");
    await fireEvent.click(checkbox(label));
    const expected = { ...mockSettings().notifications, [name]: wanted };
    await waitFor(() =>
      expect(savedSettings(backend)).toEqual(mockSettings({ notifications: expected })),
    );
  });

  it("have quiet hours with a default", async () => {
    const backend = await openSettings("Notifications");
    const hours = () => savedSettings(backend).notifications.quiet_hours;
    await fireEvent.click(checkbox("Schedule quiet hours"));
    await waitFor(() => expect(hours()).toEqual({ from: "22:00", to: "07:00" }));
    await fireEvent.change(await screen.findByLabelText("From"), { target: { value: "20:30" } });
    await waitFor(() => expect(hours()).toEqual({ from: "20:30", to: "07:00" }));
    const to = screen.getByLabelText<HTMLInputElement>("To");
    await fireEvent.change(to, { target: { value: "" } });
    await waitFor(() => expect(to.value).toBe("07:00"));
    await fireEvent.click(checkbox("Schedule quiet hours"));
    await waitFor(() => expect(hours()).toBeNull());
  });

  it("are paused and resumed", async () => {
    const backend = await openSettings("Notifications");
    await pressButton("Until tomorrow");
    await waitFor(() => expect(backend.calls).toContain("pause tomorrow"));
    await fireEvent.click(await screen.findByRole("button", { name: "Resume" }));
    expect(backend.calls).toContain("pause off");
    await fireEvent.click(await screen.findByRole("button", { name: "For 1 hour" }));
    expect(backend.calls).toContain("pause hour");
    expect(await screen.findByText(/^Notifications paused until/)).toBeTruthy();
  });
});

describe("data", () => {
  it("validates and saves the retention in days", async () => {
    const backend = await openSettings("Data");
    const label = "Keep history for … days";
    const field = screen.getByLabelText<HTMLInputElement>(label);
    expect(field.value).toBe("90");
    for (const days of ["0", "1.5", "4000", "x", ""]) {
      await typeInto(label, days);
      await fireEvent.change(field);
      expect((await screen.findByRole("alert")).textContent).toContain("from 1 to 3650");
      expect(field.value).toBe(days);
    }
    await typeInto(label, "30");
    await fireEvent.change(field);
    await waitFor(() => expect(savedSettings(backend).data.retention_days).toBe(30));
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
    expect(backend.calls.filter((call) => call.startsWith("changeSettings"))).toHaveLength(1);
  });

  it("shows its folder, and is cleared after confirmation", async () => {
    const backend = await openSettings("Data");
    await pressButton("Open folder");
    expect(backend.calls).toContain("openFolder");
    await pressButton("Clear local data…");
    expect(screen.getByText(/Unsaved changes are kept/)).toBeTruthy();
    await pressButton("Cancel");
    await waitFor(() =>
      expect(document.activeElement?.textContent?.trim()).toBe("Clear local data…"),
    );
    expect(backend.calls).not.toContain("clearCache");
    await pressButton("Clear local data…");
    await pressButton("Clear");
    expect(await screen.findByText("Local data cleared. Loading videos again.")).toBeTruthy();
    expect(backend.calls).toContain("clearCache");
  });
});

describe("network", () => {
  it("sets a proxy, and keeps an invalid one in the field", async () => {
    const backend = await openSettings("Network");
    await fireEvent.click(screen.getByRole("radio", { name: "Manual" }));
    const field = await screen.findByLabelText<HTMLInputElement>("Proxy URL");
    expect(savedSettings(backend).network.proxy, "which one is not told yet").toBe("system");
    backend.failures.set("changeSettings", invalidContent('"ftp://x" is no proxy'));
    await typeInto("Proxy URL", "ftp://x");
    await fireEvent.change(field);
    expect((await screen.findByRole("alert")).textContent).toBe('"ftp://x" is no proxy');
    expect(field.value).toBe("ftp://x");
    await typeInto("Proxy URL", "http://proxy:3128");
    await fireEvent.change(field);
    await waitFor(() => expect(savedSettings(backend).network.proxy).toBe("http://proxy:3128"));
    await fireEvent.click(screen.getByRole("radio", { name: "None" }));
    await waitFor(() => expect(savedSettings(backend).network.proxy).toBe("none"));
    expect(screen.queryByLabelText("Proxy URL")).toBeNull();
  });

  it("adds and removes a certificate", async () => {
    const backend = await openSettings("Network");
    await pressButton("Choose…");
    await waitFor(() =>
      expect(savedSettings(backend).network.certificate).toBe("/home/me/studio.pem"),
    );
    expect(await screen.findByText("/home/me/studio.pem")).toBeTruthy();
    backend.chooseCertificate = () => Promise.resolve(null);
    await pressButton("Choose…");
    expect(savedSettings(backend).network.certificate, "nothing was chosen").toBe(
      "/home/me/studio.pem",
    );
    await pressButton("Remove");
    await waitFor(() => expect(savedSettings(backend).network.certificate).toBeNull());
  });
});

describe("advanced settings", () => {
  it("change the log level, open the diagnostics and save a report", async () => {
    const backend = await openSettings("Advanced");
    const level = screen.getByRole("combobox", { name: "Log level" });
    await fireEvent.change(level, { target: { value: "debug" } });
    await waitFor(() => expect(savedSettings(backend).advanced.log_level).toBe("debug"));
    await pressButton("Save report…");
    expect(await screen.findByText("Saved as /home/me/tallylight-report.txt")).toBeTruthy();
    await pressButton("Connection details");
    expect(await screen.findByRole("heading", { name: "Connection: Live" })).toBeTruthy();
    expect(screen.queryByRole("heading", { name: "Settings" })).toBeNull();
  });

  it("show each step of an update", async () => {
    const backend = await openSettings("Advanced");
    expect(await screen.findByText("Tallylight 0.5.0")).toBeTruthy();
    await pressButton("Check for updates");
    expect(await screen.findByText("Tallylight is up to date.")).toBeTruthy();
    backend.setUpdate({ state: "available", version: "0.6.0" });
    await fireEvent.click(await screen.findByRole("button", { name: "Download" }));
    expect(await screen.findByText(/Version 0\.6\.0 is ready/)).toBeTruthy();
    backend.setUpdate({ state: "downloading", version: "0.6.0", percent: 42 });
    const bar = await screen.findByRole("progressbar");
    expect(bar.getAttribute("aria-valuenow")).toBe("42");
    const reason = { code: "unreachable" as const, message: "nothing answers" };
    backend.setUpdate({ state: "failed", reason });
    expect(await screen.findByText("Nothing answers")).toBeTruthy();
    backend.setUpdate({ state: "absent" });
    expect(await screen.findByText(/Updates are managed by your package manager/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Check for updates" })).toBeNull();
  });

  it("restart only without unsaved work", async () => {
    const job = mockJob({ job_id: "7", pending: ["TITLE"] });
    const backend = new MockBackend(signedInStatus(), [job]);
    backend.updateState = { state: "ready", version: "0.6.0" };
    await openSettings("Advanced", backend);
    const restart = () => screen.getByRole<HTMLButtonElement>("button", { name: "Restart now" });
    await screen.findByText(/You have unsaved changes/);
    expect(restart().disabled).toBe(true);
    const saved = mockJob({ job_id: "7" });
    backend.emit({ event: "jobs", changed: [{ job: saved, scope: "increment" }], removed: [] });
    await waitFor(() => expect(restart().disabled).toBe(false));
    backend.failures.set("restart", { code: "conflict", message: "something began just now" });
    await fireEvent.click(restart());
    expect((await screen.findByRole("alert")).textContent).toBe("Something began just now");
    await fireEvent.click(restart());
    expect(backend.calls.filter((call) => call === "restart")).toHaveLength(2);
  });
});

describe("while signed out", () => {
  it("settings and diagnostics are available", async () => {
    const backend = await openSettings("Advanced", new MockBackend(signedOut));
    await pressButton("Connection details");
    expect(await screen.findByRole("heading", { name: /^Connection:/ })).toBeTruthy();
    expect(backend.calls, "and nobody's videos are asked for").not.toContain("rows");
  });
});
