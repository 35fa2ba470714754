import { fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { MockBackend, signedInStatus } from "../backend.mock";
import { held, opened, press, wrong } from "../testing/settings";

const row = (id: string) =>
  document.querySelector<HTMLElement>(`[data-model="${id}"]`) as HTMLElement;
const radio = (id: string) => within(row(id)).getByRole<HTMLInputElement>("radio");

describe("speech recognition on this computer", () => {
  it("offers models with their sizes, and takes the first that is downloaded", async () => {
    const backend = await opened("This computer");
    await screen.findByText("Speech recognition");
    expect(row("base").textContent).toContain("148 MB · 99 languages");
    expect(radio("base").disabled).toBe(true);
    await press("Download base (148 MB)");
    await waitFor(() => expect(held(backend).computer.speech_model).toBe("base"));
    await waitFor(() => expect(backend.calls).toContain("downloadModel base"));
    await screen.findByText(/Downloading…/);
    await press("Stop the download of base");
    await screen.findByText("Stopped 1 MB of 148 MB");
    await press("Resume the download of base");
    await screen.findByText(/Downloading…/);
  });

  it("says why a download failed, and what to do", async () => {
    const backend = new MockBackend(signedInStatus());
    backend.setModel("tiny", { download: { received_bytes: 5_000_000, state: "no_space" } });
    await opened("This computer", backend);
    await screen.findByText(/not enough space on the disk\. Free some, then resume\./);
  });

  it("says how fast a model is here; it is chosen, deleted, or an own file taken", async () => {
    const backend = new MockBackend(signedInStatus());
    backend.setModel("tiny", { is_here: true, seconds_for_ten: 2.5 });
    backend.setModel("base", { is_here: true });
    await opened("This computer", backend);
    await screen.findByText(/1 minute of video takes about 15 sec here/);
    await fireEvent.click(radio("tiny"));
    await waitFor(() => expect(held(backend).computer.speech_model).toBe("tiny"));
    await press("Delete base");
    await waitFor(() => expect(row("base").textContent).toContain("Download"));
    await press("Choose a model file…");
    await waitFor(() => expect(held(backend).computer.speech_model).toBe("/home/me/ggml-own.bin"));
    await fireEvent.click(screen.getByRole("radio", { name: /^Off/ }));
    await waitFor(() => expect(held(backend).computer.speech_model).toBeNull());
  });

  it("is not offered where there is no engine", async () => {
    const backend = new MockBackend(signedInStatus());
    backend.machine = { ...backend.machine, engine: "none" };
    await opened("This computer", backend);
    await screen.findByText(/cannot recognize speech/);
    expect(row("base")).toBeNull();
  });

  it("says what videos take, and deletes finished copies once it is sure", async () => {
    const backend = await opened("This computer");
    await screen.findByText(/take 4\.2 GB\.\s+7 of them are finished; their copies take 3\.9 GB\./);
    await press("Delete finished copies…");
    expect(backend.calls).not.toContain("deleteFinishedCopies");
    await press("Delete copies");
    await screen.findByText(/take 300 MB/);
    expect(backend.calls).toContain("deleteFinishedCopies");
  });
});

describe("a language model", () => {
  it("is off, and asks for nothing until it is turned on", async () => {
    const backend = await opened("Suggestions");
    expect(screen.queryByLabelText("Address of the server")).toBeNull();
    await fireEvent.click(screen.getByRole("checkbox"));
    const address = await screen.findByLabelText("Address of the server");
    await fireEvent.input(address, { target: { value: " http://localhost:11434/v1 " } });
    await fireEvent.change(address);
    await waitFor(() =>
      expect(held(backend).language_model).toEqual({
        enabled: true,
        address: "http://localhost:11434/v1",
        model: null,
      }),
    );
    backend.failures.set("changeSettings", wrong('"llama" is no address'));
    await fireEvent.input(address, { target: { value: "llama" } });
    await fireEvent.change(address);
    await screen.findByText("“llama” is no address".replaceAll(/[“”]/g, '"'));
    await fireEvent.input(screen.getByLabelText("New key"), { target: { value: "sk-1" } });
    await press("Save");
    await screen.findByText("Saved");
    expect(backend.calls).toContain("setLanguageModelKey sk-1");
    await press("Remove key");
    expect(backend.calls).toContain("setLanguageModelKey ");
  });
});
