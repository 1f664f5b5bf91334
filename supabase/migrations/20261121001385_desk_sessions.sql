-- Desk sessions: what lets a desk process that starts anew find the people who were signed in. Kept sealed with a key that is
-- derived from the cookie in the person's browser and stored nowhere: whoever reads this table can open none of it.

create table public.desk_sessions (
  key text primary key,
  user_id uuid not null references auth.users (id) on delete cascade,
  sealed text not null check (length(sealed) <= 20000),
  version integer not null default 1,
  renewing_until timestamptz,
  ends_at timestamptz not null,
  created_at timestamptz not null default now()
);
create index desk_sessions_user_idx on public.desk_sessions (user_id, created_at);
create index desk_sessions_ends_idx on public.desk_sessions (ends_at);
comment on table public.desk_sessions is 'Who is signed in at the desk: the digest of a cookie, and the tokens sealed with a key that only the cookie gives.';
comment on column public.desk_sessions.version is 'Counts what was put here. A process that knows an older one takes this before it renews anything.';
comment on column public.desk_sessions.renewing_until is 'A process is exchanging the refresh token, which Auth takes only once.';
alter table public.desk_sessions enable row level security;

create function public.keep_desk_session(p_key text, p_sealed text, p_ends_at timestamptz) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_user uuid := (select auth.uid());
  v_version integer;
begin
  if v_user is null then
    raise exception 'not allowed: this needs somebody who is signed in' using errcode = '42501';
  end if;
  if coalesce(p_key, '') !~ '^[0-9a-f]{64}$' or length(coalesce(p_sealed, '')) not between 40 and 20000 or p_ends_at is null then
    raise exception 'key, sealed or ends_at is not understood' using errcode = '22023', detail = 'key', hint = 'Send what the desk sends.';
  end if;
  delete from public.desk_sessions where key in (select s.key from public.desk_sessions s where s.ends_at < now() order by s.ends_at limit 50 for update skip locked);
  -- Nobody works at more places at once; what is left over from lost browsers goes, the oldest first.
  delete from public.desk_sessions where key in (
    select s.key from public.desk_sessions s where s.user_id = v_user and s.key <> p_key order by s.created_at desc offset 19);
  insert into public.desk_sessions as s (key, user_id, sealed, ends_at) values (p_key, v_user, p_sealed, least(p_ends_at, now() + interval '31 days'))
  on conflict (key) do update set sealed = excluded.sealed, version = s.version + 1, renewing_until = null where s.user_id = v_user
  returning s.version into v_version;
  return v_version;
end
$$;
comment on function public.keep_desk_session(text, text, timestamptz) is
  'Keeps the caller''s session at the desk, or its newer tokens. Returns how often it was put; null where the key is somebody else''s.';

create function public.renew_desk_session(p_key text, p_sealed text, p_version integer) returns integer
language sql security definer set search_path = ''
as $$
  update public.desk_sessions set sealed = p_sealed, version = version + 1, renewing_until = null
  where key = p_key and user_id = (select auth.uid()) and version = p_version and ends_at > now() returning version
$$;
comment on function public.renew_desk_session(text, text, integer) is
  'Newer tokens of a session of the caller. Null when it has ended meanwhile: it does not come back by that.';

create function public.find_desk_session(p_key text) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object('sealed', s.sealed, 'version', s.version, 'ends_at', extract(epoch from s.ends_at))
  from public.desk_sessions s where s.key = p_key and s.ends_at > now()
$$;
comment on function public.find_desk_session(text) is 'A session by the digest of its cookie, null when there is none. Nobody can guess one, and what it gives opens with the cookie alone.';

create function public.claim_desk_renewal(p_key text, p_version integer) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  s public.desk_sessions;
  v_mine boolean;
begin
  select * into s from public.desk_sessions where key = p_key and ends_at > now() for update;
  if not found then
    return null;
  end if;
  v_mine := s.version = p_version and coalesce(s.renewing_until <= now(), true);
  if v_mine then
    update public.desk_sessions set renewing_until = now() + interval '20 seconds' where key = s.key;
  end if;
  return jsonb_build_object('sealed', s.sealed, 'version', s.version, 'ends_at', extract(epoch from s.ends_at), 'mine', v_mine);
end
$$;
comment on function public.claim_desk_renewal(text, integer) is
  'Whether the calling process may exchange the refresh token of a session now: one at a time, and only who knows the latest. Null when it has ended.';

create function public.end_desk_session(p_key text) returns void
language sql security definer set search_path = ''
as $$
  delete from public.desk_sessions where key = p_key
$$;
comment on function public.end_desk_session(text) is 'A session is over, for every desk process.';

grant execute on function public.keep_desk_session(text, text, timestamptz), public.renew_desk_session(text, text, integer) to authenticated, service_role;
-- A desk that starts anew knows a cookie and nobody's token yet.
grant execute on function public.find_desk_session(text), public.claim_desk_renewal(text, integer), public.end_desk_session(text)
  to anon, authenticated, service_role;
