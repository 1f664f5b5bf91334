-- Media: files of messages. A worker fetches each from the provider once, under a lease, into a private bucket.

create table public.message_media (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  message_id uuid not null references public.whatsapp_messages (id) on delete cascade,
  external_id text not null,
  kind text not null check (kind in ('image', 'video', 'audio', 'document', 'sticker')),
  mime_type text not null default '',
  file_name text,
  sha256 text,
  size_bytes bigint,
  storage_path text,
  state text not null default 'pending' check (state in ('pending', 'fetching', 'stored', 'failed')),
  reason text check (reason in ('gone', 'too_large', 'type_refused', 'digest_mismatch', 'unavailable')),
  error text,
  transcription text check (transcription in ('waiting', 'done', 'failed')),
  run_at timestamptz default now(),
  token uuid,
  attempts integer not null default 0,
  created_at timestamptz not null default now(),
  stored_at timestamptz,
  unique (message_id, external_id),
  check ((state = 'failed') = (reason is not null)),
  check (state <> 'stored' or storage_path is not null)
);
create index message_media_business_idx on public.message_media (business_id);
create index message_media_due_idx on public.message_media (run_at) where run_at is not null;
comment on table public.message_media is 'Files of messages: where the provider keeps them and, once fetched, where we do.';
comment on column public.message_media.external_id is 'The provider''s id of the file; empty for a file that an agent gave us.';
comment on column public.message_media.mime_type is 'As declared by the sender until the file is stored; from then on what the bytes showed.';
comment on column public.message_media.run_at is 'When to claim; once claimed it is when the lease ends. Null: nothing is left to do.';
comment on column public.message_media.transcription is 'Of audio when transcripts are on: waiting, done or failed. Null: nobody asked for one.';

create table public.media_uploads (
  account_id uuid not null references public.channel_accounts (id) on delete cascade,
  storage_path text not null,
  business_id uuid not null references public.businesses (id) on delete cascade,
  external_id text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  primary key (account_id, storage_path)
);
create index media_uploads_business_idx on public.media_uploads (business_id);
comment on table public.media_uploads is 'Files of ours that a provider holds already, so that one is sent to many but uploaded once.';

alter table public.message_media enable row level security;
alter table public.media_uploads enable row level security;
grant select, insert, update, delete on public.message_media, public.media_uploads to service_role;
grant select on public.message_media to authenticated;
create policy "staff read" on public.message_media for select to authenticated
  using (business_id in (select private.my_businesses()));

create function private.note_media() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.note_changes(array(
    select m.conversation_id from changed c join public.whatsapp_messages m on m.id = c.message_id
  ));
  return null;
end
$$;
comment on function private.note_media() is 'Notes the conversations of files, as note_conversations does.';
select private.tell_changes_of('public.message_media', 'private.note_media');

-- Nothing that a browser could run: no HTML, no SVG, no scripts, no archives.
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('media', 'media', false, 104857600, array['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/heic',
  'video/mp4', 'video/3gpp', 'audio/aac', 'audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/ogg', 'application/pdf', 'text/plain',
  'text/csv', 'application/msword', 'application/vnd.ms-excel', 'application/vnd.ms-powerpoint',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  'application/vnd.oasis.opendocument.text', 'application/vnd.oasis.opendocument.spreadsheet'])
on conflict (id) do update set public = excluded.public, file_size_limit = excluded.file_size_limit,
  allowed_mime_types = excluded.allowed_mime_types;

-- A path is business/conversation/message.ext, or business/conversation/out/file.ext for what an agent attaches.
create policy "staff read files of their business" on storage.objects for select to authenticated
  using (bucket_id = 'media' and (storage.foldername(name))[1] in (select b::text from private.my_businesses() b));
create policy "agents attach files" on storage.objects for insert to authenticated
  with check (bucket_id = 'media' and (storage.foldername(name))[3] = 'out' and array_length(storage.foldername(name), 1) = 3
    and (storage.foldername(name))[1] in (select b::text from private.my_businesses_as('{admin,agent}') b));

