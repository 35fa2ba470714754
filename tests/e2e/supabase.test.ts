// The public clients of Supabase Auth sign in, refresh and sign out: they check that the studio implements GoTrue's
// endpoints.

import assert from "node:assert/strict";
import { execFileSync, type ChildProcess } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { GoTrueClient } from "@supabase/auth-js";
import { requiredEnv, supportScript } from "./support/environment.ts";
import { account, publicKey, startStudio } from "./support/studio.ts";
import { present } from "./support/wait.ts";

describe("Supabase's own clients against the studio", { concurrency: false }, () => {
  let studio: ChildProcess;
  let auth: GoTrueClient;
  let apikey: string;
  let url: string;

  before(async () => {
    ({ studio, url } = await startStudio(mkdtempSync(join(tmpdir(), "tallylight-studio-"))));
    apikey = await publicKey(url);
    auth = client();
  });
  after(() => studio?.kill());

  const client = () =>
    new GoTrueClient({
      url: `${url}/auth/v1`,
      headers: { apikey },
      autoRefreshToken: false,
      persistSession: false,
    });

  it("rejects a wrong password with GoTrue's code", async () => {
    const { error } = await auth.signInWithPassword({ ...account, password: "wrong horse" });
    assert.equal(error?.code, "invalid_credentials");
    assert.equal(error?.status, 400);
  });

  it("signs in, and returns the user", async () => {
    const { data, error } = await auth.signInWithPassword(account);
    assert.equal(error, null);
    assert.equal(data.user?.email, "me@acme.tv");
    const user = await auth.getUser(data.session?.access_token);
    assert.equal(user.data.user?.id, data.user?.id);
  });

  it("refreshes, and rotates the refresh token", async () => {
    const before = present((await auth.getSession()).data.session).refresh_token;
    const { data, error } = await auth.refreshSession();
    assert.equal(error, null);
    assert.notEqual(present(data.session).refresh_token, before);
  });

  it("rejects a refresh token that was used before, and ends the session", async () => {
    const other = client();
    const { data } = await other.signInWithPassword(account);
    const first = present(data.session).refresh_token;
    await other.refreshSession();
    await other.refreshSession();
    const reused = await client().refreshSession({ refresh_token: first });
    assert.equal(reused.error?.code, "refresh_token_already_used");
    assert.equal((await other.refreshSession()).error?.code, "refresh_token_not_found");
  });

  it("signed out: rejects the refresh token", async () => {
    const token = present((await auth.getSession()).data.session).refresh_token;
    assert.equal((await auth.signOut({ scope: "local" })).error, null);
    const { error } = await client().refreshSession({ refresh_token: token });
    assert.equal(error?.code, "refresh_token_not_found");
  });

  it("signs up once with an email", async () => {
    const credentials = { email: "new@acme.tv", password: "correct horse" };
    assert.ok((await client().signUp(credentials)).data.session?.access_token);
    assert.equal((await client().signUp(credentials)).error?.code, "user_already_exists");
  });

  it("signs in with a provider, by PKCE", async () => {
    const store = new Map<string, string>();
    const storage = {
      getItem: (key: string) => store.get(key) ?? null,
      setItem: (key: string, value: string) => void store.set(key, value),
      removeItem: (key: string) => void store.delete(key),
    };
    const options = {
      url: `${url}/auth/v1`,
      headers: { apikey },
      autoRefreshToken: false,
      persistSession: true,
    };
    const browser = new GoTrueClient({ ...options, flowType: "pkce", storage });
    const redirectTo = "http://127.0.0.1:9/callback";
    const { data } = await browser.signInWithOAuth({
      provider: "google",
      options: { redirectTo, skipBrowserRedirect: true },
    });
    const answer = await fetch(present(data.url), {
      method: "POST",
      redirect: "manual",
      body: new URLSearchParams(account),
    });
    const target = new URL(present(answer.headers.get("location")));
    assert.equal(target.origin + target.pathname, redirectTo);
    const { data: exchanged, error } = await browser.exchangeCodeForSession(
      present(target.searchParams.get("code")),
    );
    assert.equal(error, null);
    assert.equal(exchanged.user?.email, account.email);
  });

  it("works with the Python client", () => {
    const args = [
      supportScript("supabase_client.py"),
      url,
      apikey,
      account.email,
      account.password,
    ];
    assert.equal(
      execFileSync(requiredEnv("TALLYLIGHT_PYTHON"), args, { encoding: "utf8" }).trim(),
      "ok",
    );
  });
});
