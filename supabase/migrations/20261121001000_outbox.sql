-- The outbox: claim in order, pace, record what the provider said, settle what is unknown.

create function private.hold_back(o public.outbox, c public.whatsapp_conversations, m public.whatsapp_messages, p_opted_out boolean,
  p_blocked boolean) returns text
language sql stable set search_path = ''
as $$
  select case
    when p_blocked and o.state = 'ready' then 'the contact is blocked'
    when m.author = 'bot' and c.owner = 'human' and o.state = 'ready' then 'a person took over'
    when m.author in ('bot', 'system') and p_opted_out and o.state = 'ready' and not m.payload ? 'despite_opt_out' then 'the contact opted out'
  end
$$;
comment on function private.hold_back(public.outbox, public.whatsapp_conversations, public.whatsapp_messages, boolean, boolean) is
  'Why a message must not go out any more, or null. Asked in the transaction that claims it.';

-- Even pacing by the theoretical time of the next send (GCRA): a burst may run ahead of it by p_burst steps.
create function private.take_slot(p_kind text, p_key uuid, p_step interval, p_burst integer) returns timestamptz
language plpgsql set search_path = ''
as $$
declare
  v_next timestamptz;
begin
  insert into public.send_pacing (kind, key, next_at) values (p_kind, p_key, now()) on conflict (kind, key) do nothing;
  select next_at into strict v_next from public.send_pacing where kind = p_kind and key = p_key for update;
  if v_next - p_step * (p_burst - 1) > now() then
    return v_next - p_step * (p_burst - 1);
  end if;
  update public.send_pacing set next_at = greatest(v_next, now()) + p_step where kind = p_kind and key = p_key;
  return null;
end
$$;
comment on function private.take_slot(text, uuid, interval, integer) is 'Takes a send slot; when none is free returns when the next one is.';

