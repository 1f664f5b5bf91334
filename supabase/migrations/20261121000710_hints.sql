-- Hints: whoever listens is told which conversations a transaction changed, once, after it committed.
-- Triggers note what changes while the transaction runs, and a deferred one tells all of it at the end. So nothing
-- that writes needs to think of listeners, and a hundred webhooks in one batch are one message to their inbox.

create unlogged table private.hints (id bigint generated always as identity primary key);
comment on table private.hints is 'A transaction that changed a conversation keeps a row until it commits: its deferred trigger tells what changed.';
alter table private.hints enable row level security;

-- The list is a setting of the transaction: a rolled back savepoint takes it along with the row.
create function private.note_changes(p_conversation_ids uuid[]) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_noted uuid[] := coalesce(nullif(current_setting('relaydesk.changed', true), ''), '{}')::uuid[];
  v_new uuid[] := p_conversation_ids;
begin
  -- Most statements change one conversation, which the transaction has noted already.
  if p_conversation_ids <@ v_noted then
    return;
  end if;
  if cardinality(p_conversation_ids) > 1 then
    v_new := array(select unnest(p_conversation_ids) except select unnest(v_noted));
  end if;
  if cardinality(v_noted) = 0 then
    insert into private.hints default values;
  end if;
  perform set_config('relaydesk.changed', (v_noted || v_new)::text, true);
end
$$;
comment on function private.note_changes(uuid[]) is 'Notes conversations that this transaction changed, for what no trigger of theirs sees.';

create function private.note_conversations() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.note_changes(array(select c.id from changed c));
  return null;
end
$$;
comment on function private.note_conversations() is 'Notes conversations: for statement triggers whose transition table is called changed.';

create function private.note_rows_of_conversations() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.note_changes(array(select c.conversation_id from changed c));
  return null;
end
$$;
comment on function private.note_rows_of_conversations() is 'Notes the conversations of rows with a conversation_id, as note_conversations does.';

create function private.note_orders() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if exists (select from changed) then
    perform set_config('relaydesk.orders_changed', 'yes', true);
  end if;
  perform private.note_changes(array(
    select r.conversation_id from changed c join public.whatsapp_order_relays r on r.id = c.relay_id
  ));
  return null;
end
$$;
comment on function private.note_orders() is
  'Notes the conversations whose orders are carried out in rows with a relay_id, as note_conversations does, and that orders changed.';

create function private.send_hints() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_ids uuid[] := coalesce(nullif(current_setting('relaydesk.changed', true), ''), '{}')::uuid[];
  v_more jsonb := case when current_setting('relaydesk.orders_changed', true) = 'yes' then '{"orders": true}' else '{}' end;
begin
  perform set_config('relaydesk.changed', '', true), set_config('relaydesk.orders_changed', '', true);
  delete from private.hints where id = new.id;
  perform realtime.send(jsonb_build_object('conversations', b.ids) || v_more, 'changed', 'business:' || b.business_id || ':inbox', true)
  from (
    select c.business_id, jsonb_agg(c.id) as ids from public.whatsapp_conversations c where c.id = any (v_ids) group by 1
  ) b;
  perform realtime.send(jsonb_build_object('conversation', id), 'changed', 'conversation:' || id, true)
  from unnest(v_ids) id;
  return null;
end
$$;
comment on function private.send_hints() is
  'Tells each inbox which of its conversations changed, whether orders did, and each conversation that it did. Ids only: listeners read '
  'under their own rights.';

create constraint trigger send_hints after insert on private.hints
  deferrable initially deferred for each row execute function private.send_hints();

-- Transition tables are for one event each, so every table takes a trigger for new and one for changed rows.
create function private.tell_changes_of(p_table regclass, p_noting regproc) returns void
language plpgsql set search_path = ''
as $$
begin
  execute format('create trigger note_new after insert on %s referencing new table as changed '
    'for each statement execute function %s()', p_table, p_noting);
  execute format('create trigger note_changed after update on %s referencing new table as changed '
    'for each statement execute function %s()', p_table, p_noting);
end
$$;
comment on function private.tell_changes_of(regclass, regproc) is 'For migrations: changes of this table are told to listeners.';

select private.tell_changes_of('public.whatsapp_conversations', 'private.note_conversations');
select private.tell_changes_of(t, 'private.note_rows_of_conversations') from unnest(array[
  'public.whatsapp_messages', 'public.notes', 'public.escalations', 'public.whatsapp_order_relays', 'public.carts']::regclass[]) t;
select private.tell_changes_of('public.market_orders', 'private.note_orders');
select private.tell_changes_of('public.payments', 'private.note_orders');
-- A timeline only grows: what changes of its rows is how far they are told.
create trigger note_new after insert on public.order_events referencing new table as changed
  for each statement execute function private.note_orders();

create function private.wake_workers() returns void
language plpgsql set search_path = ''
as $$
begin
  perform realtime.send('{}'::jsonb, 'work', 'workers', true);
end
$$;
comment on function private.wake_workers() is 'Tells workers that there is something to claim.';

grant execute on function private.note_changes(uuid[]), private.wake_workers() to service_role;
