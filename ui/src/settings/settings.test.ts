import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, describe, expect, it } from "vitest";
import {
  MockBackend,
  mockJob,
  mockSettings,
  signedInStatus,
  signedOutStatus,
} from "../backend.mock";
import { speak } from "../messages";
import { type } from "../testing/acting";
import { box, held, opened, press, wrong } from "../testing/settings";
import "../testing/viewport";

afterEach(async () => {
  cleanup();
  document.body.replaceChildren();
  await speak("en");
});

const signedOut = signedOutStatus();

describe("general settings", () => {
  it("are kept as they are chosen, and leave everything else as it is", async () => {
    const backend = await opened("General");
    await fireEvent.click(screen.getByRole("radio", { name: "Dark" }));
    await fireEvent.click(box("Start Tallylight when I log in"));
    await fireEvent.click(screen.getByRole("radio", { name: "Quit" }));
    await waitFor(() =>
      expect(held(backend)).toEqual(
        mockSettings({
          appearance: { theme: "dark", language: "en" },
          general: { start_at_login: true, close: "quit" },
        }),
      ),
    );
  });

  it("go back where they are refused, and say why", async () => {
    const backend = await opened("General");
    backend.failures.set("changeSettings", { code: "storage", message: "the disk is read-only" });
    await fireEvent.click(box("Start Tallylight when I log in"));
    expect((await screen.findByRole("alert")).textContent).toContain("The disk is read-only");
    await waitFor(() => expect(box("Start Tallylight when I log in").checked).toBe(false));
    backend.failures.set("changeSettings", { code: "storage", message: "still read-only" });
    await fireEvent.click(screen.getByRole("radio", { name: "Light" }));
    await screen.findByText("Still read-only");
    expect(screen.getByRole<HTMLInputElement>("radio", { name: "Match system" }).checked).toBe(
      true,
    );
    await fireEvent.click(box("Start Tallylight when I log in"));
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
    expect(held(backend).general.start_at_login).toBe(true);
  });

  it("follow each other, however fast they are chosen", async () => {
    const backend = await opened("Notifications");
    void fireEvent.click(box("A video is ready"));
    void fireEvent.click(box("A video has failed"));
    void fireEvent.click(box("Play a sound with each notification"));
    await waitFor(() =>
      expect(held(backend).notifications).toMatchObject({
        completed: false,
        failed: false,
        sound: true,
      }),
    );
  });

  it("say what the desktop does not offer", async () => {
    const backend = new MockBackend(signedInStatus());
    backend.preferences = { ...backend.preferences, login: "other_folder", tray: "absent" };
    await opened("General", backend);
    expect(box("Start Tallylight when I log in").disabled).toBe(true);
    expect(screen.getByText(/keeps its data in another folder/)).toBeTruthy();
    expect(screen.getByRole("radio", { name: "Ask" })).toBeTruthy();
    expect(screen.queryByRole("radio", { name: "Keep running in the tray" })).toBeNull();
  });

  it("are followed where their file is edited meanwhile", async () => {
    const backend = await opened("General");
    backend.prefer({
      settings: mockSettings({ general: { start_at_login: true, close: "hide" } }),
    });
    await waitFor(() => expect(box("Start Tallylight when I log in").checked).toBe(true));
  });
});

