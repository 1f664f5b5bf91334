-- Contacts: who writes. Found by their ids, made or merged when needed, renamed when a number changes hands.

create function private.identity_scope(p_account public.channel_accounts) returns text
language plpgsql immutable set search_path = ''
as $$
begin
  return case when p_account.simulated then 'simulated' else '' end;
end
$$;
comment on function private.identity_scope(public.channel_accounts) is 'Whose ids count: a number played in the simulator is not the real person.';

create function private.move_pending(p_keep uuid, p_drop uuid) returns void
language plpgsql set search_path = ''
as $$
begin
  update public.whatsapp_messages set conversation_id = p_keep
  where conversation_id = p_drop and direction = 'inbound' and wants_turn and turn_id is null;
  -- A turn that is at work on them finds its token gone, writes nothing, and is worked out anew over there.
  insert into public.turn_queue as q (conversation_id, run_at, first_pending_at, not_before, quiet_until, hold_until)
  select p_keep, case when d.token is null then d.run_at else now() end, d.first_pending_at, d.not_before, d.quiet_until, d.hold_until
  from public.turn_queue d where d.conversation_id = p_drop
  on conflict (conversation_id) do update set run_at = case when q.token is null then greatest(q.run_at, excluded.run_at) else q.run_at end,
    not_before = greatest(q.not_before, excluded.not_before), quiet_until = greatest(q.quiet_until, excluded.quiet_until),
    hold_until = greatest(q.hold_until, excluded.hold_until);
  delete from public.turn_queue where conversation_id = p_drop;
  update public.whatsapp_conversations k set pending_since = least(k.pending_since, d.pending_since)
  from public.whatsapp_conversations d where k.id = p_keep and d.id = p_drop;
  update public.whatsapp_conversations set pending_since = null where id = p_drop;
  -- Where a person answers, they answer what was waiting.
  perform private.silence_bot(k.id, k.owner_until, 'a person answers') from public.whatsapp_conversations k
  where k.id = p_keep and k.owner = 'human';
end
$$;
comment on function private.move_pending(uuid, uuid) is 'What is unanswered in p_drop is answered in p_keep, with what it holds by then.';

create function private.merge_conversations(p_keep uuid, p_drop uuid) returns void
language plpgsql set search_path = ''
as $$
begin
  -- What is under way in the one that closes goes on in the other: who waits, what is in the cart, what somebody wanted to come back to.
  update public.whatsapp_conversations k set unread_count = k.unread_count + d.unread_count, updated_at = now(),
    escalated_at = least(k.escalated_at, d.escalated_at), failed_at = least(k.failed_at, d.failed_at),
    waiting_since = least(k.waiting_since, d.waiting_since),
    owner = case when 'human' in (k.owner, d.owner) then 'human' else 'bot' end,
    owner_until = case when k.owner = 'human' then k.owner_until else d.owner_until end, assignee_id = coalesce(k.assignee_id, d.assignee_id),
    mentioned = array(select distinct m from unnest(k.mentioned || d.mentioned) m),
    labels = (array(select distinct l from unnest(k.labels || d.labels) l order by l))[1:10]
  from public.whatsapp_conversations d where k.id = p_keep and d.id = p_drop;
  update public.escalations e set conversation_id = p_keep where e.conversation_id = p_drop and e.status = 'open'
    and not exists (select 1 from public.escalations o where o.conversation_id = p_keep and o.status = 'open' and o.reason = e.reason);
  update public.escalations set status = 'resolved', resolved_at = now() where conversation_id = p_drop and status = 'open';
  update public.reminders set conversation_id = p_keep where conversation_id = p_drop and done_at is null;
  update public.whatsapp_order_relays set status = 'failed', failure_reason = 'superseded', updated_at = now()
  where conversation_id = p_drop and status = 'pending';
  insert into public.carts as k (conversation_id, business_id, lines, address_id, pickup, note)
  select p_keep, d.business_id, d.lines, d.address_id, d.pickup, d.note from public.carts d
  where d.conversation_id = p_drop and d.lines <> '[]'::jsonb
  on conflict (conversation_id) do update set lines = private.joined_lines(k.lines, excluded.lines), reminder = null, updated_at = now(),
    address_id = coalesce(k.address_id, excluded.address_id), note = case when k.note = '' then excluded.note else k.note end;
  delete from public.carts where conversation_id = p_drop;
  perform private.move_pending(p_keep, p_drop);
  update public.whatsapp_conversations set status = 'resolved', snoozed_until = null, escalated_at = null, failed_at = null, waiting_since = null,
    unread_count = 0, mentioned = '{}', updated_at = now() where id = p_drop;
