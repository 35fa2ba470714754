// examples/supabase/tallylight.sql in a real PostgreSQL, with stand-ins for what Supabase adds. What its triggers send goes
// over the studio's Realtime to `tally`.

import assert from "node:assert/strict";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { bin, videos } from "./support/environment.ts";
import { account, signIn, startStudio, upload, waitForCompletion } from "./support/studio.ts";
import { present, waitFor } from "./support/wait.ts";

const EXAMPLE = join(import.meta.dirname, "../../examples/supabase/tallylight.sql");
/** PostgreSQL refuses to run as root. */
const NOBODY = "65534";

const STAND_INS = `
  create role authenticated;
  create schema auth;
  create table auth.users (id uuid primary key);
  create function auth.uid() returns uuid language sql stable
    as $$ select nullif(current_setting('test.who', true), '')::uuid $$;
  create schema realtime;
  create table realtime.messages (
    number serial, topic text, extension text, event text, payload jsonb, private boolean
  );
  alter table realtime.messages enable row level security;
  create function realtime.topic() returns text language sql stable
    as $$ select current_setting('test.topic', true) $$;
  create function realtime.send(payload jsonb, event text, topic text, private boolean) returns void
    language sql as $$
      insert into realtime.messages (topic, extension, event, payload, private)
      values (topic, 'broadcast', event, payload, private) $$;
  create publication supabase_realtime;
  grant usage on schema public, auth, realtime to authenticated;
  alter default privileges in schema public grant select on tables to authenticated;
  grant select on realtime.messages to authenticated;
`;

interface Sent {
  topic: string;
  event: string;
  payload: { type: string; job_id: string; data: Record<string, unknown>; timestamp: string };
  private: boolean;
}

