import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { afterEach, describe, expect, it } from "vitest";
import App from "./App.svelte";
import { MockBackend, firstRunStatus, mockJob, mockServer, signedInStatus } from "./backend.mock";
import { choose, type } from "./testing/acting";

afterEach(cleanup);

describe("signing in", () => {
  const withGoogle = { ...mockServer, auth_providers: ["email", "google"] };

  it("keeps the form and says what is wrong with the password, then lets in", async () => {
    const backend = new MockBackend(firstRunStatus(mockServer));
    backend.failures.set("signIn", {
      code: "invalid_credentials",
      message: "email or password is wrong",
      field: "password",
    });
    render(App, { backend });
    await type("Email", "me@acme.tv");
    await type("Password", "no");
    const button = screen.getByRole("button", { name: "Sign in" });
    await fireEvent.click(button);
    expect((await screen.findByRole("alert")).textContent).toBe("Email or password is wrong");
    expect(document.activeElement).toBe(screen.getByLabelText("Password"));
    expect(screen.getByLabelText<HTMLInputElement>("Email").value).toBe("me@acme.tv");
    await fireEvent.click(button);
    expect(await screen.findByText("No videos yet")).toBeTruthy();
  });

  it("knows the email, waits at the password, and says what is missing", async () => {
    const status = firstRunStatus(mockServer);
    const remembered = { address: "acme.tv", email: "me@acme.tv" };
    const backend = new MockBackend({ ...status, remembered });
    render(App, { backend });
    expect((await screen.findByLabelText<HTMLInputElement>("Email")).value).toBe("me@acme.tv");
    expect(document.activeElement).toBe(screen.getByLabelText("Password"));
    await fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
    expect((await screen.findByRole("alert")).textContent).toBe("Type your password");
    expect(backend.calls.some((call) => call.startsWith("signIn "))).toBe(false);
    await fireEvent.click(screen.getByRole("button", { name: "Show the password" }));
    expect(screen.getByLabelText<HTMLInputElement>("Password").type).toBe("text");
  });

  it("hints at caps lock", async () => {
    render(App, { backend: new MockBackend(firstRunStatus(mockServer)) });
    const password = await screen.findByLabelText("Password");
    const typed = (capsLock: boolean) => {
      const event = new KeyboardEvent("keyup", { key: "a", bubbles: true });
      // The DOM of these tests knows no Caps Lock.
      event.getModifierState = (key) => key === "CapsLock" && capsLock;
      return fireEvent(password, event);
    };
    await typed(true);
    expect(await screen.findByText("Caps Lock is on")).toBeTruthy();
    await typed(false);
    await waitFor(() => expect(screen.queryByText("Caps Lock is on")).toBeNull());
  });

  it("says what is wrong with the server under the form, not at a field", async () => {
    const backend = new MockBackend(firstRunStatus(mockServer));
    backend.failures.set("signIn", { code: "unreachable", message: "nothing answers" });
    render(App, { backend });
    await type("Email", "me@acme.tv");
    await type("Password", "right");
    await fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
    expect((await screen.findByRole("alert")).textContent?.trim()).toBe("Nothing answers");
    expect(screen.getByLabelText("Password").getAttribute("aria-invalid")).toBeNull();
  });

  it("waits for the browser, can be cancelled, and goes on by itself", async () => {
    const backend = new MockBackend(firstRunStatus(withGoogle));
    render(App, { backend });
    const google = { name: "Continue with Google" };
    const button = await screen.findByRole("button", google);
    button.focus();
    await fireEvent.click(button);
    await screen.findByText(/Finish signing in in your browser/);
    expect(document.activeElement?.textContent?.trim()).toBe("Cancel");
    await fireEvent.click(screen.getByRole("button", { name: "Cancel" }));
    await fireEvent.click(await screen.findByRole("button", google));
    expect(screen.queryByRole("alert"), "whoever cancelled knows").toBeNull();
    await screen.findByText(/Finish signing in/);
    backend.leavePage?.({ code: "sign_in_denied", message: "the sign-in page refused" });
    expect((await screen.findByRole("alert")).textContent?.trim()).toBe("The sign-in page refused");
    await fireEvent.click(screen.getByRole("button", google));
    await screen.findByText(/Finish signing in/);
    backend.leavePage?.();
    expect(await screen.findByText("No videos yet")).toBeTruthy();
  });

  it("asks for no password where there is none", async () => {
    const server = { ...mockServer, auth_providers: ["google"] };
    render(App, { backend: new MockBackend(firstRunStatus(server)) });
    expect(await screen.findByRole("button", { name: "Continue with Google" })).toBeTruthy();
    expect(screen.queryByLabelText("Password")).toBeNull();
  });

  it("says why somebody was signed out", async () => {
    const status = firstRunStatus(mockServer);
    const reason = { code: "session_expired" as const, message: "the session has ended" };
    render(App, {
      backend: new MockBackend({ ...status, session: { ...status.session, reason } }),
    });
    expect((await screen.findByRole("alert")).textContent).toContain("The session has ended");
  });
});

describe("a keychain that is not ready", () => {
  const reason = { code: "keychain_locked" as const, message: "the keychain is locked" };
  const restoring = { state: "restoring" as const, email: null, reason: null, warning: null };

  it("is waited for without asking anybody to sign in", async () => {
    const backend = new MockBackend({ ...firstRunStatus(mockServer), session: restoring });
    render(App, { backend });
    await screen.findByText("Opening your studio…");
    expect(screen.queryByLabelText("Password")).toBeNull();
    backend.emit({ event: "session", ...restoring, reason });
    expect((await screen.findByRole("alert")).textContent).toContain("The keychain is locked");
    expect(screen.queryByLabelText("Password")).toBeNull();
    await fireEvent.click(screen.getByRole("button", { name: "Unlock the keychain" }));
    expect(backend.calls).toContain("unlockKeychain");
    backend.emit({ event: "session", ...restoring, state: "signed_in", email: "me@acme.tv" });
    expect(await screen.findByText("No videos yet")).toBeTruthy();
  });

  it("leaves it to the person to sign in again instead", async () => {
    const session = { ...restoring, reason: { code: "keychain" as const, message: "not there" } };
    render(App, { backend: new MockBackend({ ...firstRunStatus(mockServer), session }) });
    await fireEvent.click(await screen.findByRole("button", { name: "Sign in again" }));
    expect(await screen.findByLabelText("Password")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Unlock the keychain" })).toBeNull();
  });
});

describe("signing out", () => {
  it("asks first where something would be lost", async () => {
    const job = mockJob({ job_id: "7", title: "Harbour", pending: ["TITLE"] });
    const backend = new MockBackend(signedInStatus(), [job]);
    render(App, { backend });
    await screen.findByText("Harbour");
    await choose("Sign out");
    await screen.findByText(/Changes of one video are not saved yet/);
    await fireEvent.click(screen.getByRole("button", { name: "Stay signed in" }));
    expect(screen.queryByText(/not saved yet/)).toBeNull();
    expect(backend.calls).not.toContain("signOut");
    await choose("Sign out");
    await fireEvent.click(await screen.findByRole("button", { name: "Sign out anyway" }));
    expect(await screen.findByText("Sign in to Acme Studio")).toBeTruthy();
  });

  it("asks nothing where nothing would be", async () => {
    const backend = new MockBackend(signedInStatus(), [mockJob({ job_id: "7", title: "Harbour" })]);
    render(App, { backend });
    await screen.findByText("Harbour");
    await choose("Sign out");
    expect(await screen.findByText("Sign in to Acme Studio")).toBeTruthy();
  });
});
