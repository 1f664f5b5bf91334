-- Contacts: who writes. Found by their ids, made or merged when needed, renamed when a number changes hands.

create function private.identity_scope(p_account public.channel_accounts) returns text
language plpgsql immutable set search_path = ''
as $$
begin
  return case when p_account.simulated then 'simulated' else '' end;
end
$$;
comment on function private.identity_scope(public.channel_accounts) is 'Whose ids count: a number played in the simulator is not the real person.';

create function private.merge_contacts(p_keep uuid, p_drop uuid) returns void
language plpgsql set search_path = ''
as $$
declare
  c record;
begin
  update public.contact_identities set contact_id = p_keep where contact_id = p_drop;
  -- Two conversations in progress on one number can't both go on: the dropped contact's one is closed.
  for c in
    select d.id from public.whatsapp_conversations d join public.whatsapp_conversations k
      on k.contact_id = p_keep and k.account_id = d.account_id and k.status <> 'resolved'
    where d.contact_id = p_drop and d.status <> 'resolved'
  loop
    update public.whatsapp_conversations set status = 'resolved' where id = c.id;
  end loop;
  update public.whatsapp_conversations set contact_id = p_keep where contact_id = p_drop;
  update public.whatsapp_order_relays set contact_id = p_keep where contact_id = p_drop;
  update public.broadcast_recipients r set contact_id = p_keep where contact_id = p_drop
    and not exists (select 1 from public.broadcast_recipients k where k.broadcast_id = r.broadcast_id and k.contact_id = p_keep);
  update public.contacts k set
    phone = coalesce(k.phone, d.phone), username = coalesce(k.username, d.username),
    name = case when k.name = '' then d.name else k.name end, language = coalesce(k.language, d.language),
    opted_out_at = coalesce(k.opted_out_at, d.opted_out_at), blocked_at = coalesce(k.blocked_at, d.blocked_at),
    privacy_noticed_at = coalesce(k.privacy_noticed_at, d.privacy_noticed_at), updated_at = now()
  from public.contacts d where k.id = p_keep and d.id = p_drop;
  delete from public.contacts where id = p_drop;
end
$$;
comment on function private.merge_contacts(uuid, uuid) is 'Two contacts turned out to be one person: everything moves to p_keep.';

-- What runs for every message is PL/pgSQL, whose plans are kept; a function in SQL is planned at each call.
create function private.find_contact(p_business_id uuid, p_channel text, p_scope text, p_kind text, p_value text) returns uuid
language plpgsql stable set search_path = ''
as $$
begin
  if p_value is null then
    return null;
  end if;
  return (select i.contact_id from public.contact_identities i
    where i.business_id = p_business_id and i.channel = p_channel and i.scope = p_scope and i.kind = p_kind and i.value = p_value
      and i.retired_at is null);
end
$$;
comment on function private.find_contact(uuid, text, text, text, text) is 'The contact with this live id in a scope, or null.';

create function private.add_identity(p_business_id uuid, p_contact_id uuid, p_channel text, p_scope text, p_kind text, p_value text) returns void
language plpgsql set search_path = ''
as $$
begin
  if coalesce(p_value, '') <> '' then
    insert into public.contact_identities (business_id, contact_id, channel, scope, kind, value)
    values (p_business_id, p_contact_id, p_channel, p_scope, p_kind, p_value)
    on conflict (business_id, channel, scope, kind, value) where retired_at is null do nothing;
  end if;
end
$$;
comment on function private.add_identity(uuid, uuid, text, text, text, text) is 'Adds an id to a contact unless somebody has it.';

-- People are found by business-scoped id first, phone second; both may be new, either may be missing.
create function private.resolve_contact(p_business_id uuid, p_channel text, p_sender jsonb, p_scope text default '') returns uuid
language plpgsql set search_path = ''
as $$
declare
  v_phone text := nullif(p_sender ->> 'phone', '');
  v_id_kind text := case p_channel when 'telegram' then 'chat' when 'webchat' then 'session' else 'bsuid' end;
  v_other text := nullif(coalesce(p_sender ->> 'bsuid', p_sender ->> 'chat', p_sender ->> 'session'), '');
  v_name text := left(coalesce(p_sender ->> 'name', ''), 200);
  v_by_other uuid;
  v_by_phone uuid;
  v_id uuid;
  v_new boolean := false;