end
$$;
comment on function private.merge_conversations(uuid, uuid) is
  'Of two conversations in progress with one person p_drop is closed; cart, reminders, escalations, who has it and
  what is unanswered go on in p_keep.';

create function private.merge_preferences(p_keep uuid, p_drop uuid) returns void
language sql set search_path = ''
as $$
  -- Whoever said no from one of two numbers has said no.
  insert into public.contact_preferences as k (business_id, contact_id, category, value, source, changed_at)
  select d.business_id, p_keep, d.category, d.value, d.source, d.changed_at from public.contact_preferences d where d.contact_id = p_drop
  on conflict (contact_id, category) do update set value = excluded.value, source = excluded.source, changed_at = excluded.changed_at
  where (k.value = 'resume' and excluded.value = 'stop') or (k.value = excluded.value and k.changed_at < excluded.changed_at)
$$;
comment on function private.merge_preferences(uuid, uuid) is 'What two contacts allow as one person: a no of either holds, of two answers alike the later one.';

create function private.merge_addresses(p_keep uuid, p_drop uuid) returns void
language plpgsql set search_path = ''
as $$
declare
  d public.contact_addresses;
  v_id uuid;
begin
  for d in select * from public.contact_addresses where contact_id = p_drop order by id loop
    update public.contact_addresses k set used_at = greatest(k.used_at, d.used_at), latitude = coalesce(k.latitude, d.latitude),
      longitude = coalesce(k.longitude, d.longitude)
    where k.contact_id = p_keep and lower(k.text) = lower(d.text) and coalesce(k.postcode, '') = coalesce(d.postcode, '') returning k.id into v_id;
    if found then
      update public.carts set address_id = v_id where address_id = d.id;
      delete from public.contact_addresses where id = d.id;
    else
      update public.contact_addresses set contact_id = p_keep where id = d.id;
    end if;
  end loop;
end
$$;
comment on function private.merge_addresses(uuid, uuid) is 'The addresses of p_drop become p_keep''s; one that both have is one.';

-- Every table that refers to contacts is named here; a test compares the two.
create function private.merge_contacts(p_keep uuid, p_drop uuid) returns void
language plpgsql set search_path = ''
as $$
declare
  c record;
begin
  update public.contact_identities set contact_id = p_keep where contact_id = p_drop;
  -- Two conversations in progress on one number can't both go on: the dropped contact's one is closed.
  for c in
    select d.id, k.id as kept from public.whatsapp_conversations d join public.whatsapp_conversations k
      on k.contact_id = p_keep and k.account_id = d.account_id and k.status <> 'resolved'
    where d.contact_id = p_drop and d.status <> 'resolved' order by d.id
  loop
    perform private.merge_conversations(c.kept, c.id);
  end loop;
  update public.whatsapp_conversations set contact_id = p_keep where contact_id = p_drop;
  update public.whatsapp_order_relays set contact_id = p_keep where contact_id = p_drop;
  perform private.merge_addresses(p_keep, p_drop);
  perform private.merge_preferences(p_keep, p_drop);
  delete from public.stock_watches d where d.contact_id = p_drop and d.notified_at is null
    and exists (select 1 from public.stock_watches k where k.contact_id = p_keep and k.product_id = d.product_id and k.notified_at is null);
  update public.stock_watches set contact_id = p_keep where contact_id = p_drop;
  update public.broadcast_recipients r set contact_id = p_keep where contact_id = p_drop
    and not exists (select 1 from public.broadcast_recipients k where k.broadcast_id = r.broadcast_id and k.contact_id = p_keep);
  update public.satisfaction set contact_id = p_keep where contact_id = p_drop;
  insert into public.model_spend as k (business_id, day, contact_id, calls, cost_usd, calls_limit, usd_limit, warned_at, spent_at)
  select d.business_id, d.day, p_keep, d.calls, d.cost_usd, d.calls_limit, d.usd_limit, d.warned_at, d.spent_at
  from public.model_spend d where d.contact_id = p_drop
  on conflict (business_id, day, contact_id) do update set calls = k.calls + excluded.calls, cost_usd = k.cost_usd + excluded.cost_usd;
  update public.contacts k set
    phone = coalesce(k.phone, d.phone), username = coalesce(k.username, d.username),
    name = case when k.name = '' then d.name else k.name end, named_at = case when k.name = '' then d.named_at else k.named_at end,
    language = coalesce(k.language, d.language), created_at = least(k.created_at, d.created_at),
    opted_out_at = coalesce(k.opted_out_at, d.opted_out_at), blocked_at = coalesce(k.blocked_at, d.blocked_at),
    privacy_noticed_at = coalesce(k.privacy_noticed_at, d.privacy_noticed_at), updated_at = now()
  from public.contacts d where k.id = p_keep and d.id = p_drop;
  -- private.figures_people goes with the contact: the trigger of its conversations has the days counted anew.
  delete from public.contacts where id = p_drop;
