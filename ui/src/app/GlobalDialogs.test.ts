import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { formatDateTime } from "../format/time";
import {
  MockBackend,
  mockEntry,
  mockJob,
  mockUpload,
  signedInStatus,
  signedOutStatus,
} from "../ipc/backend.mock";
import type { NotificationStatus, Show, StatusView } from "../ipc/bindings";
import { locale } from "../state/locale.svelte";
import { pressButton, runCommand } from "../testing/interactions";
import { renderApp } from "../testing/render";
import "../testing/viewport";

beforeEach(() => locale.setLanguage("en"));
afterEach(() => {
  cleanup();
  document.body.replaceChildren();
});

const sea = mockJob({ job_id: "1", title: "The sea", status: "COMPLETED" });
const city = mockJob({ job_id: "2", title: "The city", status: "FAILED" });
const signedOut = signedOutStatus();
const upload = mockUpload();
const statusWith = (news: Partial<NotificationStatus>): StatusView => ({
  ...signedInStatus(),
  news: { unread: 0, paused_until: null, ...news },
});

async function renderWindow(backend: MockBackend, show?: Show): Promise<MockBackend> {
  renderApp(backend);
  await waitFor(() => expect(document.querySelector("main")).not.toBeNull());
  if (show) backend.requestShow(show);
  return backend;
}

describe("notification bell", () => {
  const count = (bell: HTMLElement) => bell.nextElementSibling?.textContent;

  it("shows the unread count and the end of a pause", async () => {
    const backend = await renderWindow(new MockBackend(statusWith({ unread: 3 })));
    const bell = await screen.findByRole("button", { name: "Notifications, 3 unread" });
    expect(count(bell)).toBe("3");
    expect(bell.querySelector(".lucide-bell-off")).toBeNull();
    const paused_until = new Date(Date.now() + 60_000).toISOString();
    backend.emit({ event: "news", unread: 120, paused_until });
    const silent = await screen.findByRole("button", { name: "Notifications, 120 unread" });
    expect(count(silent)).toBe("99+");
    expect(silent.title).toBe(
      `Notifications paused until ${formatDateTime(paused_until, Date.now())}`,
    );
    expect(silent.querySelector(".lucide-bell-off")).not.toBeNull();
    backend.emit({ event: "news", unread: 0, paused_until: null });
    const quiet = await screen.findByRole("button", { name: "Notifications" });
    expect(count(quiet)).toBeUndefined();
  });

  it("opens the history grouped by day, with reasons and unread marks", async () => {
    const fault = { code: "not_a_video", message: "This is no video.", stage_id: null, at: null };
    const backend = new MockBackend(statusWith({ unread: 1 }), [sea, city]);
    const [now, before] = [Date.now(), Date.now() - 3 * 86_400_000];
    backend.historyEntries = [
      mockEntry({
        entry_id: 2,
        at: new Date(now).toISOString(),
        job_id: "2",
        kind: "failed",
        name: "The city",
        fault,
      }),
      mockEntry({ entry_id: 1, at: new Date(before).toISOString(), read: true }),
    ];
    await renderWindow(backend);
    await fireEvent.click(await screen.findByRole("button", { name: "Notifications, 1 unread" }));
    const line = await screen.findByRole("button", { name: /Unread:\s*The city/ });
    expect(line.textContent).toContain("Failed: This is no video.");
    const days = within(screen.getByRole("dialog")).getAllByRole("region");
    expect(days[0]?.getAttribute("aria-label")).toBe("Today");
    expect(days[1]?.textContent).toContain("The sea");
    expect(days[1]?.textContent).not.toContain("Unread:");
    expect(backend.calls, "it is still being looked at").not.toContain('markRead {"up_to":2}');
    await fireEvent.click(line);
    expect(await screen.findByRole("heading", { level: 1, name: "The city" })).toBeTruthy();
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(backend.calls).toContain('markRead {"up_to":2}');
    expect(await screen.findByRole("button", { name: "Notifications" })).toBeTruthy();
  });

  it("marks records as read when the history closes, not before", async () => {
    const backend = new MockBackend(statusWith({ unread: 1 }), [sea]);
    backend.historyEntries = [mockEntry({ entry_id: 1 })];
    await renderWindow(backend, "history");
    await screen.findByText("Unread:");
    // News that arrive meanwhile take no mark away.
    backend.emit({ event: "news", unread: 1, paused_until: null });
    await waitFor(() => expect(backend.calls.filter((call) => call === "history")).toHaveLength(2));
    expect(screen.getByText("Unread:")).toBeTruthy();
    await pressButton("Close");
    await waitFor(() => expect(backend.calls).toContain('markRead {"up_to":1}'));
  });

  it("shows an empty state without records", async () => {
    await renderWindow(new MockBackend(signedInStatus()), "history");
    expect(await screen.findByText(/^No notifications yet/)).toBeTruthy();
  });
});

describe("opening a video", () => {
  it("marks its notifications as read", async () => {
    const backend = await renderWindow(new MockBackend(statusWith({ unread: 1 }), [sea]));
    await screen.findByText("Live");
    backend.clickNotification("1");
    await waitFor(() => expect(backend.calls).toContain('markRead {"jobs":["1"]}'));
  });

  it("does not call the backend without unread notifications", async () => {
    const backend = await renderWindow(new MockBackend(signedInStatus(), [sea]));
    await screen.findByText("Live");
    backend.clickNotification("1");
    await waitFor(() => expect(backend.calls).toContain("openJob 1"));
    expect(backend.calls).not.toContain('markRead {"jobs":["1"]}');
  });
});

