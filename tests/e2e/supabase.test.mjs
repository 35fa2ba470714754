// The public clients of Supabase Auth sign in, refresh and sign out against the studio: a second opinion on whether its
// endpoints are GoTrue's.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { GoTrueClient } from "@supabase/auth-js";
import { account, startStudio } from "./studio.mjs";

describe("Supabase's own clients against the studio", { concurrency: false }, () => {
  let studio;
  let auth;
  let apikey;
  let url;

  before(async () => {
    ({ studio, url } = await startStudio(mkdtempSync(join(tmpdir(), "tallylight-studio-"))));
    apikey = (await (await fetch(`${url}/.well-known/tallylight.json`)).json()).auth_key;
    auth = client();
  });
  after(() => studio?.kill());

  const client = () =>
    new GoTrueClient({ url: `${url}/auth/v1`, headers: { apikey }, autoRefreshToken: false, persistSession: false });

  it("refuses a wrong password with the code that everybody knows", async () => {
    const { error } = await auth.signInWithPassword({ ...account, password: "wrong horse" });
    assert.equal(error.code, "invalid_credentials");
    assert.equal(error.status, 400);
  });

  it("signs in, and knows the person", async () => {
    const { data, error } = await auth.signInWithPassword(account);
    assert.equal(error, null);
    assert.equal(data.user.email, "me@acme.tv");
    const user = await auth.getUser(data.session.access_token);
    assert.equal(user.data.user.id, data.user.id);
  });

  it("refreshes, and the token rotates", async () => {
    const before = (await auth.getSession()).data.session.refresh_token;
    const { data, error } = await auth.refreshSession();
    assert.equal(error, null);
    assert.notEqual(data.session.refresh_token, before);
  });

  it("refuses a token that was spent long ago, and ends the session", async () => {
    const other = client();
    const { data } = await other.signInWithPassword(account);
    const first = data.session.refresh_token;
    await other.refreshSession();
    await other.refreshSession();
    const reused = await client().refreshSession({ refresh_token: first });
    assert.equal(reused.error.code, "refresh_token_already_used");
    assert.equal((await other.refreshSession()).error.code, "refresh_token_not_found");
  });

  it("signs out, and the refresh token is worth nothing", async () => {
    const token = (await auth.getSession()).data.session.refresh_token;
    assert.equal((await auth.signOut({ scope: "local" })).error, null);
    const { error } = await client().refreshSession({ refresh_token: token });
    assert.equal(error.code, "refresh_token_not_found");
  });

  it("makes an account, once", async () => {
    const credentials = { email: "new@acme.tv", password: "correct horse" };
    assert.ok((await client().signUp(credentials)).data.session.access_token);
    assert.equal((await client().signUp(credentials)).error.code, "user_already_exists");
  });

  it("signs in with a provider, by PKCE", async () => {
    const store = new Map();
    const storage = {
      getItem: (key) => store.get(key) ?? null,
      setItem: (key, value) => store.set(key, value),
      removeItem: (key) => store.delete(key),
    };
    const options = { url: `${url}/auth/v1`, headers: { apikey }, autoRefreshToken: false, persistSession: true };
    const browser = new GoTrueClient({ ...options, flowType: "pkce", storage });
    const redirectTo = "http://127.0.0.1:9/callback";
    const { data } = await browser.signInWithOAuth({
      provider: "google",
      options: { redirectTo, skipBrowserRedirect: true },
    });
    const answer = await fetch(data.url, {
      method: "POST",
      redirect: "manual",
      body: new URLSearchParams(account),
    });
    const target = new URL(answer.headers.get("location"));
    assert.equal(target.origin + target.pathname, redirectTo);
    const { data: exchanged, error } = await browser.exchangeCodeForSession(target.searchParams.get("code"));
    assert.equal(error, null);
    assert.equal(exchanged.user.email, account.email);
  });

  it("does so in Python, too", () => {
    const script = new URL("supabase_client.py", import.meta.url).pathname;
    const args = [script, url, apikey, account.email, account.password];
    assert.equal(execFileSync(process.env.TALLYLIGHT_PYTHON, args, { encoding: "utf8" }).trim(), "ok");
  });
});