end
$$;
comment on function private.merge_contacts(uuid, uuid) is 'Two contacts turned out to be one person: everything moves to p_keep.';

-- What runs for every message is PL/pgSQL, whose plans are kept; a function in SQL is planned at each call.
create function private.find_contact(p_business_id uuid, p_channel text, p_scope text, p_kind text, p_value text) returns uuid
language plpgsql stable set search_path = ''
as $$
begin
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
  v_username text := nullif(p_sender ->> 'username', '');
  v_by_other uuid;
  v_by_phone uuid;
  v_id uuid;
  v_new boolean := false;
  k public.contacts;
begin
  -- Most senders come with one id, and are spared the call for the other.
  v_by_other := case when v_other is not null then private.find_contact(p_business_id, p_channel, p_scope, v_id_kind, v_other) end;
  v_by_phone := case when v_phone is not null then private.find_contact(p_business_id, p_channel, p_scope, 'phone', v_phone) end;
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
    values (p_business_id, v_name, v_username, v_phone) returning id into v_id;
    v_new := true;
  end if;
  if v_by_other is null then
    perform private.add_identity(p_business_id, v_id, p_channel, p_scope, v_id_kind, v_other);
  end if;
  if v_by_phone is null then
    perform private.add_identity(p_business_id, v_id, p_channel, p_scope, 'phone', v_phone);
  end if;
  if v_new then
    update public.contacts c set name = n.name from (select private.known_name(p_business_id, v_id) as name) n
    where c.id = v_id and n.name is not null;
    return v_id;
  end if;
  -- Looked at before it is written: for most messages there is nothing to write, and an update that finds no row costs three times as much.
  select * into strict k from public.contacts where id = v_id;
  if (v_name <> '' and k.name <> v_name and k.named_at is null) or k.phone is distinct from coalesce(v_phone, k.phone)
      or k.username is distinct from coalesce(v_username, k.username) then
    update public.contacts c set
      -- Dealers and riders are called as the business calls them, whatever their profile says.
      name = case when v_name <> '' and c.named_at is null then coalesce(private.known_name(p_business_id, v_id), v_name)
        else c.name end,
      username = coalesce(v_username, c.username), phone = coalesce(v_phone, c.phone), updated_at = now()
    where c.id = v_id;
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

create function private.role_of(p_business_id uuid, p_contact_id uuid, out dealer_id uuid, out rider_id uuid)
language plpgsql stable set search_path = ''
as $$
declare
  v_values text[];
begin
  -- Worded so that the partial index of live ids can't be chosen: on a table without statistics it looks as good as
  -- the one by contact, and is read whole.
  v_values := array(select i.value from public.contact_identities i
    where i.contact_id = p_contact_id and coalesce(i.retired_at, 'infinity') = 'infinity');
  select
    (select r.dealer_id from public.rider_contacts r
      where r.business_id = p_business_id and r.contact_type = 'dealer' and r.contact_value = any (v_values) limit 1),
    coalesce(
      (select r.rider_id from public.rider_contacts r join public.riders k on k.id = r.rider_id and k.active
        where r.business_id = p_business_id and r.contact_type = 'rider' and r.contact_value = any (v_values) order by r.created_at, r.id limit 1),
      (select k.id from public.riders k where k.business_id = p_business_id and k.active and k.phone = any (v_values) order by k.created_at, k.id limit 1))
  into dealer_id, rider_id;
end
$$;
comment on function private.role_of(uuid, uuid) is
  'The dealer a contact speaks for, and the active rider they are, by the address book or the rider''s own number. Nulls for customers.';

create function private.is_dealer(p_business_id uuid, p_contact_id uuid) returns uuid
language plpgsql stable set search_path = ''
as $$
begin
  return (private.role_of(p_business_id, p_contact_id)).dealer_id;
end
$$;
comment on function private.is_dealer(uuid, uuid) is 'The dealer this contact speaks for, or null.';

create function private.is_rider(p_business_id uuid, p_contact_id uuid) returns uuid
language plpgsql stable set search_path = ''
as $$
begin
  return (private.role_of(p_business_id, p_contact_id)).rider_id;
end
$$;
comment on function private.is_rider(uuid, uuid) is 'The active rider this contact is, or null.';

create function private.known_name(p_business_id uuid, p_contact_id uuid) returns text
language sql stable set search_path = ''
as $$
  select coalesce((select d.name from public.dealers d where d.id = r.dealer_id), (select k.name from public.riders k where k.id = r.rider_id))
  from private.role_of(p_business_id, p_contact_id) r
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