create function private.outgoing_json(o public.outbox, m public.whatsapp_messages, c public.whatsapp_conversations,
  a public.channel_accounts, p_number integer) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object('message_id', m.id, 'token', o.token, 'number', p_number, 'channel', a.channel, 'account', a.external_id,
    'conversation_id', c.id, 'reply', m.payload, 'context_id', m.context_id,
    'phone', k.phone, 'recipient', (select i.value from public.contact_identities i where i.contact_id = k.id
      and i.channel = a.channel and i.kind <> 'phone' and i.retired_at is null order by i.created_at desc limit 1),
    'window_open', coalesce(c.window_expires_at > now(), false),
    -- An hour of grace: an id that ends between here and the provider would be refused there.
    'media_id', (select u.external_id from public.media_uploads u where u.account_id = a.id
      and u.storage_path = m.payload #>> '{media,path}' and u.expires_at > now() + interval '1 hour'))
  from public.contacts k where k.id = c.contact_id
$$;
comment on function private.outgoing_json(public.outbox, public.whatsapp_messages, public.whatsapp_conversations, public.channel_accounts, integer) is
  'A claimed message as the sender needs it.';

create function public.claim_outbox(p_limit integer, p_lease_seconds integer, p_settle_seconds integer, p_per_second integer default 80) returns jsonb
language plpgsql set search_path = '' set enable_seqscan = off set plan_cache_mode = force_generic_plan
as $$
declare
  r record;
  o public.outbox;
  m public.whatsapp_messages;
  v_number integer;
  v_wait timestamptz;
  v_reason text;
  v_claimed jsonb := '[]'::jsonb;
begin
  -- A sender that died between claim and record: whether its message left is not known, a receipt may tell.
  with lost as (
    select message_id from public.outbox where state = 'sending' and run_at <= now() limit 100 for update skip locked
  ), marked as (
    update public.outbox x set state = 'unknown', token = null, run_at = x.last_attempt_at + make_interval(secs => p_settle_seconds)
    from lost where x.message_id = lost.message_id returning x.message_id
  )
  update public.whatsapp_messages x set status = 'unknown' from marked where x.id = marked.message_id;

  for r in
    select d.message_id, c, a, k.opted_out_at is not null as opted_out, k.blocked_at is not null as blocked
    from public.outbox d
    join public.whatsapp_conversations c on c.id = d.conversation_id
    join public.channel_accounts a on a.id = d.account_id
    join public.contacts k on k.id = c.contact_id
    where d.run_at <= now() and d.state <> 'sending'
      -- In order within a conversation; a message of unknown outcome holds the next ones up for 15 s at most.
      and not exists (select 1 from public.outbox e where e.conversation_id = d.conversation_id and e.sequence < d.sequence
        and not (e.state = 'unknown' and e.last_attempt_at < now() - interval '15 seconds'))
    order by d.run_at, d.sequence limit p_limit
    for update of d skip locked for share of c skip locked
  loop
    select * into strict o from public.outbox where message_id = r.message_id;
    select * into strict m from public.whatsapp_messages where id = r.message_id;
    v_reason := private.hold_back(o, r.c, m, r.opted_out, r.blocked);
    if v_reason is not null then
      delete from public.outbox where message_id = m.id;
      update public.whatsapp_messages set status = 'cancelled', error_text = v_reason where id = m.id;
      continue;
    end if;
    v_wait := coalesce(
      private.take_slot('pair', (r.c).contact_id, interval '6 seconds', 45),
      private.take_slot('number', m.account_id, make_interval(secs => 1.0 / p_per_second), p_per_second));
    if v_wait is not null then
      update public.outbox set run_at = v_wait where message_id = m.id;
      continue;
    end if;
    update public.outbox set state = 'sending', token = gen_random_uuid(), attempts = attempts + 1, last_attempt_at = now(),
      run_at = now() + make_interval(secs => p_lease_seconds)
    where message_id = m.id returning * into o;
    select coalesce(max(number), 0) + 1 into v_number from public.message_attempts where message_id = m.id;
    insert into public.message_attempts (business_id, message_id, number, token) values (m.business_id, m.id, v_number, o.token);
    -- Sending again what may have left already is counted, so that it can be seen to be rare.
    update public.whatsapp_messages set status = 'sending', resends = resends + (m.status = 'unknown')::integer where id = m.id;
    v_claimed := v_claimed || jsonb_build_array(private.outgoing_json(o, m, r.c, r.a, v_number));
  end loop;
  return jsonb_build_object('messages', v_claimed,
    -- Only heads of their conversations count: what waits behind another is not due, whatever its time.
    'next_ms', (select ceil(extract(epoch from min(d.run_at) - now()) * 1000) from public.outbox d
      where not exists (select 1 from public.outbox e where e.conversation_id = d.conversation_id and e.sequence < d.sequence
        and not (e.state = 'unknown' and e.last_attempt_at < now() - interval '15 seconds'))));
end
$$;
comment on function public.claim_outbox(integer, integer, integer, integer) is
  'Claims messages to send, oldest first, in order per conversation, within the pace of number (p_per_second) and recipient '
  '(one per 6 s, burst 45). Takes back what a person''s takeover or an opt-out overtook. '
  'Returns messages and in how many ms the next is due, null when none waits.';

create function private.record_send(x jsonb, p_settle_seconds integer, p_max_attempts integer) returns void
language plpgsql set search_path = ''
as $$
declare
  v_message uuid := (x ->> 'message_id')::uuid;
  v_outcome text := x ->> 'outcome';
  m public.whatsapp_messages;
  v_attempts integer;
  v_receipt record;
begin
  select * into m from public.whatsapp_messages where id = v_message for update;
  if not found then
    return;
  end if;
  update public.message_attempts set outcome = v_outcome, error_code = (x ->> 'code')::integer, error_text = left(x ->> 'error', 1000),
    response = nullif(x -> 'response', 'null'::jsonb), finished_at = now()
  where message_id = v_message and token = (x ->> 'token')::uuid;
  select attempts into v_attempts from public.outbox where message_id = v_message and token = (x ->> 'token')::uuid for update;
  if not found then
    -- A receipt settled it first, or the lease ran out; what the provider said is still worth its id.
    update public.whatsapp_messages set meta_message_id = coalesce(meta_message_id, x ->> 'external_id') where id = v_message;
    return;
  end if;
  if v_outcome = 'sent' then
    delete from public.outbox where message_id = v_message;
    update public.whatsapp_messages set
      status = case when private.receipt_rank(status) < 1 then 'sent' else status end,
      meta_message_id = coalesce(meta_message_id, x ->> 'external_id'), meta_response = nullif(x -> 'response', 'null'::jsonb),
      sent_at = coalesce(sent_at, now()), error_code = null, error_text = null
    where id = v_message;
    for v_receipt in
      select id from public.message_receipts where account_id = m.account_id and external_id = x ->> 'external_id' and applied_at is null
    loop
      perform private.apply_receipt(v_receipt.id, v_message);
    end loop;
  elsif v_outcome = 'unknown' then
    update public.outbox set state = 'unknown', token = null, run_at = last_attempt_at + make_interval(secs => p_settle_seconds)
    where message_id = v_message;
    update public.whatsapp_messages set status = 'unknown', error_text = left(x ->> 'error', 1000) where id = v_message;
  elsif v_outcome = 'retry' and v_attempts < p_max_attempts then
    update public.outbox set state = 'ready', token = null,
      run_at = now() + make_interval(secs => coalesce((x ->> 'retry_after_seconds')::double precision, 1))
    where message_id = v_message;
    update public.whatsapp_messages set status = 'pending', error_code = (x ->> 'code')::integer, error_text = left(x ->> 'error', 1000)
    where id = v_message;
    if x ->> 'scope' = 'number' then
      update public.send_pacing set next_at = greatest(next_at, now() + make_interval(secs => coalesce((x ->> 'retry_after_seconds')::double precision, 1)))
      where kind = 'number' and key = m.account_id;
    end if;
  else
    perform private.fail_message(v_message, (x ->> 'code')::integer, x ->> 'error');
  end if;
end
$$;
comment on function private.record_send(jsonb, integer, integer) is 'What became of one attempt.';

create function public.record_sends(p_results jsonb, p_settle_seconds integer, p_max_attempts integer) returns integer
language plpgsql set search_path = '' set enable_seqscan = off set plan_cache_mode = force_generic_plan
as $$
declare
  x jsonb;
begin
  for x in select value from jsonb_array_elements(p_results) order by value ->> 'message_id' loop
    perform private.record_send(x, p_settle_seconds, p_max_attempts);
  end loop;
  return jsonb_array_length(p_results);
end
$$;
comment on function public.record_sends(jsonb, integer, integer) is
  'Records attempts: [{message_id, token, outcome sent|retry|failed|unknown, external_id, code, error, retry_after_seconds, scope, response}].';

create function public.settle_parked_receipts() returns integer
language plpgsql set search_path = ''
as $$
declare
  r record;
  v_count integer := 0;
begin
  -- A receipt stored in the instant in which its message learned its id may have missed it.
  for r in
    select p.id, m.id as message_id from public.message_receipts p
    join public.whatsapp_messages m on m.account_id = p.account_id and m.meta_message_id = p.external_id
    where p.applied_at is null and m.direction = 'outbound' order by p.id limit 500
  loop
    v_count := v_count + private.apply_receipt(r.id, r.message_id)::integer;
  end loop;
  return v_count;
end
$$;
comment on function public.settle_parked_receipts() is 'Applies parked receipts whose message is known by now. Returns how many.';

do $$
declare
  f record;
begin
  for f in select p.oid::regprocedure as signature from pg_catalog.pg_proc p
    where (p.pronamespace = 'private'::regnamespace and p.proname in ('hold_back', 'take_slot', 'outgoing_json', 'record_send'))
      or (p.pronamespace = 'public'::regnamespace and p.proname in ('claim_outbox', 'record_sends', 'settle_parked_receipts'))
  loop
    execute format('grant execute on function %s to service_role', f.signature);
  end loop;
end
$$;
