import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, describe, expect, it } from "vitest";
import { MockBackend, mockJob, mockServer, signedInStatus } from "../../ipc/backend.mock";
import type { Template } from "../../ipc/bindings";
import { pressButton, runCommand, typeInto } from "../../testing/interactions";
import { renderLiveApp } from "../../testing/render";
import { openSettings } from "../../testing/settings";
import "../../testing/viewport";
import { forgetDrafts } from "./templateDraft.svelte";
import { isOverLimit, shownTexts, unknownPlaceholder } from "./templates";

afterEach(() => {
  cleanup();
  forgetDrafts();
  document.body.replaceChildren();
});

const usual: Template = {
  template_id: 1,
  name: "Usual",
  description: "{description}\n\nSubscribe!",
  tags: ["film"],
  title_rule: "title_case",
  links: [],
};

const film = mockJob({
  job_id: "1",
  title: "the sea",
  status: "COMPLETED",
  metadata: { TITLE: "the sea", DESCRIPTION: "A walk.", TAGS: ["sea"] },
});

function backendWith(templates: Template[], jobs = [film]): MockBackend {
  const backend = new MockBackend(signedInStatus(), jobs);
  backend.templateList = templates;
  return backend;
}

const button = (name: string) => screen.getByRole<HTMLButtonElement>("button", { name });

describe("the rules of templates in the window", () => {
  it("finds placeholders that do not exist", () => {
    expect(unknownPlaceholder("{title} {Tags} {{anything}} {} { x }")).toBeUndefined();
    expect(unknownPlaceholder("{title} {thing}")).toBe("thing");
  });

  it("counts what is over YouTube's limits", () => {
    expect(isOverLimit("TITLE", "a".repeat(100))).toBe(false);
    expect(isOverLimit("TITLE", "a".repeat(101))).toBe(true);
    expect(isOverLimit("TITLE", "👨‍👩‍👧".repeat(100))).toBe(false);
    expect(isOverLimit("TAGS", ["a b".repeat(166)])).toBe(false);
    expect(
      isOverLimit(
        "TAGS",
        Array.from({ length: 100 }, (_, n) => `t ${n}`),
      ),
    ).toBe(true);
    expect(isOverLimit("CHAPTERS", "x")).toBe(false);
  });

  it("reads the texts of a video without any", () => {
    const texts = shownTexts(() => null, mockJob({ job_id: "1", created_at: null }));
    expect(texts).toEqual({ title: "", description: "", tags: [], chapters: [], date: null });
  });
});

describe("the templates in the settings", () => {
  it("makes a template, with a preview; a wrong placeholder is named and not stored", async () => {
    const backend = await openSettings("Templates", backendWith([]));
    await screen.findByText("No templates yet.");
    await pressButton("New template…");
    await fireEvent.click(button("Save"));
    expect(await screen.findByText("Enter a name")).toBeTruthy();
    await typeInto("Name", "Travel");
    await typeInto("Description", "On {nothing}");
    expect(await screen.findByText("There is no placeholder {nothing}")).toBeTruthy();
    await pressButton("Save");
    expect(backend.templateList).toEqual([]);
    await typeInto("Description", "{title}: ");
    await pressButton("{links}");
    await typeInto("Tags to add", "#travel, film");
    await typeInto("Links, one per line", "https://a.test\n\nhttps://b.test");
    expect(await screen.findByText(/a walk by the sea: https:\/\/a\.test/)).toBeTruthy();
    await pressButton("Save");
    await screen.findByText("Travel");
    expect(backend.templateList).toEqual([
      {
        template_id: 1,
        name: "Travel",
        description: "{title}: {links}",
        tags: ["travel", "film"],
        title_rule: "keep",
        links: ["https://a.test", "https://b.test"],
      },
    ]);
  });

  it("changes a template, keeps what was typed when it is closed, and deletes it after a question", async () => {
    const backend = await openSettings("Templates", backendWith([usual]));
    await fireEvent.click(await screen.findByRole("button", { name: "Edit Usual" }));
    await typeInto("Name", "Renamed");
    await pressButton("Close");
    await fireEvent.keyDown(document.body, { key: ",", ctrlKey: true });
    await fireEvent.click(await screen.findByRole("button", { name: "Templates" }));
    await fireEvent.click(await screen.findByRole("button", { name: "Edit Usual" }));
    expect((await screen.findByLabelText<HTMLInputElement>("Name")).value).toBe("Renamed");
    await pressButton("Save");
    await fireEvent.click(await screen.findByRole("button", { name: "Delete Renamed" }));
    expect(backend.templateList).toEqual([{ ...usual, name: "Renamed" }]);
    await pressButton("Delete");
    await screen.findByText("No templates yet.");
    expect(backend.templateList).toEqual([]);
  });

  it("a template that cannot be stored stays in the form, with the reason", async () => {
    const backend = await openSettings("Templates", backendWith([usual]));
    await fireEvent.click(await screen.findByRole("button", { name: "Edit Usual" }));
    backend.failures.set("saveTemplate", { code: "storage", message: "no disk." });
    await pressButton("Save");
    expect(await screen.findByText(/no disk/i)).toBeTruthy();
    expect(screen.getByLabelText<HTMLInputElement>("Name").value).toBe("Usual");
  });
});

