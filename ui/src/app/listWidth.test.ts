import { cleanup, fireEvent, screen, waitFor } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MockBackend, mockJob, signedInStatus } from "../ipc/backend.mock";
import { renderApp } from "../testing/render";
import "../testing/viewport";
import { listLimits } from "./listWidth.svelte";

/** The width of the window and of the list while it has its default width, in pixels. */
const WINDOW = 1440;
const DEFAULT = 400;

const main = () => document.querySelector<HTMLElement>("main") as HTMLElement;
const chosen = () => main().style.getPropertyValue("--list-width");

beforeEach(() => {
  localStorage.clear();
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(WINDOW);
  vi.spyOn(HTMLElement.prototype, "offsetWidth", "get").mockImplementation(
    () => Number.parseFloat(chosen()) * 16 || DEFAULT,
  );
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

async function renderSplitter(): Promise<HTMLElement> {
  renderApp(new MockBackend(signedInStatus(), [mockJob({ job_id: "1", title: "The sea" })]));
  const splitter = await screen.findByRole("separator", { name: "Resize list" });
  await waitFor(() => expect(splitter.getAttribute("aria-valuemax")).toBe(String(1440 - 384)));
  return splitter;
}

const press = (splitter: HTMLElement, key: string) => fireEvent.keyDown(splitter, { key });

describe("the splitter between list and video", () => {
  it("keys: change the width within its limits", async () => {
    const splitter = await renderSplitter();
    expect(splitter.getAttribute("aria-valuemin")).toBe("256");
    expect(chosen()).toBe("");
    await press(splitter, "ArrowRight");
    expect(chosen()).toBe("26rem");
    await press(splitter, "Home");
    expect(chosen()).toBe("16rem");
    await press(splitter, "End");
    expect(chosen()).toBe("66rem");
  });

  it("dragging: follows the pointer, until it is released", async () => {
    const splitter = await renderSplitter();
    await fireEvent.mouseDown(splitter, { button: 0, clientX: 402 });
    await fireEvent.mouseMove(splitter, { clientX: 482 });
    expect(chosen()).toBe("30rem");
    await fireEvent.mouseMove(splitter, { clientX: 5 });
    expect(chosen()).toBe("16rem");
    await fireEvent.mouseUp(splitter);
    await fireEvent.mouseMove(splitter, { clientX: 700 });
    expect(chosen()).toBe("16rem");
  });

  it("the width is remembered, and a double click resets it", async () => {
    await press(await renderSplitter(), "Home");
    cleanup();
    const splitter = await renderSplitter();
    expect(chosen()).toBe("16rem");
    await fireEvent.dblClick(splitter);
    expect(chosen()).toBe("");
    cleanup();
    await renderSplitter();
    expect(chosen()).toBe("");
  });

  it("in a window that is too narrow for both: the list keeps its least width", () => {
    expect(listLimits(500)).toEqual({ min: 256, max: 256 });
  });
});