describe("close-window dialog", () => {
  it.each([
    ["Keep running", "close hide false", false],
    ["Quit", "close quit true", true],
  ] as const)("applies the choice while signed out: %s", async (button, call, remember) => {
    const backend = await renderWindow(new MockBackend(signedOut), "closing");
    await screen.findByRole("heading", { name: "Keep running in the background?" });
    if (remember) await fireEvent.click(screen.getByRole("checkbox", { name: "Don't ask again" }));
    await pressButton(button);
    await waitFor(() => expect(backend.calls).toContain(call));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("shows the error and stays open if the choice cannot be saved", async () => {
    const backend = await renderWindow(new MockBackend(signedInStatus()), "closing");
    await screen.findByRole("heading", { name: "Keep running in the background?" });
    backend.failures.set("close", { code: "storage", message: "it could not be kept" });
    await pressButton("Quit");
    expect(await screen.findByText("It could not be kept")).toBeTruthy();
  });
});

describe("quit dialog", () => {
  it("names the uploads that quitting cancels, and quits after confirmation", async () => {
    const backend = new MockBackend(signedInStatus(), [sea]);
    backend.uploadList = [upload, { ...upload, upload_id: 2, state: "queued" }];
    backend.uploadList.push({ ...upload, upload_id: 3, state: "failed" });
    await renderWindow(backend, "quitting");
    expect(await screen.findByText(/2 uploads are in progress/)).toBeTruthy();
    await pressButton("Keep uploading");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(backend.calls).not.toContain("quit");
    await runCommand("Quit");
    await fireEvent.click(await screen.findByRole("button", { name: "Quit anyway" }));
    expect(backend.calls).toContain("quit");
  });

  it("is skipped without uploads", async () => {
    const backend = await renderWindow(new MockBackend(signedInStatus(), [sea]));
    await runCommand("Quit");
    await waitFor(() => expect(backend.calls).toContain("quit"));
  });
});

describe("requests of the shell", () => {
  it.each([
    ["settings", "Settings"],
    ["history", "Notifications"],
    ["quitting", "Quit Tallylight?"],
  ] as const)("opens %s while signed out", async (show, name) => {
    await renderWindow(new MockBackend(signedOut), show);
    expect(await screen.findByRole("heading", { name })).toBeTruthy();
  });

  it("keeps a dialog open while events arrive", async () => {
    const backend = await renderWindow(new MockBackend(signedOut), "closing");
    const title = { name: "Keep running in the background?" };
    await screen.findByRole("heading", title);
    backend.emit({ event: "news", unread: 1, paused_until: null });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(screen.getByRole("heading", title)).toBeTruthy();
  });

  it.each([
    ["closing", "Keep running in the background?", 1],
    ["history", "Notifications", 0],
  ] as const)(
    "after signing out keeps %s only if it is independent of the account",
    async (show, name, left) => {
      const backend = await renderWindow(new MockBackend(signedInStatus()), show);
      await screen.findByRole("heading", { name });
      await backend.signOut();
      await screen.findByText("Sign in to Acme Studio");
      expect(screen.queryAllByRole("heading", { name })).toHaveLength(left);
    },
  );

  it("shows the missing tray until dismissed, and the request to sign in", async () => {
    const backend = await renderWindow(new MockBackend(signedOut), "no_tray");
    expect(await screen.findByText(/^This desktop has no tray/)).toBeTruthy();
    await pressButton("Dismiss");
    await waitFor(() => expect(screen.queryByText(/^This desktop has no tray/)).toBeNull());
    backend.requestShow("sign_in_first");
    expect(await screen.findByText(/^Sign in to upload videos/)).toBeTruthy();
  });

  it("subscribes once, even if the language changes", async () => {
    const backend = new MockBackend(signedInStatus());
    const listened = vi.spyOn(backend, "onShow");
    await renderWindow(backend);
    const appearance = { theme: "system", language: "de" } as const;
    backend.setSettings({ settings: { ...backend.currentSettings.settings, appearance } });
    await screen.findByRole("button", { name: "Menü" });
    expect(listened).toHaveBeenCalledTimes(1);
    backend.requestShow("settings");
    expect(await screen.findByRole("heading", { name: "Einstellungen" })).toBeTruthy();
  });
});

describe("command palette", () => {
  it("pauses and resumes notifications", async () => {
    const backend = await renderWindow(new MockBackend(signedInStatus()));
    await runCommand("Pause notifications for 1 hour");
    await waitFor(() => expect(backend.calls).toContain("pause hour"));
    await screen.findByTitle(/^Notifications paused until/);
    await runCommand("Resume notifications");
    await waitFor(() => expect(backend.calls).toContain("pause off"));
  });

  it("checks for updates only where the app updates itself", async () => {
    const backend = await renderWindow(new MockBackend(signedInStatus()));
    await runCommand("Check for updates");
    expect(await screen.findByText("Tallylight is up to date.")).toBeTruthy();
    await pressButton("Close");
    backend.setUpdate({ state: "absent" });
    await pressButton("Menu");
    await screen.findByRole("option", { name: "What's new" });
    await waitFor(() => expect(screen.queryByRole("option", { name: /updates/ })).toBeNull());
  });

  it("opens the release notes", async () => {
    await renderWindow(new MockBackend(signedInStatus()));
    await runCommand("What's new");
    const release = within(await screen.findByRole("region", { name: "0.5.0" }));
    expect(release.getByRole("heading", { name: /0\.5\.0\s*November 20, 2026/ })).toBeTruthy();
    expect(release.getByRole("heading", { name: "New" })).toBeTruthy();
    expect(release.getByText("tally watch").tagName).toBe("CODE");
  });
});
