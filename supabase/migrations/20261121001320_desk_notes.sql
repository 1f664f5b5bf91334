-- What agents keep beside a conversation, for themselves and each other: notes, labels, reminders. None of it is ever sent.

create table public.labels (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  name text not null check (length(name) between 1 and 40),
  created_at timestamptz not null default now(),
  unique (business_id, name)
);
comment on table public.labels is 'Words a business sorts conversations by. A new one is kept when it is first used.';

create table public.reminders (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  conversation_id uuid not null references public.whatsapp_conversations (id) on delete cascade,
  staff_id uuid not null references public.staff (id) on delete cascade,
  remind_at timestamptz not null,
  body text not null default '' check (length(body) <= 500),
  done_at timestamptz,
  created_at timestamptz not null default now()
);
create index reminders_conversation_idx on public.reminders (conversation_id);
create index reminders_staff_idx on public.reminders (staff_id);
create index reminders_business_idx on public.reminders (business_id);
comment on table public.reminders is 'An agent wants to come back to a conversation at a time.';

alter table public.labels enable row level security;
alter table public.reminders enable row level security;
grant select on public.labels, public.reminders to authenticated;
grant select, insert, update, delete on public.labels, public.reminders to service_role;
create policy "staff read" on public.labels for select to authenticated using (business_id in (select private.my_businesses()));
create policy "staff read" on public.reminders for select to authenticated using (business_id in (select private.my_businesses()));
select private.tell_changes_of('public.reminders', 'private.note_rows_of_conversations');

create function public.add_note(p_conversation_id uuid, p_body text, p_mentions uuid[], p_client_key text) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
  v_staff uuid;
  v_named uuid[];
  v_id uuid := gen_random_uuid();
begin
  c := private.require_conversation(p_conversation_id, '{admin,agent}');
  v_staff := private.require_role(c.business_id, '{admin,agent}');
  perform private.require_key(p_client_key);
  if length(coalesce(trim(p_body), '')) = 0 or length(p_body) > 4000 then
    raise exception 'a note must have 1 to 4000 characters' using errcode = '22023', detail = 'note_length', hint = 'Shorten the note.';
  end if;
  if not private.audit(c.business_id, 'note', 'notes', v_id::text, '{}'::jsonb, p_client_key) then
    return (select entity_id::uuid from public.audit_log where actor_id = (select auth.uid()) and client_key = p_client_key);
  end if;
  v_named := array(select s.id from public.staff s where s.business_id = c.business_id and s.active and s.id = any (p_mentions));
  insert into public.notes (id, business_id, conversation_id, staff_id, body, mentions) values (v_id, c.business_id, c.id, v_staff, p_body, v_named);
  update public.whatsapp_conversations set updated_at = now(),
    mentioned = array(select distinct n from unnest(mentioned || array_remove(v_named, v_staff)) n)
  where id = c.id;
  return v_id;
end
$$;
comment on function public.add_note(uuid, text, uuid[], text) is 'Writes a note beside a conversation; colleagues named in it get a mark until they look.';

create function public.set_labels(p_conversation_id uuid, p_labels text[], p_client_key text default null) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
  v_labels text[];
begin
  c := private.require_conversation(p_conversation_id, '{admin,agent}');
  v_labels := array(select distinct trim(l) from unnest(coalesce(p_labels, '{}')) l where trim(l) <> '' order by 1);
  if cardinality(v_labels) > 10 or exists (select 1 from unnest(v_labels) l where length(l) > 40) then
    raise exception 'at most 10 labels of 40 characters' using errcode = '22023', detail = 'labels', hint = 'Use fewer or shorter ones.';
  end if;
  if not private.audit(c.business_id, 'label', 'whatsapp_conversations', c.id::text, jsonb_build_object('labels', v_labels), p_client_key) then
    return;
  end if;
  insert into public.labels (business_id, name) select c.business_id, l from unnest(v_labels) l on conflict (business_id, name) do nothing;
  update public.whatsapp_conversations set labels = v_labels, updated_at = now() where id = c.id;
end
$$;
comment on function public.set_labels(uuid, text[], text) is 'The labels of a conversation are these from now on.';

create function public.set_reminder(p_conversation_id uuid, p_at timestamptz, p_body text, p_client_key text) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
  v_staff uuid;
  v_id uuid := gen_random_uuid();
begin
  c := private.require_conversation(p_conversation_id, '{admin,agent}');
  v_staff := private.require_role(c.business_id, '{admin,agent}');
  perform private.require_key(p_client_key);
  if p_at is null or p_at <= now() or p_at > now() + interval '10 years' then
    raise exception 'a reminder must be within the next ten years' using errcode = '22023', detail = 'time_range', hint = 'Choose a later time.';
  end if;
  if length(coalesce(p_body, '')) > 500 then
    raise exception 'a reminder must have at most 500 characters' using errcode = '22023', detail = 'note_length', hint = 'Shorten the text.';
  end if;
  if not private.audit(c.business_id, 'remind', 'reminders', v_id::text, '{}'::jsonb, p_client_key) then
    return (select entity_id::uuid from public.audit_log where actor_id = (select auth.uid()) and client_key = p_client_key);
  end if;
  insert into public.reminders (id, business_id, conversation_id, staff_id, remind_at, body)
  values (v_id, c.business_id, c.id, v_staff, p_at, coalesce(p_body, ''));
  return v_id;
end
$$;
comment on function public.set_reminder(uuid, timestamptz, text, text) is 'The caller is reminded of a conversation at a time.';

create function public.finish_reminder(p_conversation_id uuid, p_reminder_id uuid, p_client_key text default null) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
  v_staff uuid;
begin
  c := private.require_conversation(p_conversation_id, '{admin,agent}');
  v_staff := private.require_role(c.business_id, '{admin,agent}');
  update public.reminders set done_at = now()
  where id = p_reminder_id and conversation_id = c.id and staff_id = v_staff and done_at is null;
  if found then
    perform private.audit(c.business_id, 'reminded', 'reminders', p_reminder_id::text, '{}'::jsonb, p_client_key);
  end if;
end
$$;
comment on function public.finish_reminder(uuid, uuid, text) is 'The caller has come back to it, or no longer needs to.';

grant execute on function public.add_note(uuid, text, uuid[], text), public.set_labels(uuid, text[], text),
  public.set_reminder(uuid, timestamptz, text, text), public.finish_reminder(uuid, uuid, text) to authenticated, service_role;
