import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ignoreCompositionKeys } from "../components/keyboard";
import {
  MockBackend,
  mockJob,
  mockUpload,
  signedInStatus,
  signedOutStatus,
} from "../ipc/backend.mock";
import type { JobView, Thumbnail } from "../ipc/bindings";
import { locale } from "../state/locale.svelte";
import { renderApp } from "../testing/render";
import "../testing/viewport";

// Before any other listener, as in the app.
ignoreCompositionKeys();

beforeEach(() => locale.setLanguage("en"));
afterEach(() => {
  cleanup();
  document.body.replaceChildren();
});

const picture: Thumbnail = {
  thumbnail_id: "t1",
  thumbnail_url: "https://x.test/1?signature=old",
  width: 16,
  height: 9,
  timestamp_seconds: 1,
};

async function openVideo(job: Partial<JobView>): Promise<MockBackend> {
  const backend = new MockBackend(signedInStatus(), [mockJob({ job_id: "1", ...job })]);
  renderApp(backend);
  await screen.findByText("Live");
  backend.clickNotification("1");
  await waitFor(() => expect(heading()).not.toBeNull());
  return backend;
}

const heading = () => document.querySelector("header h1[dir]");
const field = (name: string) => document.querySelector(`[data-field="${name}"]`) as HTMLElement;

describe("duplicates from the studio", () => {
  it("shows a duplicate tag once", async () => {
    await openVideo({ title: "A", metadata: { TAGS: ["sea", "sea", "waves", "sea"] } });
    await waitFor(() => expect(field("TAGS")).not.toBeNull());
    const tags = [...field("TAGS").querySelectorAll(".tag bdi")].map((tag) => tag.textContent);
    expect(tags).toEqual(["sea", "waves"]);
    await fireEvent.click(within(field("TAGS")).getByRole("button", { name: /sea/ }));
    expect(field("TAGS").querySelectorAll(".tag")).toHaveLength(1);
  });

  it("shows a duplicate sign-in provider once", async () => {
    const status = signedOutStatus();
    if (status.server) status.server.auth_providers = ["email", "google", "google"];
    renderApp(new MockBackend(status));
    expect(await screen.findAllByRole("button", { name: "Continue with Google" })).toHaveLength(1);
  });
});

describe("titles", () => {
  it("fall back to the file name if the title is invisible", async () => {
    for (const title of ["  ", "\u200b", "\u3164"]) {
      await openVideo({ title, filename: "film.mp4" });
      expect(heading()?.textContent).toBe("film.mp4");
      cleanup();
    }
  });

  it("show an unknown status in the studio's words, and no unknown percentage", async () => {
    await openVideo({
      title: "A",
      status: "PROCESSING",
      status_word: "ARCHIVED",
      progress_percent: null,
    });
    expect(screen.getAllByText(/\(ARCHIVED\)/).length).toBeGreaterThan(0);
    expect(document.body.textContent).not.toContain("0 %");
    expect(document.querySelector('[role="progressbar"][aria-valuenow]')).toBeNull();
  });
});

describe("keys of an input method", () => {
  it("trigger no action while composing", async () => {
    await openVideo({ title: "A", metadata: { TAGS: [] } });
    await waitFor(() => expect(field("TAGS")).not.toBeNull());
    const input = within(field("TAGS")).getByRole("textbox");
    await fireEvent.input(input, { target: { value: "にほ" } });
    await fireEvent.keyDown(input, { key: "Enter", isComposing: true });
    await fireEvent.keyDown(input, { key: "Enter", keyCode: 229 });
    expect(field("TAGS").querySelectorAll(".tag")).toHaveLength(0);
    for (const key of [",", "k", "s"])
      await fireEvent.keyDown(input, { key, ctrlKey: true, isComposing: true });
    expect(document.querySelector("dialog[open]")).toBeNull();
    input.dispatchEvent(new InputEvent("input", { bubbles: true, isComposing: true, data: "，" }));
    expect(field("TAGS").querySelectorAll(".tag")).toHaveLength(0);
    await fireEvent.keyDown(input, { key: "Enter" });
    await waitFor(() => expect(field("TAGS").querySelectorAll(".tag")).toHaveLength(1));
  });
});

describe("pasted chapters", () => {
  const paste = (text: string) =>
    fireEvent.paste(within(field("CHAPTERS")).getAllByRole("textbox")[0] as HTMLElement, {
      clipboardData: { getData: () => text },
    });
  const titles = () =>
    [...field("CHAPTERS").querySelectorAll<HTMLInputElement>(".chapter input:not(.start)")].map(
      (input) => input.value,
    );

  it("replace the current ones only after unreadable lines are confirmed", async () => {
    await openVideo({ title: "A", metadata: { CHAPTERS: [{ start_seconds: 0, title: "Old" }] } });
    await waitFor(() => expect(field("CHAPTERS")).not.toBeNull());
    await paste("Timestamps below\n[0:00] Intro\nThe beach – 1:05");
    expect(titles()).toEqual(["Old"]);
    expect(screen.getByText("Timestamps below")).toBeTruthy();
    await fireEvent.click(screen.getByRole("button", { name: "Keep current chapters" }));
    expect(titles()).toEqual(["Old"]);
    await paste("Timestamps below\n[0:00] Intro\nThe beach – 1:05");
    await fireEvent.click(screen.getByRole("button", { name: "Replace with 2 chapters" }));
    expect(titles()).toEqual(["Intro", "The beach"]);
  });
});

