import { cleanup, fireEvent, screen, waitFor } from "@testing-library/svelte";
import { afterEach, describe, expect, it } from "vitest";
import {
  firstRunStatus,
  MockBackend,
  mockJob,
  mockServer,
  signedInStatus,
} from "../../ipc/backend.mock";
import { runCommand, typeInto } from "../../testing/interactions";
import { renderApp } from "../../testing/render";

afterEach(cleanup);

describe("sign in", () => {
  const withGoogle = { ...mockServer, auth_providers: ["email", "google"] };

  it("shows a wrong password at its field, then signs in", async () => {
    const backend = new MockBackend(firstRunStatus(mockServer));
    backend.failures.set("signIn", {
      code: "invalid_credentials",
      message: "Incorrect email or password.",
      field: "password",
    });
    renderApp(backend);
    await typeInto("Email", "me@acme.tv");
    await typeInto("Password", "no");
    const button = screen.getByRole("button", { name: "Sign in" });
    await fireEvent.click(button);
    expect((await screen.findByRole("alert")).textContent).toBe("Incorrect email or password.");
    expect(document.activeElement).toBe(screen.getByLabelText("Password"));
    expect(screen.getByLabelText<HTMLInputElement>("Email").value).toBe("me@acme.tv");
    await fireEvent.click(button);
    expect(await screen.findByText("No videos yet")).toBeTruthy();
  });

  it("remembers the email, focuses the password and reports a missing one", async () => {
    const status = firstRunStatus(mockServer);
    const remembered = { address: "acme.tv", email: "me@acme.tv" };
    const backend = new MockBackend({ ...status, remembered });
    renderApp(backend);
    expect((await screen.findByLabelText<HTMLInputElement>("Email")).value).toBe("me@acme.tv");
    expect(document.activeElement).toBe(screen.getByLabelText("Password"));
    await fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
    expect((await screen.findByRole("alert")).textContent).toBe("Enter your password");
    expect(backend.calls.some((call) => call.startsWith("signIn "))).toBe(false);
    await fireEvent.click(screen.getByRole("button", { name: "Show password" }));
    expect(screen.getByLabelText<HTMLInputElement>("Password").type).toBe("text");
  });

  it("shows a hint while Caps Lock is on", async () => {
    renderApp(new MockBackend(firstRunStatus(mockServer)));
    const password = await screen.findByLabelText("Password");
    const typed = (capsLock: boolean) => {
      const event = new KeyboardEvent("keyup", { key: "a", bubbles: true });
      // The DOM of these tests does not support Caps Lock.
      event.getModifierState = (key) => key === "CapsLock" && capsLock;
      return fireEvent(password, event);
    };
    await typed(true);
    expect(await screen.findByText("Caps Lock is on")).toBeTruthy();
    await typed(false);
    await waitFor(() => expect(screen.queryByText("Caps Lock is on")).toBeNull());
  });

  it("shows an error of the server below the form", async () => {
    const backend = new MockBackend(firstRunStatus(mockServer));
    backend.failures.set("signIn", { code: "unreachable", message: "nothing answers" });
    renderApp(backend);
    await typeInto("Email", "me@acme.tv");
    await typeInto("Password", "right");
    await fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
    expect((await screen.findByRole("alert")).textContent?.trim()).toBe("Nothing answers");
    expect(screen.getByLabelText("Password").getAttribute("aria-invalid")).toBeNull();
  });

  it("waits for the browser, and can be cancelled", async () => {
    const backend = new MockBackend(firstRunStatus(withGoogle));
    renderApp(backend);
    const google = { name: "Continue with Google" };
    const button = await screen.findByRole("button", google);
    button.focus();
    await fireEvent.click(button);
    await screen.findByText(/Finish signing in in your browser/);
    expect(document.activeElement?.textContent?.trim()).toBe("Cancel");
    await fireEvent.click(screen.getByRole("button", { name: "Cancel" }));
    await fireEvent.click(await screen.findByRole("button", google));
    expect(screen.queryByRole("alert"), "cancelling is no error").toBeNull();
    await screen.findByText(/Finish signing in/);
    backend.finishBrowserSignIn?.({
      code: "sign_in_denied",
      message: "Sign-in failed: access_denied",
    });
    expect((await screen.findByRole("alert")).textContent?.trim()).toBe(
      "Sign-in failed: access_denied",
    );
    await fireEvent.click(screen.getByRole("button", google));
    await screen.findByText(/Finish signing in/);
    backend.finishBrowserSignIn?.();
    expect(await screen.findByText("No videos yet")).toBeTruthy();
  });

  it("has no password field if the studio has no passwords", async () => {
    const server = { ...mockServer, auth_providers: ["google"] };
    renderApp(new MockBackend(firstRunStatus(server)));
    expect(await screen.findByRole("button", { name: "Continue with Google" })).toBeTruthy();
    expect(screen.queryByLabelText("Password")).toBeNull();
  });

  it("shows why the session ended", async () => {
    const status = firstRunStatus(mockServer);
    const reason = {
      code: "session_expired" as const,
      message: "Your session has expired. Sign in again.",
    };
    renderApp(new MockBackend({ ...status, session: { ...status.session, reason } }));
    expect((await screen.findByRole("alert")).textContent).toContain("Your session has expired");
  });
});

