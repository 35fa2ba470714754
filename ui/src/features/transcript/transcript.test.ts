import { cleanup, fireEvent, screen, waitFor } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MockBackend, mockJob, signedInStatus } from "../../ipc/backend.mock";
import { locale } from "../../state/locale.svelte";
import { renderLiveApp } from "../../testing/render";
import "../../testing/viewport";

const scrolled = vi.fn();

beforeEach(() => {
  scrolled.mockClear();
  Element.prototype.scrollIntoView = scrolled;
});
afterEach(async () => {
  cleanup();
  document.body.replaceChildren();
  await locale.setLanguage("en");
});

const timed = "[0:05] Hello.\n[2:41] A walrus swims.\n[2:50] Then a walrus sleeps, a walrus!";

async function renderWith(transcript: string, server = signedInStatus().server) {
  const jobs = [
    mockJob({
      job_id: "1",
      title: "The sea",
      status: "COMPLETED",
      metadata: { TRANSCRIPT: transcript },
      transcript_version: "1",
    }),
    mockJob({ job_id: "2", title: "Walrus", status: "COMPLETED" }),
  ];
  return renderLiveApp(new MockBackend(signedInStatus(server), jobs));
}

const search = (text: string) =>
  fireEvent.input(screen.getByRole("searchbox", { name: "Search" }), { target: { value: text } });
const row = (name: RegExp) => screen.findByRole("button", { name });
const field = () => screen.findByRole<HTMLInputElement>("searchbox", { name: "Search transcript" });
const find = async (value: string) => fireEvent.input(await field(), { target: { value } });
const press = (key: string, more: KeyboardEventInit = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, bubbles: true, ...more });
const current = () => document.querySelector("mark[data-current]")?.textContent;

async function open(transcript = timed) {
  const backend = await renderWith(transcript);
  backend.clickNotification("1");
  await screen.findByRole("heading", { level: 1, name: "The sea" });
  return backend;
}

describe("an excerpt in the list", () => {
  it("tells when it is said, and how many further matches there are", async () => {
    await renderWith(timed);
    await search("walrus");
    expect((await row(/In the transcript, at 2:41/)).textContent).toMatch(/2:41\s*A walrus swims/);
    expect(screen.getByText("+2 more")).toBeTruthy();
  });

  it("tells no time that the transcript does not", async () => {
    await renderWith("A walrus swims.");
    await search("walrus");
    const { textContent } = await row(/In the transcript/);
    expect(textContent).not.toMatch(/\d:\d\d|more/);
  });
});

describe("a video that was found by its transcript", () => {
  it("opens at the words", async () => {
    await renderWith(timed);
    await search("walrus");
    await fireEvent.click(await row(/In the transcript/));
    expect((await field()).value).toBe("walrus");
    expect(await screen.findByText("1 of 3")).toBeTruthy();
    expect(current()).toBe("walrus");
    await waitFor(() => expect(scrolled).toHaveBeenCalledWith({ block: "center" }));
  });

  it("opens at its top if its title has the words", async () => {
    await renderWith(timed);
    await search("walrus");
    await fireEvent.click(await row(/Walrus/));
    await screen.findByRole("heading", { level: 1, name: "Walrus" });
    expect(document.querySelector("mark[data-current]")).toBeNull();
  });

  it("is searched for other words when it is opened with others", async () => {
    const backend = await renderWith(timed);
    await search("walrus");
    await fireEvent.click(await row(/In the transcript/));
    await screen.findByText("1 of 3");
    await search("hello");
    await fireEvent.click(await row(/In the transcript, at 0:05/));
    expect(await screen.findByText("1 of 1")).toBeTruthy();
    backend.clickNotification("2");
    await screen.findByRole("heading", { level: 1, name: "Walrus" });
    backend.clickNotification("1");
    await screen.findByRole("heading", { level: 1, name: "The sea" });
    expect((await field()).value, "a notification knows no words").toBe("");
  });
});

describe("the search in a transcript", () => {
  it("goes to the next and the previous match, and round", async () => {
    await open();
    await find("WÁLRUS");
    expect(await screen.findByText("1 of 3")).toBeTruthy();
    (await field()).focus();
    await press("Enter");
    expect(await screen.findByText("2 of 3")).toBeTruthy();
    await press("F3");
    expect(await screen.findByText("3 of 3")).toBeTruthy();
    await press("F3");
    expect(await screen.findByText("1 of 3")).toBeTruthy();
    await press("F3", { shiftKey: true });
    expect(await screen.findByText("3 of 3")).toBeTruthy();
    await find("xyz");
    expect(await screen.findByText("No results")).toBeTruthy();
  });

  it("opens with Ctrl+F, and gives the focus back with Esc", async () => {
    await open();
    const button = screen.getByRole("button", { name: "Menu" });
    button.focus();
    await press("f", { ctrlKey: true });
    expect(document.activeElement).toBe(await field());
    await find("hello");
    await screen.findByText("1 of 1");
    await press("Escape");
    await waitFor(() => expect(document.activeElement).toBe(button));
    expect((await field()).value).toBe("");
    expect(
      await screen.findByRole("heading", { level: 1, name: "The sea" }),
      "the video stays open",
    ).toBeTruthy();
    await press("F3");
    expect(document.activeElement, "F3 without words asks for them").toBe(await field());
  });

  it("ends the editing, and keeps what was typed", async () => {
    const server = { ...signedInStatus().server, editable: ["TRANSCRIPT"] };
    const backend = await renderWith(timed, server as never);
    backend.clickNotification("1");
    await fireEvent.click(await screen.findByRole("button", { name: "Edit" }));
    const text = await screen.findByRole("textbox", { name: "Transcript" });
    await fireEvent.input(text, { target: { value: "A walrus that was typed" } });
    await press("f", { ctrlKey: true });
    await find("typed");
    expect(await screen.findByText("1 of 1")).toBeTruthy();
    expect(document.querySelector(".transcript")?.textContent).toContain("that was typed");
  });

  it("shows the times of captions, which are beside the text", async () => {
    const backend = await renderWith("Hello.\nA walrus swims.");
    const caption = (start: number) => ({ start, end: start + 1, text: "" });
    backend.captionList = [caption(5), caption(161)];
    backend.clickNotification("1");
    expect(await screen.findByText("2:41")).toBeTruthy();
  });

  it("renders a part of a long transcript", async () => {
    await open(Array.from({ length: 20_000 }, (_, line) => `Line ${line}.`).join("\n"));
    await find("line");
    expect(await screen.findByText("1 of 20,000")).toBeTruthy();
    expect(document.querySelectorAll(".transcript p").length).toBeLessThan(200);
  });
});