describe("thumbnail", () => {
  it("is loaded again when its expired URL is renewed", async () => {
    const backend = await openVideo({
      title: "A",
      thumbnails: [picture],
      cover_id: "t1",
      cover_version: 1,
    });
    const images = () => [...document.querySelectorAll<HTMLImageElement>("img")];
    await waitFor(() => expect(images().length).toBeGreaterThan(0));
    for (const image of images()) await fireEvent.error(image);
    expect(images()).toHaveLength(0);
    const thumbnails = [{ ...picture, thumbnail_url: "https://x.test/1?signature=new" }];
    const job = mockJob({ job_id: "1", title: "A", thumbnails, cover_id: "t1", cover_version: 2 });
    backend.emit({ event: "jobs", changed: [{ job, scope: "increment" }], removed: [] });
    await waitFor(() => expect(images().length).toBeGreaterThan(0));
    expect(images().every((image) => image.src.includes("?try="))).toBe(true);
  });
});

describe("incomplete list", () => {
  it("names what is missing, even without any video", async () => {
    const list = { newest: 100, missing: ["FAILED" as const], unreadable: 2 };
    const backend = new MockBackend({ ...signedInStatus(), list }, []);
    renderApp(backend);
    expect(await screen.findByText(/newest 100/)).toBeTruthy();
    expect(screen.getByText(/Couldn't load videos: Failed/)).toBeTruthy();
    expect(screen.queryByText("No videos yet")).toBeNull();
    backend.emit({ event: "list", newest: null, missing: [], unreadable: 0 });
    await waitFor(() => expect(screen.queryByText(/newest 100/)).toBeNull());
  });
});

/** Returns texts that are known to break programs, and random combinations of them. */
function hostileTexts(): string[] {
  const parts = [
    "\u0000",
    "\u001b[31m",
    "\u0007",
    "\u202e",
    "\u2066",
    "\u2069",
    "\u200b",
    "\u3164",
    "\ud83d",
    "\udc00",
    "</script>",
    "<img src=x>",
    "{#each}",
    "{@html x}",
    "%s",
    "${x}",
    "e\u0301",
    "İ",
    "שלום",
    "👩‍👩‍👧",
    "\n",
    "\r\n",
    "\t",
    "constructor",
    "__proto__",
    "toString",
    "",
    " ",
    "\u{10ffff}",
    "a".repeat(20_000),
  ];
  // A fixed seed, so that failures are reproducible.
  let seed = 7;
  const next = (below: number) => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
  const mixed = Array.from({ length: 20 }, () =>
    Array.from({ length: 1 + next(5) }, () => parts[next(parts.length - 1)]).join(""),
  );
  return [...parts, ...mixed];
}

describe("hostile text in every field", () => {
  it("is displayed as text and breaks nothing", async () => {
    for (const text of hostileTexts()) {
      const fault = { code: text, message: text, stage_id: text, at: null };
      const backend = await openVideo({
        title: text,
        filename: text,
        status: "FAILED",
        status_word: text,
        error: fault,
        warnings: [fault, fault],
        notes: [fault, fault],
        stages: [
          {
            stage_id: text,
            status: "FAILED",
            progress_percent: null,
            error_message: text,
            skipped: false,
            began_at: null,
            ended_at: null,
          },
        ],
        metadata: {
          TITLE: text,
          DESCRIPTION: text,
          TAGS: [text, text, "b"],
          TRANSCRIPT: text,
          CHAPTERS: [
            { start_seconds: 0, title: text },
            { start_seconds: 0, title: text },
          ],
        },
      });
      await waitFor(() => expect(field("TAGS"), JSON.stringify(text)).not.toBeNull());
      const error = { code: "file" as const, message: text };
      const upload = mockUpload({ filename: text, state: "failed", error });
      backend.emit({ event: "upload", ...upload });
      backend.emit({ event: "rejected", reason: text, sample: text });
      await waitFor(() =>
        expect(document.querySelector("[data-upload]"), JSON.stringify(text)).not.toBeNull(),
      );
      expect(document.querySelector("main script, main img[src='x']")).toBeNull();
      expect(heading()?.textContent?.trim()).not.toBe("");
      cleanup();
      document.body.replaceChildren();
    }
  }, 60_000);
});