begin
  v_by_other := private.find_contact(p_business_id, p_channel, p_scope, v_id_kind, v_other);
  v_by_phone := private.find_contact(p_business_id, p_channel, p_scope, 'phone', v_phone);
  if v_by_other is null and v_by_phone is null then
    -- Two first messages of one person may arrive at once: the second waits here and then finds the first.
    perform pg_advisory_xact_lock(hashtextextended(concat_ws('|', p_business_id, p_channel, p_scope, coalesce(v_other, v_phone)), 0));
    v_by_other := private.find_contact(p_business_id, p_channel, p_scope, v_id_kind, v_other);
    v_by_phone := private.find_contact(p_business_id, p_channel, p_scope, 'phone', v_phone);
  end if;
  if v_by_other is not null and v_by_phone is not null and v_by_other <> v_by_phone then
    perform private.merge_contacts(v_by_other, v_by_phone);
    v_by_phone := v_by_other;
  end if;
  v_id := coalesce(v_by_other, v_by_phone);
  if v_id is null then
    insert into public.contacts (business_id, name, username, phone)
    values (p_business_id, v_name, nullif(p_sender ->> 'username', ''), v_phone) returning id into v_id;
    v_new := true;
  end if;
  if v_by_other is null then
    perform private.add_identity(p_business_id, v_id, p_channel, p_scope, v_id_kind, v_other);
  end if;
  if v_by_phone is null then
    perform private.add_identity(p_business_id, v_id, p_channel, p_scope, 'phone', v_phone);
  end if;
  if v_new then
    update public.contacts c set name = k.name from (select private.known_name(p_business_id, v_id) as name) k
    where c.id = v_id and k.name is not null;
  else
    update public.contacts c set
      -- Dealers and riders are called as the business calls them, whatever their profile says.
      name = case when v_name <> '' and c.named_at is null then coalesce(private.known_name(p_business_id, v_id), v_name)
        else c.name end,
      username = coalesce(nullif(p_sender ->> 'username', ''), c.username),
      phone = coalesce(v_phone, c.phone), updated_at = now()
    where c.id = v_id and ((v_name <> '' and c.name <> v_name and c.named_at is null)
      or (v_phone is not null and c.phone is distinct from v_phone)
      or (coalesce(p_sender ->> 'username', '') <> '' and c.username is distinct from p_sender ->> 'username'));
  end if;
  return v_id;
end
$$;
comment on function private.resolve_contact(uuid, text, jsonb, text) is
  'The contact behind a sender, made or merged when needed. Scope `simulated` keeps played people apart from real ones.';

create function private.change_identity(p_business_id uuid, p_channel text, p_scope text, p_contact_id uuid, p_change jsonb) returns void
language plpgsql set search_path = ''
as $$
declare
  v_old_phone text := nullif(p_change ->> 'old_phone', '');
  v_new_phone text := nullif(p_change ->> 'new_phone', '');
  v_old_bsuid text := nullif(p_change ->> 'old_bsuid', '');
  v_new_bsuid text := nullif(p_change ->> 'new_bsuid', '');
  v_other uuid;
