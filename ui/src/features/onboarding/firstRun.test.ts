import { cleanup, fireEvent, screen, waitFor } from "@testing-library/svelte";
import { afterEach, describe, expect, it } from "vitest";
import { firstRunStatus, MockBackend, mockServer, signedInStatus } from "../../ipc/backend.mock";
import { locale } from "../../state/locale.svelte";
import { renderApp, renderLiveApp } from "../../testing/render";

afterEach(async () => {
  cleanup();
  document.body.replaceChildren();
  await locale.setLanguage("en");
});

const thisComputer = signedInStatus({
  ...mockServer,
  features: ["upload"],
  identity: "this_computer",
});
const tryIt = { name: "Try it with a sample video" };

describe("the first run", () => {
  it("says what a studio is, what one gets, and what the keychain is for", async () => {
    renderApp(new MockBackend(firstRunStatus(null)));
    expect(await screen.findByText(/^A studio is the server on which/)).toBeTruthy();
    expect(screen.getByText(/^Every video gets thumbnails, chapters/)).toBeTruthy();
    expect(
      screen.getByText(/^The key to your videos is kept in this computer's keychain/),
    ).toBeTruthy();
  });

  it("says at the sign-in where it is kept", async () => {
    renderApp(new MockBackend(firstRunStatus(mockServer)));
    expect(
      await screen.findByText(/^Your sign-in is kept in this computer's keychain/),
    ).toBeTruthy();
  });
});

describe("the sample video", () => {
  it("is offered in the empty list of the studio on this computer alone", async () => {
    await renderLiveApp(new MockBackend(signedInStatus()));
    await screen.findByText("No videos yet");
    expect(screen.queryByRole("button", tryIt)).toBeNull();
    cleanup();
    const backend = await renderLiveApp(new MockBackend(thisComputer));
    await fireEvent.click(await screen.findByRole("button", tryIt));
    await waitFor(() => expect(backend.calls).toContain("uploadSample"));
  });

  it("says why it could not be made", async () => {
    const backend = new MockBackend(thisComputer);
    const message = "The sample video needs ffmpeg.";
    backend.failures.set("uploadSample", { code: "file", message });
    await renderLiveApp(backend);
    await fireEvent.click(await screen.findByRole("button", tryIt));
    expect(await screen.findByText(message)).toBeTruthy();
    await fireEvent.click(screen.getByRole("button", tryIt));
    await waitFor(() => expect(screen.queryByText(message)).toBeNull());
  });
});
