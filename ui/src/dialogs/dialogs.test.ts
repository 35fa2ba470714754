import { cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import App from "../App.svelte";
import { MockBackend, mockEntry, mockJob, signedInStatus, signedOutStatus } from "../backend.mock";
import type { NewsView, Show, StatusView, UploadView } from "../bindings";
import { moment } from "../format";
import { speak } from "../messages";
import "../testing/viewport";

beforeEach(() => speak("en"));
afterEach(() => {
  cleanup();
  document.body.replaceChildren();
});

const sea = mockJob({ job_id: "1", title: "The sea", status: "COMPLETED" });
const city = mockJob({ job_id: "2", title: "The city", status: "FAILED" });
const signedOut = signedOutStatus();
const upload: UploadView = {
  upload_id: 1,
  filename: "a.mp4",
  sent_bytes: 1,
  total_bytes: 2,
  bytes_per_second: null,
  state: "sending",
  job_id: null,
  error: null,
};
const told = (news: Partial<NewsView>): StatusView => ({
  ...signedInStatus(),
  news: { unread: 0, paused_until: null, ...news },
});

async function shown(backend: MockBackend, show?: Show): Promise<MockBackend> {
  render(App, { backend });
  await waitFor(() => expect(document.querySelector("main")).not.toBeNull());
  if (show) backend.show(show);
  return backend;
}

/** Chooses what the palette offers. */
async function choose(name: string) {
  await fireEvent.click(screen.getByRole("button", { name: "Menu" }));
  await fireEvent.click(await screen.findByRole("option", { name }));
}
const press = (name: string) => fireEvent.click(screen.getByRole("button", { name }));

describe("the bell", () => {
  it("counts what nobody has seen, and says until when it is silent", async () => {
    const backend = await shown(new MockBackend(told({ unread: 3 })));
    const bell = await screen.findByRole("button", { name: "What happened, 3 new" });
    expect(bell.parentElement?.textContent?.trim()).toBe("3");
    expect(bell.querySelector(".lucide-bell-off")).toBeNull();
    const paused_until = new Date(Date.now() + 60_000).toISOString();
    backend.emit({ event: "news", unread: 120, paused_until });
    const silent = await screen.findByRole("button", { name: "What happened, 120 new" });
    expect(silent.parentElement?.textContent?.trim()).toBe("99+");
    expect(silent.title).toBe(`Paused until ${moment(paused_until, Date.now())}`);
    expect(silent.querySelector(".lucide-bell-off")).not.toBeNull();
    backend.emit({ event: "news", unread: 0, paused_until: null });
    const quiet = await screen.findByRole("button", { name: "What happened" });
    expect(quiet.parentElement?.textContent?.trim()).toBe("");
  });

  it("leads to what happened, by day, with the reasons and the new ones marked", async () => {
    const fault = { code: "not_a_video", message: "This is no video.", stage_id: null, at: null };
    const backend = new MockBackend(told({ unread: 1 }), [sea, city]);
    const [now, before] = [Date.now(), Date.now() - 3 * 86_400_000];
    backend.past = [
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
    await shown(backend);
    await fireEvent.click(await screen.findByRole("button", { name: "What happened, 1 new" }));
    const line = await screen.findByRole("button", { name: /New:\s*The city/ });
    expect(line.textContent).toContain("Failed: This is no video.");
    const days = within(screen.getByRole("dialog")).getAllByRole("region");
    expect(days[0]?.getAttribute("aria-label")).toBe("Today");
    expect(days[1]?.textContent).toContain("The sea");
    expect(days[1]?.textContent).not.toContain("New:");
    expect(backend.calls, "it is still being looked at").not.toContain('markRead {"up_to":2}');
    await fireEvent.click(line);
    expect(await screen.findByRole("heading", { level: 1, name: "The city" })).toBeTruthy();
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(backend.calls).toContain('markRead {"up_to":2}');
    expect(await screen.findByRole("button", { name: "What happened" })).toBeTruthy();
  });

  it("marks everything as seen when that is closed, and not before", async () => {
    const backend = new MockBackend(told({ unread: 1 }), [sea]);
    backend.past = [mockEntry({ entry_id: 1 })];
    await shown(backend, "history");
    await screen.findByText("New:");
    // News that arrive meanwhile take no mark away.
    backend.emit({ event: "news", unread: 1, paused_until: null });
    await waitFor(() => expect(backend.calls.filter((call) => call === "history")).toHaveLength(2));
    expect(screen.getByText("New:")).toBeTruthy();
    await press("Close");
    await waitFor(() => expect(backend.calls).toContain('markRead {"up_to":1}'));
  });

  it("says where nothing has happened yet", async () => {
    await shown(new MockBackend(signedInStatus()), "history");
    expect(await screen.findByText(/^Nothing yet/)).toBeTruthy();
  });
});

describe("a video that is opened", () => {
  it("has been seen, with what happened to it", async () => {
    const backend = await shown(new MockBackend(told({ unread: 1 }), [sea]));
    await screen.findByText("Live");
    backend.clickNotification("1");
    await waitFor(() => expect(backend.calls).toContain('markRead {"jobs":["1"]}'));
  });

  it("is nothing to tell of where nothing is new", async () => {
    const backend = await shown(new MockBackend(signedInStatus(), [sea]));
    await screen.findByText("Live");
    backend.clickNotification("1");
    await waitFor(() => expect(backend.calls).toContain("openJob 1"));
    expect(backend.calls).not.toContain('markRead {"jobs":["1"]}');
  });
});

describe("closing the window", () => {
  it.each([
    ["Keep running", "close hide false", false],
    ["Quit", "close quit true", true],
  ] as const)("is asked about, whoever is signed in: %s", async (button, call, remember) => {
    const backend = await shown(new MockBackend(signedOut), "closing");
    await screen.findByRole("heading", { name: "Keep running in the background?" });
    if (remember) await fireEvent.click(screen.getByRole("checkbox", { name: "Do not ask again" }));
    await press(button);
    await waitFor(() => expect(backend.calls).toContain(call));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("says where its answer could not be kept, and stays", async () => {
    const backend = await shown(new MockBackend(signedInStatus()), "closing");
    await screen.findByRole("heading", { name: "Keep running in the background?" });
    backend.failures.set("close", { code: "storage", message: "it could not be kept" });
    await press("Quit");
    expect(await screen.findByText("It could not be kept")).toBeTruthy();
  });
});

describe("quitting", () => {
  it("says what it breaks off, and is left, or done", async () => {
    const backend = new MockBackend(signedInStatus(), [sea]);
    backend.sending = [upload, { ...upload, upload_id: 2, state: "queued" }];
    backend.sending.push({ ...upload, upload_id: 3, state: "failed" });
    await shown(backend, "quitting");
    expect(await screen.findByText(/2 videos are still being uploaded/)).toBeTruthy();
    await press("Keep uploading");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(backend.calls).not.toContain("quit");
    await choose("Quit");
    await fireEvent.click(await screen.findByRole("button", { name: "Quit anyway" }));
    expect(backend.calls).toContain("quit");
  });

  it("asks nothing where nothing is uploaded", async () => {
    const backend = await shown(new MockBackend(signedInStatus(), [sea]));
    await choose("Quit");
    await waitFor(() => expect(backend.calls).toContain("quit"));
  });
});

describe("the shell", () => {
  it.each([
    ["settings", "Settings"],
    ["history", "What happened"],
    ["quitting", "Quit Tallylight?"],
  ] as const)("shows %s to whoever is signed out, too", async (show, name) => {
    await shown(new MockBackend(signedOut), show);
    expect(await screen.findByRole("heading", { name })).toBeTruthy();
  });

  it("keeps a question on the screen while other things change", async () => {
    const backend = await shown(new MockBackend(signedOut), "closing");
    const title = { name: "Keep running in the background?" };
    await screen.findByRole("heading", title);
    backend.emit({ event: "news", unread: 1, paused_until: null });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(screen.getByRole("heading", title)).toBeTruthy();
  });

  it.each([
    ["closing", "Keep running in the background?", 1],
    ["history", "What happened", 0],
  ] as const)(
    "shows %s while somebody is signed out, if that is for everybody",
    async (show, name, left) => {
      const backend = await shown(new MockBackend(signedInStatus()), show);
      await screen.findByRole("heading", { name });
      await backend.signOut();
      await screen.findByText("Sign in to Acme Studio");
      expect(screen.queryAllByRole("heading", { name })).toHaveLength(left);
    },
  );

  it("says that there is no tray until that is read, and to sign in first", async () => {
    const backend = await shown(new MockBackend(signedOut), "no_tray");
    expect(await screen.findByText(/^This desktop has no tray/)).toBeTruthy();
    await press("Dismiss");
    await waitFor(() => expect(screen.queryByText(/^This desktop has no tray/)).toBeNull());
    backend.show("sign_in_first");
    expect(await screen.findByText(/^Sign in first/)).toBeTruthy();
  });

  it("is heard once, also where the language changes", async () => {
    const backend = new MockBackend(signedInStatus());
    const listened = vi.spyOn(backend, "onShow");
    await shown(backend);
    const appearance = { theme: "system", language: "de" } as const;
    backend.prefer({ settings: { ...backend.preferences.settings, appearance } });
    await screen.findByRole("button", { name: "Menü" });
    expect(listened).toHaveBeenCalledTimes(1);
    backend.show("settings");
    expect(await screen.findByRole("heading", { name: "Einstellungen" })).toBeTruthy();
  });
});

describe("the palette", () => {
  it("pauses notifications, and has them again", async () => {
    const backend = await shown(new MockBackend(signedInStatus()));
    await choose("Pause notifications for an hour");
    await waitFor(() => expect(backend.calls).toContain("pause hour"));
    await screen.findByTitle(/^Paused until/);
    await choose("Resume notifications");
    await waitFor(() => expect(backend.calls).toContain("pause off"));
  });

  it("looks for a newer version where the app offers that", async () => {
    const backend = await shown(new MockBackend(signedInStatus()));
    await choose("Check for updates");
    expect(await screen.findByText("This is the newest version.")).toBeTruthy();
    await press("Close");
    backend.renew({ state: "absent" });
    await press("Menu");
    await screen.findByRole("option", { name: "What’s new" });
    await waitFor(() => expect(screen.queryByRole("option", { name: /updates/ })).toBeNull());
  });

  it("tells what the versions brought", async () => {
    await shown(new MockBackend(signedInStatus()));
    await choose("What’s new");
    const release = within(await screen.findByRole("region", { name: "0.5.0" }));
    expect(release.getByRole("heading", { name: /0\.5\.0\s*November 20, 2026/ })).toBeTruthy();
    expect(release.getByRole("heading", { name: "New" })).toBeTruthy();
    expect(release.getByText("tally watch").tagName).toBe("CODE");
  });
});