describe("keychain that is not ready", () => {
  const reason = {
    code: "keychain_locked" as const,
    message: "The keychain is locked. Unlock it to continue, or sign in again.",
  };
  const restoring = { state: "restoring" as const, email: null, reason: null, warning: null };

  it("is awaited without a sign-in form", async () => {
    const backend = new MockBackend({ ...firstRunStatus(mockServer), session: restoring });
    renderApp(backend);
    await screen.findByText("Opening your studio…");
    expect(screen.queryByLabelText("Password")).toBeNull();
    backend.emit({ event: "session", ...restoring, reason });
    expect((await screen.findByRole("alert")).textContent).toContain("The keychain is locked");
    expect(screen.queryByLabelText("Password")).toBeNull();
    await fireEvent.click(screen.getByRole("button", { name: "Unlock keychain" }));
    expect(backend.calls).toContain("unlockKeychain");
    backend.emit({ event: "session", ...restoring, state: "signed_in", email: "me@acme.tv" });
    expect(await screen.findByText("No videos yet")).toBeTruthy();
  });

  it("offers to sign in again", async () => {
    const session = { ...restoring, reason: { code: "keychain" as const, message: "not there" } };
    renderApp(new MockBackend({ ...firstRunStatus(mockServer), session }));
    await fireEvent.click(await screen.findByRole("button", { name: "Sign in again" }));
    expect(await screen.findByLabelText("Password")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Unlock keychain" })).toBeNull();
  });
});

describe("sign out", () => {
  it("is confirmed if work would be lost", async () => {
    const job = mockJob({ job_id: "7", title: "Harbour", pending: ["TITLE"] });
    const backend = new MockBackend(signedInStatus(), [job]);
    renderApp(backend);
    await screen.findByText("Harbour");
    await runCommand("Sign out");
    await screen.findByText(/1 video has unsaved changes/);
    await fireEvent.click(screen.getByRole("button", { name: "Stay signed in" }));
    expect(screen.queryByText(/unsaved changes/)).toBeNull();
    expect(backend.calls).not.toContain("signOut");
    await runCommand("Sign out");
    await fireEvent.click(await screen.findByRole("button", { name: "Sign out anyway" }));
    expect(await screen.findByText("Sign in to Acme Studio")).toBeTruthy();
  });

  it("is immediate otherwise", async () => {
    const backend = new MockBackend(signedInStatus(), [mockJob({ job_id: "7", title: "Harbour" })]);
    renderApp(backend);
    await screen.findByText("Harbour");
    await runCommand("Sign out");
    expect(await screen.findByText("Sign in to Acme Studio")).toBeTruthy();
  });
});
