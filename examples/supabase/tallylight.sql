-- Tables, row level security and triggers for a Supabase project, with which a pipeline only writes rows: Supabase Realtime
-- tells Tallylight of each change (docs/protocol.md#realtime). Run it once in the SQL editor, and set `"transport":
-- "realtime"` in your discovery document.

create table public.videos (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  original_filename text not null,
  content_type text not null,
  size_bytes bigint not null,
  created_at timestamptz not null default now()
);

create table public.video_jobs (
  id uuid primary key default gen_random_uuid(),
  video_id uuid not null unique references public.videos (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  status text not null default 'PENDING' check (status in ('PENDING', 'PROCESSING', 'COMPLETED', 'FAILED')),
  progress_percent real not null default 0 check (progress_percent between 0 and 100),
  -- {"TRANSCRIPTION": {"status": "PROCESSING", "progress_percent": 10}}
  processing_stages jsonb not null default '{}',
  error_message text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index video_jobs_of_user on public.video_jobs (user_id, created_at desc);

create table public.video_metadata (
  job_id uuid primary key references public.video_jobs (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  title text,
  description text,
  tags text[],
  -- [{"start_seconds": 0, "title": "Intro"}]
  chapters jsonb,
  transcript_text text,
  updated_at timestamptz not null default now()
);

-- Everybody reads their own rows. The pipeline uses the service key, which row level security does not concern.

alter table public.videos enable row level security;
alter table public.video_jobs enable row level security;
alter table public.video_metadata enable row level security;
create policy "own videos" on public.videos for select to authenticated using (user_id = (select auth.uid()));
create policy "own jobs" on public.video_jobs for select to authenticated using (user_id = (select auth.uid()));
create policy "own texts" on public.video_metadata for select to authenticated using (user_id = (select auth.uid()));

-- Everybody receives the messages of their own topic.

create policy "own topic" on realtime.messages for select to authenticated
  using (realtime.messages.extension = 'broadcast' and realtime.topic() = 'jobs:' || (select auth.uid())::text);

-- Each change moves the time by which Tallylight orders it.

create function public.touch() returns trigger language plpgsql as $$
begin
  new.updated_at = clock_timestamp();
  return new;
end $$;
create trigger touch before update on public.video_jobs for each row execute function public.touch();
create trigger touch before update on public.video_metadata for each row execute function public.touch();

-- Each change is told as a message of the specification.

create function public.tell(owner uuid, job uuid, kind text, data jsonb, at timestamptz) returns void
language sql security definer set search_path = '' as $$
  select realtime.send(
    jsonb_build_object('type', kind, 'job_id', job, 'data', jsonb_strip_nulls(data), 'timestamp', at),
    kind, 'jobs:' || owner::text, true)
$$;
revoke execute on function public.tell from public;

create function public.tell_of_job() returns trigger language plpgsql security definer set search_path = '' as $$
declare
  stage text;
begin
  if tg_op = 'INSERT' or (new.status, new.progress_percent, new.error_message)
      is distinct from (old.status, old.progress_percent, old.error_message) then
    perform public.tell(new.user_id, new.id, 'JOB_UPDATE', jsonb_build_object(
      'status', new.status, 'progress_percent', new.progress_percent, 'error_message', new.error_message),
      new.updated_at);
  end if;
  for stage in select jsonb_object_keys(new.processing_stages) loop
    if tg_op = 'INSERT' or new.processing_stages -> stage is distinct from old.processing_stages -> stage then
      perform public.tell(new.user_id, new.id, 'STAGE_UPDATE',
        new.processing_stages -> stage || jsonb_build_object('stage_id', stage), new.updated_at);
    end if;
  end loop;
  return null;
end $$;
create trigger tell after insert or update on public.video_jobs for each row execute function public.tell_of_job();

create function public.tell_of_texts() returns trigger language plpgsql security definer set search_path = '' as $$
declare
  before jsonb := case when tg_op = 'INSERT' then '{}' else to_jsonb(old) end;
  after jsonb := to_jsonb(new);
  name text;
begin
  foreach name in array array['title', 'description', 'tags', 'chapters', 'transcript_text'] loop
    if after -> name <> 'null' and after -> name is distinct from before -> name then
      perform public.tell(new.user_id, new.job_id, 'METADATA_UPDATE', jsonb_build_object(
        'metadata_type', case name when 'transcript_text' then 'TRANSCRIPT' else upper(name) end,
        'content', after -> name), new.updated_at);
    end if;
  end loop;
  return null;
end $$;
create trigger tell after insert or update on public.video_metadata for each row execute function public.tell_of_texts();

-- New and deleted rows, which no message tells of, are reported as changes of rows.

alter publication supabase_realtime add table public.video_jobs, public.video_metadata;