describe("applying a template in the editor", () => {
  async function openFilm(backend: MockBackend) {
    await renderLiveApp(backend);
    backend.clickNotification("1");
    await screen.findByRole("textbox", { name: "Title" });
  }

  const title = () => screen.getByRole<HTMLInputElement>("textbox", { name: "Title" });
  const description = () => screen.getByRole<HTMLInputElement>("textbox", { name: "Description" });

  it("works on what is typed, shows what changes, fills the fields and saves nothing", async () => {
    const backend = backendWith([usual]);
    await openFilm(backend);
    await fireEvent.input(title(), { target: { value: "the wide sea" } });
    await pressButton("Apply template…");
    const diff = await screen.findByRole("group", { name: "Title" });
    expect(diff.textContent).toContain("the wide sea");
    expect(diff.textContent).toContain("The Wide Sea");
    await pressButton("Apply");
    await waitFor(() => expect(title().value).toBe("The Wide Sea"));
    expect(description().value).toBe("A walk.\n\nSubscribe!");
    expect(screen.getByText("Unsaved changes: Title, Tags, Description")).toBeTruthy();
    expect(backend.calls.filter((call) => call.startsWith("edit"))).toEqual([]);
    await pressButton("Undo last change");
    expect([title().value, description().value]).toEqual(["the wide sea", "A walk."]);
  });

  it("leaves out fields that the studio does not let be edited", async () => {
    const backend = backendWith([usual]);
    backend.currentStatus = signedInStatus({ ...mockServer, editable: ["TAGS"] });
    await openFilm(backend);
    await pressButton("Apply template…");
    await waitFor(() => expect(document.querySelector('[data-change="TAGS"]')).not.toBeNull());
    expect(document.querySelector('[data-change="TITLE"]')).toBeNull();
  });

  it("is not offered where no text can be edited", async () => {
    const backend = backendWith([usual]);
    backend.currentStatus = signedInStatus({ ...mockServer, editable: ["CHAPTERS"] });
    await openFilm(backend);
    expect(screen.queryByRole("button", { name: "Apply template…" })).toBeNull();
  });

  it("makes the first template there", async () => {
    const backend = backendWith([]);
    await openFilm(backend);
    await pressButton("Apply template…");
    await screen.findByText("No templates yet.");
    expect(button("Apply").disabled).toBe(true);
    await pressButton("New template…");
    await typeInto("Name", "First");
    await typeInto("Tags to add", "film");
    const form = within(screen.getByRole("form", { name: "Template" }));
    await fireEvent.click(form.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(button("Apply").disabled).toBe(false));
    await pressButton("Apply");
    await screen.findByText("Unsaved changes: Tags");
  });
});

describe("signing out", () => {
  it("asks first if there are templates", async () => {
    const backend = await renderLiveApp(backendWith([usual]));
    await runCommand("Sign out");
    expect(await screen.findByText(/1 template is on this computer only\./)).toBeTruthy();
    expect(backend.calls).not.toContain("signOut");
    await pressButton("Sign out anyway");
    await waitFor(() => expect(backend.calls).toContain("signOut"));
  });
});