describe("the SQL for Supabase", { concurrency: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), "tallylight-sql-"));
  const versions = readdirSync("/usr/lib/postgresql");
  const postgres = (name: string) => join("/usr/lib/postgresql", present(versions[0]), "bin", name);
  let server: ChildProcess;
  let studio: ChildProcess;
  let url: string;
  /** A user of the studio, and a finished job there: messages about an unknown job are checked with the backend. */
  let user: string;
  let job: string;

  /** Runs SQL, and returns the rows of the last query as JSON. */
  function sql(text: string): string {
    const options = [
      "-h",
      folder,
      "-U",
      "postgres",
      "-X",
      "-q",
      "-A",
      "-t",
      "-v",
      "ON_ERROR_STOP=1",
    ];
    return execFileSync("psql", [...options, "postgres"], { input: text, encoding: "utf8" }).trim();
  }

  const rows = <T>(query: string) =>
    JSON.parse(sql(`select coalesce(json_agg(t), '[]') from (${query}) t`)) as T[];

  before(async () => {
    chmodSync(folder, 0o777);
    const data = join(folder, "data");
    const run = ["--reuid", NOBODY, "--clear-groups", "env", `HOME=${folder}`];
    const cluster = [postgres("initdb"), "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"];
    execFileSync("setpriv", [...run, ...cluster], { stdio: "ignore" });
    const options = [
      "-D",
      data,
      "-k",
      folder,
      "-c",
      "listen_addresses=",
      "-c",
      "wal_level=logical",
    ];
    server = spawn("setpriv", [...run, postgres("postgres"), ...options], { stdio: "ignore" });
    await waitFor("PostgreSQL", () => {
      try {
        return sql("select 1") === "1";
      } catch {
        return false;
      }
    });
    sql(STAND_INS);
    sql(readFileSync(EXAMPLE, "utf8"));
    ({ studio, url } = await startStudio(join(folder, "studio"), {
      args: ["--transport", "realtime"],
    }));
    const session = await signIn(url);
    user = session.user.id;
    sql(`insert into auth.users values ('${user}')`);
    job = (await upload(url, session.access_token, videos.silent)).job_id;
    await waitForCompletion(url, session.access_token, job);
  });
  after(() => {
    server?.kill("SIGINT");
    studio?.kill();
  });

  it("tells of a job, its stages and its texts as a pipeline writes them", () => {
    const video = sql(
      `insert into videos (user_id, original_filename, content_type, size_bytes)
       values ('${user}', 'night.mp4', 'video/mp4', 7) returning id`,
    );
    sql(`insert into video_jobs (id, video_id, user_id) values ('${job}', '${video}', '${user}')`);
    const of = `where id = '${job}'`;
    const stages = JSON.stringify({ PROBE: { status: "COMPLETED", progress_percent: 100 } });
    sql(`update video_jobs set status = 'PROCESSING', progress_percent = 40 ${of}`);
    sql(`update video_jobs set processing_stages = '${stages}' ${of}`);
    sql(
      `insert into video_metadata (job_id, user_id, title) values ('${job}', '${user}', 'A night')`,
    );
    sql(`update video_metadata set tags = '{city,night}' where job_id = '${job}'`);
    sql(`update video_jobs set status = 'FAILED', error_message = 'no moon' ${of}`);
    const sent = rows<Sent>("select * from realtime.messages order by number");
    assert.ok(sent.every(({ topic, ...message }) => topic === `jobs:${user}` && message.private));
    assert.deepEqual(
      sent.map(({ event, payload }) => [event, payload.type, payload.job_id, payload.data]),
      [
        ["JOB_UPDATE", { status: "PENDING", progress_percent: 0 }],
        ["JOB_UPDATE", { status: "PROCESSING", progress_percent: 40 }],
        ["STAGE_UPDATE", { stage_id: "PROBE", status: "COMPLETED", progress_percent: 100 }],
        ["METADATA_UPDATE", { metadata_type: "TITLE", content: "A night" }],
        ["METADATA_UPDATE", { metadata_type: "TAGS", content: ["city", "night"] }],
        ["JOB_UPDATE", { status: "FAILED", progress_percent: 40, error_message: "no moon" }],
      ].map(([event, data]) => [event, event, job, data]),
    );
    const times = sent.map(({ payload }) => Date.parse(payload.timestamp));
    assert.ok(times.every((time, index) => time >= (times[index - 1] ?? 0)));
  });

  it("shows everybody only their own rows and messages", () => {
    const other = sql("insert into auth.users values (gen_random_uuid()) returning id");
    const seen = (who: string, topic: string) =>
      sql(
        `set test.who = '${who}'; set test.topic = '${topic}'; set role authenticated;
         select (select count(*) from video_jobs), (select count(*) from video_metadata),
           (select count(*) > 0 from realtime.messages)`,
      );
    assert.equal(seen(user, `jobs:${user}`), "1|1|t");
    assert.equal(seen(other, `jobs:${other}`), "0|0|t", "a topic of one's own");
    assert.equal(seen(other, `jobs:${user}`), "0|0|f", "somebody else's topic");
    assert.throws(() =>
      sql(`set role authenticated; select public.tell('${user}', '${job}', 'ERROR', '{}', now())`),
    );
  });

  it("sends what Tallylight reads", async () => {
    const env = { ...process.env, TALLYLIGHT_PASSWORD: account.password };
    const args = ["--data-dir", join(folder, "tally"), "--no-keychain", "--json", "--server", url];
    const watch = spawn(bin("tally"), [...args, "watch", "--email", account.email], {
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines: string[] = [];
    createInterface({ input: watch.stdout }).on("line", (line) => lines.push(line));
    try {
      await waitFor("live", () => lines.some((line) => line.includes('"state":"live"')));
      const query = "select topic, event, payload, private from realtime.messages order by number";
      const answer = await fetch(`${url}/realtime/v1/api/broadcast`, {
        method: "POST",
        headers: {
          apikey: readFileSync(join(folder, "studio/service_key"), "utf8"),
          "content-type": "application/json",
        },
        body: JSON.stringify({ messages: rows<Sent>(query) }),
      });
      assert.equal(answer.status, 202);
      const last = await waitFor("the failure", () =>
        lines.find((line) => line.includes("no moon")),
      );
      const { job: seen } = JSON.parse(last) as {
        job: { status: string; metadata: Record<string, unknown> };
      };
      assert.equal(seen.status, "FAILED");
      assert.deepEqual(
        [seen.metadata["TITLE"], seen.metadata["TAGS"]],
        ["A night", ["city", "night"]],
      );
    } finally {
      watch.kill();
    }
  });
});