begin
  -- The old number may be given to somebody else, so it stops leading here.
  update public.contact_identities set retired_at = now()
  where contact_id = p_contact_id and channel = p_channel and retired_at is null
    and ((kind = 'phone' and value = v_old_phone and v_new_phone is not null and v_new_phone <> v_old_phone)
      or (kind = 'bsuid' and value = v_old_bsuid and v_new_bsuid is not null and v_new_bsuid <> v_old_bsuid));
  v_other := private.find_contact(p_business_id, p_channel, p_scope, 'phone', v_new_phone);
  if v_other is not null and v_other <> p_contact_id then
    perform private.merge_contacts(p_contact_id, v_other);
  end if;
  v_other := private.find_contact(p_business_id, p_channel, p_scope, 'bsuid', v_new_bsuid);
  if v_other is not null and v_other <> p_contact_id then
    perform private.merge_contacts(p_contact_id, v_other);
  end if;
  perform private.add_identity(p_business_id, p_contact_id, p_channel, p_scope, 'phone', v_new_phone);
  perform private.add_identity(p_business_id, p_contact_id, p_channel, p_scope, 'bsuid', v_new_bsuid);
  if v_new_phone is not null then
    update public.contacts set phone = v_new_phone, updated_at = now() where id = p_contact_id;
    update public.whatsapp_conversations set phone = v_new_phone where contact_id = p_contact_id and status <> 'resolved';
  end if;
end
$$;
comment on function private.change_identity(uuid, text, text, uuid, jsonb) is 'A person changed number or shared it: ids move, the old ones retire.';

create function private.is_dealer(p_business_id uuid, p_contact_id uuid) returns uuid
language plpgsql stable set search_path = ''
as $$
declare
  v_values text[];
begin
  -- Worded so that the partial index of live ids can't be chosen: on a table without statistics it looks as good as
  -- the one by contact, and is read whole.
  v_values := array(select i.value from public.contact_identities i
    where i.contact_id = p_contact_id and coalesce(i.retired_at, 'infinity') = 'infinity');
  return (select r.dealer_id from public.rider_contacts r
    where r.business_id = p_business_id and r.contact_type = 'dealer' and r.contact_value = any (v_values) limit 1);
end
$$;
comment on function private.is_dealer(uuid, uuid) is 'The dealer this contact speaks for, or null.';

create function private.is_rider(p_business_id uuid, p_contact_id uuid) returns uuid
language plpgsql stable set search_path = ''
as $$
declare
  v_values text[];
begin
  v_values := array(select i.value from public.contact_identities i
    where i.contact_id = p_contact_id and coalesce(i.retired_at, 'infinity') = 'infinity');
  return coalesce(
    (select r.rider_id from public.rider_contacts r join public.riders k on k.id = r.rider_id and k.active
      where r.business_id = p_business_id and r.contact_type = 'rider' and r.contact_value = any (v_values) order by r.created_at, r.id limit 1),
    (select k.id from public.riders k where k.business_id = p_business_id and k.active and k.phone = any (v_values) order by k.created_at, k.id limit 1));
end
$$;
comment on function private.is_rider(uuid, uuid) is 'The active rider this contact is, by the address book or the rider''s own number, or null.';

create function private.known_name(p_business_id uuid, p_contact_id uuid) returns text
language sql stable set search_path = ''
as $$
  select coalesce((select d.name from public.dealers d where d.id = private.is_dealer(p_business_id, p_contact_id)),
    (select k.name from public.riders k where k.id = private.is_rider(p_business_id, p_contact_id)))
$$;
comment on function private.known_name(uuid, uuid) is 'What the business calls a contact who is its dealer or rider; null for customers.';

create function private.set_preference(p_business_id uuid, p_contact_id uuid, p_category text, p_value text, p_source text,
  p_at timestamptz) returns void
language plpgsql set search_path = ''
as $$
begin
  insert into public.contact_preferences as p (business_id, contact_id, category, value, source, changed_at)
  values (p_business_id, p_contact_id, p_category, p_value, p_source, p_at)
  on conflict (contact_id, category) do update set value = excluded.value, source = excluded.source, changed_at = excluded.changed_at
  where p.changed_at <= excluded.changed_at;
  if found and p_category = 'all' then
    update public.contacts set opted_out_at = case when p_value = 'stop' then p_at end, updated_at = now() where id = p_contact_id;
  end if;
end
$$;
comment on function private.set_preference(uuid, uuid, text, text, text, timestamptz) is 'Records an opt-out or opt-in; an older one never overrides a newer.';

-- Helpers of schema private are the engine's own; what people may call is granted by name.
grant execute on all functions in schema private to service_role;
