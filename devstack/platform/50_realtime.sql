-- Realtime: messages are rows; what is committed is delivered. Daily partitions are made by the gateway when a
-- websocket connects, as on the platform: on a project nobody listens to, sending does nothing.

create table if not exists realtime.messages (
  topic text not null,
  extension text not null,
  payload jsonb,
  event text,
  private boolean default false,
  updated_at timestamp not null default now(),
  inserted_at timestamp not null default now(),
  id uuid not null default gen_random_uuid(),
  binary_payload bytea,
  primary key (id, inserted_at)
) partition by range (inserted_at);
comment on table realtime.messages is 'Realtime: broadcasts of the last days, and the rows that policies are asked with.';

create or replace function realtime.topic() returns text language sql stable
as $$ select nullif(current_setting('realtime.topic', true), '')::text $$;
comment on function realtime.topic() is 'The topic that a policy on realtime.messages decides about.';

create or replace function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void
language plpgsql
as $$
declare
  v_id uuid := gen_random_uuid();
begin
  perform set_config('realtime.topic', send.topic, true);
  insert into realtime.messages (id, payload, event, topic, private, extension)
  values (
    v_id,
    case when send.payload ? 'id' then send.payload else jsonb_set(send.payload, '{id}', to_jsonb(v_id)) end,
    send.event, send.topic, send.private, 'broadcast'
  );
exception when others then
  -- A message that can't be sent never stops the transaction it belongs to. The platform does the same.
  raise warning 'ErrorSendingBroadcastMessage: %', sqlerrm;
end
$$;
comment on function realtime.send(jsonb, text, text, boolean) is 'Broadcast to a topic after commit. Never fails, only warns.';

create or replace function realtime.broadcast_changes(
  topic_name text, event_name text, operation text, table_name text, table_schema text,
  new record, old record, level text default 'ROW'
) returns void
language plpgsql
as $$
declare
  v_row jsonb;
begin
  if level = 'STATEMENT' then
    raise exception 'function can only be triggered for each row, not for each statement';
  end if;
  if operation not in ('INSERT', 'UPDATE', 'DELETE') then
    raise exception 'Unexpected operation type: %', operation;
  end if;
  v_row := jsonb_build_object(
    'old_record', old, 'record', new, 'operation', operation, 'table', table_name, 'schema', table_schema
  );
  perform realtime.send(v_row, event_name, topic_name);
exception when others then
  raise exception 'ERROR: Failed to process the row: %', sqlerrm;
end
$$;
comment on function realtime.broadcast_changes(text, text, text, text, text, record, record, text)
  is 'Broadcast a changed row to a private topic. For row triggers.';

create or replace function realtime.announce() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- Ids only, 200 to a notification: PostgreSQL allows 8000 bytes, and payloads stay behind row security.
  perform pg_notify('realtime_messages', string_agg(numbered.id::text, ',' order by numbered.n))
  from (select i.id, row_number() over () as n from inserted i where i.extension = 'broadcast') numbered
  group by (numbered.n - 1) / 200
  order by (numbered.n - 1) / 200;
  return null;
end
$$;
comment on function realtime.announce() is 'Tells the gateway which messages a commit brought, in commit order.';

create or replace trigger announce_messages after insert on realtime.messages
  referencing new table as inserted
  for each statement execute function realtime.announce();

alter table realtime.messages owner to platform_policies;
grant usage on schema realtime to platform_policies;
alter table realtime.messages enable row level security;
grant select, insert, update on realtime.messages to anon, authenticated, service_role;
revoke execute on function realtime.announce() from public;