create function private.keep_media(p_account public.channel_accounts, p_message_id uuid, e jsonb, p_options jsonb,
  out kept boolean, out hold_until timestamptz)
language plpgsql set search_path = ''
as $$
declare
  v_wait double precision := coalesce((p_options ->> 'voice_wait_ms')::double precision, 0) / 1000;
  v_is_voice boolean := e ->> 'type' = 'audio' and v_wait > 0;
  -- A simulated account has no provider to fetch from: what is played there was put into the business's own folder before.
  v_played text := p_account.business_id || '/' || substring(e #>> '{payload,media,id}'
    from '^played:([0-9a-f-]{36}/out/[0-9a-f]{32}[.][a-z0-9]{1,5})$');
begin
  kept := false;
  if nullif(e #>> '{payload,media,id}', '') is null or (p_account.simulated and v_played is null)
    or e ->> 'type' not in ('image', 'video', 'audio', 'document', 'sticker')
  then
    return;
  end if;
  v_played := case when p_account.simulated then v_played end;
  insert into public.message_media (business_id, message_id, external_id, kind, mime_type, file_name, sha256, transcription,
    storage_path, state, stored_at, run_at)
  values (p_account.business_id, p_message_id, e #>> '{payload,media,id}', e ->> 'type',
    coalesce(e #>> '{payload,media,mime_type}', ''), e #>> '{payload,media,filename}', e #>> '{payload,media,sha256}',
    case when v_is_voice then 'waiting' end, v_played, case when v_played is null then 'pending' else 'stored' end,
    case when v_played is not null then now() end, case when v_played is null or v_is_voice then now() end)
  on conflict (message_id, external_id) do nothing;
  kept := found;
  if kept and v_is_voice then
    hold_until := now() + make_interval(secs => v_wait);
  end if;
end
$$;
comment on function private.keep_media(public.channel_accounts, uuid, jsonb, jsonb) is
  'Notes the file of a message to be fetched. hold_until: how long an answer may wait for the transcript of a voice note.';

create function public.claim_media(p_limit integer, p_lease_seconds integer) returns jsonb
language plpgsql set search_path = '' set enable_seqscan = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_files jsonb;
begin
  with due as (
    select d.id from public.message_media d where d.run_at <= now() order by d.run_at limit p_limit for update skip locked
  ), claimed as (
    update public.message_media x set token = gen_random_uuid(), attempts = x.attempts + 1,
      state = case when x.state = 'stored' then 'stored' else 'fetching' end,
      run_at = now() + make_interval(secs => p_lease_seconds)
    from due where x.id = due.id returning x.*
  )
  -- Voice notes first: somebody waits for an answer to them.
  select coalesce(jsonb_agg(jsonb_build_object('id', x.id, 'token', x.token, 'attempts', x.attempts, 'business_id', x.business_id,
      'conversation_id', m.conversation_id, 'contact_id', c.contact_id, 'message_id', x.message_id, 'channel', a.channel, 'account', a.external_id,
      'external_id', x.external_id, 'kind', x.kind, 'mime_type', x.mime_type, 'sha256', x.sha256,
      'stored_path', case when x.state = 'stored' then x.storage_path end,
      'wants_transcript', coalesce(x.transcription = 'waiting', false), 'languages', b.languages)
    order by x.transcription is distinct from 'waiting', x.created_at), '[]'::jsonb) into v_files
  from claimed x
  join public.whatsapp_messages m on m.id = x.message_id
  join public.whatsapp_conversations c on c.id = m.conversation_id
  join public.channel_accounts a on a.id = m.account_id
  join public.businesses b on b.id = x.business_id;
  return jsonb_build_object('files', v_files,
    'next_ms', (select ceil(extract(epoch from min(run_at) - now()) * 1000) from public.message_media where run_at is not null));
end
$$;
comment on function public.claim_media(integer, integer) is
  'Claims up to p_limit files to fetch or to transcribe for p_lease_seconds, also those whose worker died. '
  'Returns files with their tokens and in how many ms the next is due, null when none waits.';

create function private.lock_media(p_id uuid, p_token uuid, out f public.message_media, out conversation_id uuid)
language plpgsql set search_path = ''
as $$
begin
  select m.conversation_id into lock_media.conversation_id
  from public.message_media x join public.whatsapp_messages m on m.id = x.message_id where x.id = p_id and x.token = p_token;
  -- The conversation is locked before what belongs to it everywhere, so that nobody waits in a circle.
  perform 1 from public.whatsapp_conversations c where c.id = lock_media.conversation_id for update;
  select * into f from public.message_media x where x.id = p_id and x.token = p_token for update;
end
$$;
comment on function private.lock_media(uuid, uuid) is 'A claimed file and its conversation, both locked; f.id is null when the lease was lost.';

create function public.store_media(p_id uuid, p_token uuid, p_path text, p_mime_type text, p_sha256 text, p_size_bytes bigint) returns boolean
language plpgsql set search_path = ''
as $$
declare
  v record;
begin
  select * into v from private.lock_media(p_id, p_token);
  if (v.f).id is null then
    return false;
  end if;
  update public.message_media set state = 'stored', storage_path = p_path, mime_type = p_mime_type, sha256 = p_sha256,
    size_bytes = p_size_bytes, stored_at = now(), error = null,
    -- Whoever fetched a voice note goes on to transcribe it under the same lease.
    run_at = case when transcription = 'waiting' then run_at end, token = case when transcription = 'waiting' then token end
  where id = p_id;
  return true;
end
$$;
comment on function public.store_media(uuid, uuid, text, text, text, bigint) is
  'A claimed file is in the bucket. False when the lease was lost: nothing is written.';

create function public.fail_media(p_id uuid, p_token uuid, p_reason text, p_error text, p_retry_ms integer default null) returns boolean
language plpgsql set search_path = ''
as $$
declare
  v record;
begin
  select * into v from private.lock_media(p_id, p_token);
  if (v.f).id is null then
    return false;
  end if;
  if p_retry_ms is not null then
    update public.message_media set state = case when state = 'stored' then 'stored' else 'pending' end, token = null,
      error = left(p_error, 500), run_at = now() + make_interval(secs => p_retry_ms / 1000.0)
    where id = p_id;
    return true;
  end if;
  update public.message_media set state = 'failed', reason = p_reason, error = left(p_error, 500), token = null, run_at = null,
    transcription = case when transcription = 'waiting' then 'failed' else transcription end
  where id = p_id;
  -- Without the file there will be no transcript to wait for.
  perform private.release_turn(v.conversation_id);
  if (v.f).transcription = 'waiting' then
    perform private.wake_workers();
  end if;
  return true;
end
$$;
comment on function public.fail_media(uuid, uuid, text, text, integer) is
  'A claimed file could not be fetched: tried again in p_retry_ms, or failed for good when that is null. False when the lease was lost.';

create function public.keep_upload(p_message_id uuid, p_path text, p_external_id text, p_expires_at timestamptz) returns void
language sql set search_path = ''
as $$
  insert into public.media_uploads (account_id, storage_path, business_id, external_id, expires_at)
  select m.account_id, p_path, m.business_id, p_external_id, p_expires_at from public.whatsapp_messages m where m.id = p_message_id
  on conflict (account_id, storage_path) do update set external_id = excluded.external_id, expires_at = excluded.expires_at
$$;
comment on function public.keep_upload(uuid, text, text, timestamptz) is
  'Remembers under which id the provider holds a file of ours, for the number that p_message_id goes out by.';

do $$
declare
  f record;
begin
  for f in select p.oid::regprocedure as signature from pg_catalog.pg_proc p
    where (p.pronamespace = 'private'::regnamespace and p.proname in ('keep_media', 'lock_media'))
      or (p.pronamespace = 'public'::regnamespace and p.proname in ('claim_media', 'store_media', 'fail_media', 'keep_upload'))
  loop
    execute format('grant execute on function %s to service_role', f.signature);
  end loop;
end
$$;
