import { fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { MockBackend, signedInStatus } from "../../ipc/backend.mock";
import { pressButton } from "../../testing/interactions";
import { invalidContent, openSettings, savedSettings } from "../../testing/settings";

const row = (id: string) =>
  document.querySelector<HTMLElement>(`[data-model="${id}"]`) as HTMLElement;
const radio = (id: string) => within(row(id)).getByRole<HTMLInputElement>("radio");

describe("speech recognition on this computer", () => {
  it("selects the first model that is downloaded", async () => {
    const backend = await openSettings("This computer");
    await screen.findByText("Speech recognition");
    expect(row("base").textContent).toContain("148 MB · 99 languages");
    expect(radio("base").disabled).toBe(true);
    await pressButton("Download base (148 MB)");
    await waitFor(() => expect(savedSettings(backend).computer.speech_model).toBe("base"));
    await waitFor(() => expect(backend.calls).toContain("downloadModel base"));
    await screen.findByText(/Downloading…/);
    await pressButton("Stop downloading base");
    await screen.findByText("Stopped 1 MB of 148 MB");
    await pressButton("Resume downloading base");
    await screen.findByText(/Downloading…/);
  });

  it("shows why a download failed", async () => {
    const backend = new MockBackend(signedInStatus());
    backend.setModel("tiny", { download: { received_bytes: 5_000_000, state: "no_space" } });
    await openSettings("This computer", backend);
    await screen.findByText(/Not enough disk space\. Free up space, then resume\./);
  });

  it("shows the speed of a model, selects, deletes and imports models", async () => {
    const backend = new MockBackend(signedInStatus());
    backend.setModel("tiny", { is_here: true, seconds_for_ten: 2.5 });
    backend.setModel("base", { is_here: true });
    await openSettings("This computer", backend);
    await screen.findByText(/About 15 sec per minute of video/);
    await fireEvent.click(radio("tiny"));
    await waitFor(() => expect(savedSettings(backend).computer.speech_model).toBe("tiny"));
    await pressButton("Delete base");
    await waitFor(() => expect(row("base").textContent).toContain("Download"));
    await pressButton("Choose model file…");
    await waitFor(() =>
      expect(savedSettings(backend).computer.speech_model).toBe("/home/me/ggml-own.bin"),
    );
    await fireEvent.click(screen.getByRole("radio", { name: /^Off/ }));
    await waitFor(() => expect(savedSettings(backend).computer.speech_model).toBeNull());
  });

  it("is not offered without an engine", async () => {
    const backend = new MockBackend(signedInStatus());
    backend.computerState = { ...backend.computerState, engine: "none" };
    await openSettings("This computer", backend);
    await screen.findByText(/Speech recognition isn't supported/);
    expect(row("base")).toBeNull();
  });

  it("shows the disk space of videos, and deletes copies after confirmation", async () => {
    const backend = await openSettings("This computer");
    await screen.findByText(/use 4\.2 GB\.\s+7 finished copies use 3\.9 GB\./);
    await pressButton("Delete finished copies…");
    expect(backend.calls).not.toContain("deleteFinishedCopies");
    await pressButton("Delete copies");
    await screen.findByText(/use 300 MB/);
    expect(backend.calls).toContain("deleteFinishedCopies");
  });
});

describe("language model", () => {
  it("shows its fields only while enabled", async () => {
    const backend = await openSettings("Suggestions");
    expect(screen.queryByLabelText("Server URL")).toBeNull();
    await fireEvent.click(screen.getByRole("checkbox"));
    const address = await screen.findByLabelText("Server URL");
    await fireEvent.input(address, { target: { value: " http://localhost:11434/v1 " } });
    await fireEvent.change(address);
    await waitFor(() =>
      expect(savedSettings(backend).language_model).toEqual({
        enabled: true,
        address: "http://localhost:11434/v1",
        model: null,
      }),
    );
    backend.failures.set("changeSettings", invalidContent('"llama" is no address'));
    await fireEvent.input(address, { target: { value: "llama" } });
    await fireEvent.change(address);
    await screen.findByText("“llama” is no address".replaceAll(/[“”]/g, '"'));
    await fireEvent.input(screen.getByLabelText("New API key"), { target: { value: "sk-1" } });
    await pressButton("Save");
    await screen.findByText("Saved");
    expect(backend.calls).toContain("setLanguageModelKey sk-1");
    await pressButton("Remove API key");
    expect(backend.calls).toContain("setLanguageModelKey ");
  });
});