describe("the language", () => {
  it("redraws everything, and keeps the dialog, its part, and the focus, again and again", async () => {
    await opened("General");
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

describe("settings that cannot be read", () => {
  const trouble = { code: "file" as const, message: "settings.toml has a mistake at line 3" };

  it("say so, are not written over, and can be reset once that is confirmed", async () => {
    const backend = new MockBackend(signedInStatus());
    backend.preferences = { ...backend.preferences, trouble };
    await opened("General", backend);
    const dialog = within(screen.getByRole("dialog"));
    expect(dialog.getByRole("alert").textContent).toContain("mistake at line 3");
    const isLocked = (control: HTMLElement) => control.closest("fieldset[disabled]") !== null;
    expect(isLocked(box("Start Tallylight when I log in"))).toBe(true);
    expect(isLocked(screen.getByRole("combobox", { name: "Language" }))).toBe(true);
    await press("Reset settings…");
    expect(backend.calls).not.toContain("resetSettings");
    expect(document.activeElement?.textContent?.trim()).toBe("Cancel");
    await press("Reset");
    await waitFor(() => expect(backend.calls).toContain("resetSettings"));
    await waitFor(() => expect(dialog.queryByRole("alert")).toBeNull());
    expect(isLocked(box("Start Tallylight when I log in"))).toBe(false);
  });

  it("only in part can be changed: a certificate is chosen anew", async () => {
    const backend = new MockBackend(signedInStatus());
    const network = { proxy: "system", certificate: "/gone.pem" };
    backend.preferences = {
      ...backend.preferences,
      settings: mockSettings({ network }),
      trouble: { code: "file", message: "no certificate can be read from /gone.pem" },
    };
    await opened("Network", backend);
    const remove = screen.getByRole("button", { name: "Remove" });
    expect(remove.closest("fieldset[disabled]")).toBeNull();
    await press("Remove");
    await waitFor(() => expect(held(backend).network.certificate).toBeNull());
  });
});

describe("the account", () => {
  it("is told, and left, which asks first where something would be lost", async () => {
    const job = mockJob({ job_id: "7", pending: ["TITLE"] });
    const backend = await opened("Account", new MockBackend(signedInStatus(), [job]));
    const dialog = within(screen.getByRole("dialog"));
    expect(dialog.getByText("me@acme.tv")).toBeTruthy();
    expect(dialog.getByText("https://acme.tv")).toBeTruthy();
    await press("Sign out");
    expect(await screen.findByText(/Changes of one video are not saved yet/)).toBeTruthy();
    expect(backend.calls).not.toContain("signOut");
  });

  it("is left at once where nothing would be, and the settings stay", async () => {
    await opened("Account");
    await press("Sign out");
    expect(await screen.findByText("Nobody is signed in.")).toBeTruthy();
  });
});

describe("notifications", () => {
  it.each([
    ["A video is ready", "completed", false],
    ["A video has failed", "failed", false],
    ["A video needs a look", "warning", false],
    ["Play a sound with each notification", "sound", true],
  ] as const)("%s", async (label, name, wanted) => {
    const backend = await opened("Notifications");
    await fireEvent.click(box(label));
    const expected = { ...mockSettings().notifications, [name]: wanted };
    await waitFor(() => expect(held(backend)).toEqual(mockSettings({ notifications: expected })));
  });

  it("have quiet hours, at first those of a night", async () => {
    const backend = await opened("Notifications");
    const hours = () => held(backend).notifications.quiet_hours;
    await fireEvent.click(box("Be quiet every day"));
    await waitFor(() => expect(hours()).toEqual({ from: "22:00", to: "07:00" }));
    await fireEvent.change(await screen.findByLabelText("From"), { target: { value: "20:30" } });
    await waitFor(() => expect(hours()).toEqual({ from: "20:30", to: "07:00" }));
    const to = screen.getByLabelText<HTMLInputElement>("To");
    await fireEvent.change(to, { target: { value: "" } });
    await waitFor(() => expect(to.value).toBe("07:00"));
    await fireEvent.click(box("Be quiet every day"));
    await waitFor(() => expect(hours()).toBeNull());
  });

  it("are paused, and shown again", async () => {
    const backend = await opened("Notifications");
    await press("Until tomorrow");
    await waitFor(() => expect(backend.calls).toContain("pause tomorrow"));
    await fireEvent.click(await screen.findByRole("button", { name: "Resume" }));
    expect(backend.calls).toContain("pause off");
    await fireEvent.click(await screen.findByRole("button", { name: "For an hour" }));
    expect(backend.calls).toContain("pause hour");
    expect(await screen.findByText(/^Paused until/)).toBeTruthy();
  });
});

describe("data", () => {
  it("is kept for as many days as are typed, if that can be", async () => {
    const backend = await opened("Data");
    const label = "Keep finished videos on this computer for … days";
    const field = screen.getByLabelText<HTMLInputElement>(label);
    expect(field.value).toBe("90");
    for (const days of ["0", "1.5", "4000", "x", ""]) {
      await type(label, days);
      await fireEvent.change(field);
      expect((await screen.findByRole("alert")).textContent).toContain("from 1 to 3650");
      expect(field.value).toBe(days);
    }
    await type(label, "30");
    await fireEvent.change(field);
    await waitFor(() => expect(held(backend).data.retention_days).toBe(30));
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
    expect(backend.calls.filter((call) => call.startsWith("changeSettings"))).toHaveLength(1);
  });

  it("is shown where it lies, and cleared once that is confirmed", async () => {
    const backend = await opened("Data");
    await press("Open folder");
    expect(backend.calls).toContain("openFolder");
    await press("Clear the list and pictures…");
    expect(screen.getByText(/Words that are not saved yet stay/)).toBeTruthy();
    await press("Cancel");
    await waitFor(() =>
      expect(document.activeElement?.textContent?.trim()).toBe("Clear the list and pictures…"),
    );
    expect(backend.calls).not.toContain("clearCache");
    await press("Clear the list and pictures…");
    await press("Clear");
    expect(await screen.findByText("Everything is fetched anew.")).toBeTruthy();
    expect(backend.calls).toContain("clearCache");
  });
});

describe("the network", () => {
  it("has a proxy, which is typed again where it cannot be one", async () => {
    const backend = await opened("Network");
    await fireEvent.click(screen.getByRole("radio", { name: "This one" }));
    const field = await screen.findByLabelText<HTMLInputElement>("Address of the proxy");
    expect(held(backend).network.proxy, "which one is not told yet").toBe("system");
    backend.failures.set("changeSettings", wrong('"ftp://x" is no proxy'));
    await type("Address of the proxy", "ftp://x");
    await fireEvent.change(field);
    expect((await screen.findByRole("alert")).textContent).toBe('"ftp://x" is no proxy');
    expect(field.value).toBe("ftp://x");
    await type("Address of the proxy", "http://proxy:3128");
    await fireEvent.change(field);
    await waitFor(() => expect(held(backend).network.proxy).toBe("http://proxy:3128"));
    await fireEvent.click(screen.getByRole("radio", { name: "None" }));
    await waitFor(() => expect(held(backend).network.proxy).toBe("none"));
    expect(screen.queryByLabelText("Address of the proxy")).toBeNull();
  });

  it("has further certificates", async () => {
    const backend = await opened("Network");
    await press("Choose…");
    await waitFor(() => expect(held(backend).network.certificate).toBe("/home/me/studio.pem"));
    expect(await screen.findByText("/home/me/studio.pem")).toBeTruthy();
    backend.chooseCertificate = () => Promise.resolve(null);
    await press("Choose…");
    expect(held(backend).network.certificate, "nothing was chosen").toBe("/home/me/studio.pem");
    await press("Remove");
    await waitFor(() => expect(held(backend).network.certificate).toBeNull());
  });
});

describe("advanced settings", () => {
  it("change the log, lead to the diagnostics, and save a report", async () => {
    const backend = await opened("Advanced");
    const level = screen.getByRole("combobox", { name: "What is written to the log" });
    await fireEvent.change(level, { target: { value: "debug" } });
    await waitFor(() => expect(held(backend).advanced.log_level).toBe("debug"));
    await press("Save a report…");
    expect(await screen.findByText("Saved as /home/me/tallylight-report.txt")).toBeTruthy();
    await press("Connection and diagnostics");
    expect(await screen.findByRole("heading", { name: "Connection: Live" })).toBeTruthy();
    expect(screen.queryByRole("heading", { name: "Settings" })).toBeNull();
  });

  it("tell of newer versions, step by step", async () => {
    const backend = await opened("Advanced");
    expect(await screen.findByText("Tallylight 0.5.0")).toBeTruthy();
    await press("Check for updates");
    expect(await screen.findByText("This is the newest version.")).toBeTruthy();
    backend.renew({ state: "available", version: "0.6.0" });
    await fireEvent.click(await screen.findByRole("button", { name: "Download" }));
    expect(await screen.findByText(/Version 0\.6\.0 is ready/)).toBeTruthy();
    backend.renew({ state: "downloading", version: "0.6.0", percent: 42 });
    const bar = await screen.findByRole("progressbar");
    expect(bar.getAttribute("aria-valuenow")).toBe("42");
    const reason = { code: "unreachable" as const, message: "nothing answers" };
    backend.renew({ state: "failed", reason });
    expect(await screen.findByText("Nothing answers")).toBeTruthy();
    backend.renew({ state: "absent" });
    expect(await screen.findByText(/Updates come from your package manager/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Check for updates" })).toBeNull();
  });

  it("restart only where nothing is broken off", async () => {
    const job = mockJob({ job_id: "7", pending: ["TITLE"] });
    const backend = new MockBackend(signedInStatus(), [job]);
    backend.newer = { state: "ready", version: "0.6.0" };
    await opened("Advanced", backend);
    const restart = () => screen.getByRole<HTMLButtonElement>("button", { name: "Restart now" });
    await screen.findByText(/Some words are not saved yet/);
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

describe("whoever is signed out", () => {
  it("has settings and diagnostics all the same", async () => {
    const backend = await opened("Advanced", new MockBackend(signedOut));
    await press("Connection and diagnostics");
    expect(await screen.findByRole("heading", { name: /^Connection:/ })).toBeTruthy();
    expect(backend.calls, "and nobody's videos are asked for").not.toContain("rows");
  });
});
