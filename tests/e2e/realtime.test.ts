// Supabase's public clients of Realtime join the studio's channels, receive, renew their token and ask for what they
// missed: they check the studio, and the studio checks Tallylight.

import assert from "node:assert/strict";
import { execFileSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { GoTrueClient } from "@supabase/auth-js";
import { RealtimeClient, type RealtimeChannel } from "@supabase/realtime-js";
import WebSocket from "ws";
import { requiredEnv, supportScript, videos } from "./support/environment.ts";
import { account, publicKey, startStudio, upload } from "./support/studio.ts";
import { present, waitFor } from "./support/wait.ts";

interface Received {
  event: string;
  payload: { job_id?: string; data?: { status?: string } };
  meta?: { id: string; replayed?: boolean };
}

describe("Supabase's Realtime clients against the studio", { concurrency: false }, () => {
  let studio: ChildProcess;
  let folder: string;
  let auth: GoTrueClient;
  let apikey: string;
  let url: string;
  let user: { id: string; token: string };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tallylight-studio-"));
    ({ studio, url } = await startStudio(folder, { args: ["--transport", "realtime"] }));
    apikey = await publicKey(url);
    auth = new GoTrueClient({
      url: `${url}/auth/v1`,
      headers: { apikey },
      autoRefreshToken: false,
      persistSession: false,
    });
    const { data } = await auth.signInWithPassword(account);
    user = { id: present(data.user).id, token: present(data.session).access_token };
  });
  after(() => studio?.kill());

  const client = async (vsn: string, token = user.token) => {
    const realtime = new RealtimeClient(`${url.replace("http", "ws")}/realtime/v1`, {
      params: { apikey },
      vsn,
      // The type of the option describes the browser's own.
      transport: WebSocket as never,
    });
    await realtime.setAuth(token);
    return realtime;
  };

  const subscribe = (channel: RealtimeChannel) =>
    new Promise<string>((resolve) => {
      channel.subscribe((status, error) => {
        resolve(
          error ? `${status}: ${error.message} ${JSON.stringify(error.cause ?? "")}` : status,
        );
      });
    });

  const broadcast = (messages: unknown, key = user.token) =>
    fetch(`${url}/realtime/v1/api/broadcast`, {
      method: "POST",
      headers: { apikey, authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ messages }),
    });

  for (const vsn of ["1.0.0", "2.0.0"]) {
    it(`joins with ${vsn}, and receives the messages and the new row of an upload`, async () => {
      const realtime = await client(vsn);
      const received: Received[] = [];
      const rows: string[] = [];
      const channel = realtime
        .channel(`jobs:${user.id}`, { config: { private: true } })
        .on("broadcast", { event: "*" }, (message) => received.push(message as never))
        .on("postgres_changes", { event: "*", schema: "public", table: "video_jobs" }, (change) =>
          rows.push(`${change.eventType} ${(change.new as { id: string }).id}`),
        );
      assert.equal(await subscribe(channel), "SUBSCRIBED");
      const { job_id } = await upload(url, user.token, videos.silent);
      await waitFor("the end of the job", () =>
        received.some(
          ({ event, payload }) =>
            event === "JOB_UPDATE" &&
            payload.job_id === job_id &&
            payload.data?.status === "COMPLETED",
        ),
      );
      assert.ok(received.some(({ event }) => event === "THUMBNAIL_GENERATED"));
      assert.ok(rows.includes(`INSERT ${job_id}`), rows.join());
      await realtime.disconnect();
    });
  }

  it("replays what was missed", async () => {
    const realtime = await client("2.0.0");
    const replayed: Received[] = [];
    const since = Date.now() - 60_000;
    const channel = realtime
      .channel(`jobs:${user.id}`, {
        config: { private: true, broadcast: { replay: { since, limit: 5 } } },
      })
      .on("broadcast", { event: "*" }, (message) => replayed.push(message as never));
    assert.equal(await subscribe(channel), "SUBSCRIBED");
    await waitFor("five messages", () => replayed.length === 5);
    assert.ok(replayed.every(({ meta }) => meta?.replayed));
    assert.equal(new Set(replayed.map(({ meta }) => meta?.id)).size, 5);
    await realtime.disconnect();
  });

  it("refuses another topic, a public channel and a token that is none, with Supabase's codes", async () => {
    for (const [topic, isPrivate, token, code] of [
      ["jobs:somebody", true, user.token, "Unauthorized"],
      [`jobs:${user.id}`, false, user.token, "PrivateOnly"],
      [`jobs:${user.id}`, true, "no-token", "MalformedJWT"],
      [`jobs:${user.id}`, true, `${user.token.slice(0, -8)}AAAAAAAA`, "JwtSignatureError"],
    ] as const) {
      const realtime = await client("1.0.0", token);
      const channel = realtime.channel(topic, { config: { private: isPrivate } });
      const refused = await subscribe(channel);
      assert.match(refused, /^CHANNEL_ERROR/);
      assert.ok(refused.includes(code), refused);
      await realtime.disconnect();
    }
  });

  it("keeps a channel over the refresh of its token", async () => {
    const realtime = await client("2.0.0");
    const received: Received[] = [];
    const channel = realtime
      .channel(`jobs:${user.id}`, { config: { private: true } })
      .on("broadcast", { event: "STAGE_UPDATE" }, (message) => received.push(message as never));
    assert.equal(await subscribe(channel), "SUBSCRIBED");
    const { data } = await auth.refreshSession();
    await realtime.setAuth(present(data.session).access_token);
    const message = { event: "STAGE_UPDATE", payload: { job_id: "7" } };
    await broadcast([{ ...message, topic: `jobs:${user.id}`, private: true }]);
    await waitFor("the message", () => received.length === 1);
    await realtime.disconnect();
  });

  it("takes broadcasts over HTTP from the user for the own topic, and from the service for all", async () => {
    const realtime = await client("1.0.0");
    const received: string[] = [];
    const channel = realtime
      .channel(`jobs:${user.id}`, { config: { private: true } })
      .on("broadcast", { event: "ERROR" }, ({ payload }) =>
        received.push((payload as { job_id: string }).job_id),
      );
    assert.equal(await subscribe(channel), "SUBSCRIBED");
    const message = (job_id: string, topic = `jobs:${user.id}`) => [
      { topic, event: "ERROR", payload: { job_id }, private: true },
    ];
    const service = readFileSync(join(folder, "service_key"), "utf8");
    assert.equal((await broadcast(message("foreign", "jobs:somebody"))).status, 202);
    assert.equal((await broadcast(message("own"))).status, 202);
    assert.equal((await broadcast(message("service"), service)).status, 202);
    await waitFor("both messages", () => received.length === 2);
    assert.deepEqual(received, ["own", "service"]);
    assert.equal((await broadcast(message("nobody"), "no-token")).status, 401);
    assert.equal((await broadcast("no list")).status, 422);
    await realtime.disconnect();
  });

  it("serves the Python client", () => {
    execFileSync(
      requiredEnv("TALLYLIGHT_PYTHON"),
      [
        supportScript("realtime_client.py"),
        url,
        apikey,
        account.email,
        account.password,
        videos.silent,
      ],
      { stdio: "inherit", timeout: 60_000 },
    );
  });
});
