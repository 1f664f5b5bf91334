-- Turns: claim with a lease and a token, finish once, in one transaction with everything the decision changes.

create function private.message_json(m public.whatsapp_messages) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object('id', m.id, 'sequence', m.sequence, 'author', m.author, 'direction', m.direction, 'type', m.type,
    'content', m.content, 'payload', m.payload, 'transcript', m.transcript, 'intent', m.intent, 'external_id', m.meta_message_id,
    'provider_time', coalesce(m.provider_time, m.created_at))
$$;
comment on function private.message_json(public.whatsapp_messages) is 'A message as pipelines see it.';

create function private.cart_json(p_conversation_id uuid) returns jsonb
language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('product_id', p.id, 'sku', p.sku, 'name', p.name,
      'quantity', (l.value ->> 'quantity')::integer, 'variant', coalesce(l.value -> 'variant', '{}'::jsonb),
      'unit_price', p.price::text, 'currency', p.currency) order by l.n), '[]'::jsonb)
  from public.carts c
  cross join lateral jsonb_array_elements(c.lines) with ordinality as l (value, n)
  join public.products p on p.id = (l.value ->> 'product_id')::uuid and p.business_id = c.business_id and p.active
  where c.conversation_id = p_conversation_id
$$;
comment on function private.cart_json(uuid) is 'The cart with today''s prices; products no longer sold fall out.';

create function private.turn_json(p_conversation_id uuid, p_token uuid, p_attempts integer, p_history integer, p_limit integer) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
  k public.contacts;
  b public.businesses;
  a public.channel_accounts;
  v_messages jsonb;
  v_history jsonb;
  v_dealer uuid;
  v_rider uuid;
begin
  select * into strict c from public.whatsapp_conversations where id = p_conversation_id;
  select * into strict k from public.contacts where id = c.contact_id;
  select * into strict b from public.businesses where id = c.business_id;
  select * into strict a from public.channel_accounts where id = c.account_id;
  select coalesce(jsonb_agg(private.message_json(m) order by m.sequence), '[]'::jsonb) into v_messages
  from (select * from public.whatsapp_messages
    where conversation_id = c.id and direction = 'inbound' and wants_turn and turn_id is null
    order by sequence limit p_limit) m;
  select coalesce(jsonb_agg(private.message_json(m) order by m.sequence), '[]'::jsonb) into v_history
  from (select * from public.whatsapp_messages
    where conversation_id = c.id and status <> 'cancelled' and not (direction = 'inbound' and wants_turn and turn_id is null)
    order by sequence desc limit p_history) m;
  v_dealer := case when c.conversation_type = 'dealer' then private.is_dealer(c.business_id, c.contact_id) end;
  v_rider := case when c.conversation_type = 'rider' then private.is_rider(c.business_id, c.contact_id) end;
  return jsonb_build_object(
    'token', p_token, 'attempts', p_attempts, 'conversation_id', c.id, 'conversation_type', c.conversation_type,
    'language', c.language, 'session', c.session, 'summary', c.summary, 'message_count', c.message_count,
    'escalated', c.escalated_at is not null, 'messages', v_messages, 'history', v_history, 'cart', private.cart_json(c.id),
    'business', jsonb_build_object('id', b.id, 'name', b.name, 'bot_kind', b.bot_kind, 'languages', b.languages,
      'default_language', b.default_language, 'currency', b.currency, 'timezone', b.timezone, 'persona', b.persona,
      'limits', b.limits, 'hours', b.hours, 'payment_methods', b.payment_methods,
      'opens_at', (select nullif(x.at, now()) from private.next_opening(b.id, now()) x (at)),
      'delivers', exists (select 1 from public.delivery_zones z where z.business_id = b.id and z.active)),
    'account', jsonb_build_object('id', a.id, 'channel', a.channel, 'external_id', a.external_id, 'simulated', a.simulated),
    'contact', jsonb_build_object('id', k.id, 'name', k.name, 'phone', k.phone, 'language', k.language,
      'opted_out', k.opted_out_at is not null, 'privacy_noticed', k.privacy_noticed_at is not null),
    'dealer', (select jsonb_build_object('id', d.id, 'name', d.name, 'paused', d.paused) from public.dealers d where d.id = v_dealer),
    'rider', (select jsonb_build_object('id', r.id, 'name', r.name, 'paused', r.paused) from public.riders r where r.id = v_rider));
end
$$;
comment on function private.turn_json(uuid, uuid, integer, integer, integer) is 'A claimed turn with all a pipeline needs to answer it.';

create function public.claim_turns(p_limit integer, p_lease_seconds integer, p_conversation_id uuid default null,
  p_history integer default 12) returns jsonb
language plpgsql set search_path = '' set enable_seqscan = off set plan_cache_mode = force_generic_plan
as $$
declare
  q record;
  v_turns jsonb := '[]'::jsonb;
begin
  for q in
    update public.turn_queue t set token = gen_random_uuid(), claimed_at = now(), attempts = t.attempts + 1,
      run_at = now() + make_interval(secs => p_lease_seconds)
    from (
      select d.conversation_id from public.turn_queue d
      where case when p_conversation_id is null then d.run_at <= now()
        else d.conversation_id = p_conversation_id and (d.token is null or d.run_at <= now()) end
      order by d.run_at limit p_limit for update skip locked
    ) due
    where t.conversation_id = due.conversation_id
    returning t.conversation_id, t.token, t.attempts
  loop
    v_turns := v_turns || jsonb_build_array(private.turn_json(q.conversation_id, q.token, q.attempts, p_history, 50));
  end loop;
  return jsonb_build_object('turns', v_turns,
    'next_ms', (select ceil(extract(epoch from min(run_at) - now()) * 1000) from public.turn_queue));
end
$$;
comment on function public.claim_turns(integer, integer, uuid, integer) is
  'Claims up to p_limit due conversations for p_lease_seconds, or the one named, due or not. '
  'Returns turns with their tokens and in how many ms the next is due, null when none waits.';

create function public.fail_turn(p_token uuid, p_retry_ms integer) returns boolean
language plpgsql set search_path = ''
as $$
begin
  update public.turn_queue set token = null, run_at = now() + make_interval(secs => p_retry_ms / 1000.0) where token = p_token;
  return found;
end
$$;
comment on function public.fail_turn(uuid, integer) is 'Gives a turn back to be tried again in p_retry_ms. False when the lease was lost.';

create function private.save_cart(p_conversation public.whatsapp_conversations, p_lines jsonb) returns void
language sql set search_path = ''
as $$
  insert into public.carts (conversation_id, business_id, lines, updated_at)
  values (p_conversation.id, p_conversation.business_id, p_lines, now())
  on conflict (conversation_id) do update set lines = excluded.lines, updated_at = now(),
    reminded_at = case when excluded.lines = '[]'::jsonb then null else carts.reminded_at end,
    reminder = case when excluded.lines = '[]'::jsonb then null else carts.reminder end
$$;
comment on function private.save_cart(public.whatsapp_conversations, jsonb) is 'Replaces the cart of a conversation.';

create function private.requeue_or_close(p_conversation_id uuid, p_token uuid) returns boolean
language plpgsql set search_path = ''
as $$
declare
  v_oldest timestamptz;
begin
  select min(created_at) into v_oldest from public.whatsapp_messages
  where conversation_id = p_conversation_id and direction = 'inbound' and wants_turn and turn_id is null;
  if v_oldest is null then
    delete from public.turn_queue where conversation_id = p_conversation_id and token = p_token;
    update public.whatsapp_conversations set pending_since = null where id = p_conversation_id and pending_since is not null;
    return false;
  end if;
  update public.turn_queue set token = null, claimed_at = null, attempts = 0, run_at = greatest(now(), not_before, hold_until),
    not_before = null, first_pending_at = now()
  where conversation_id = p_conversation_id and token = p_token;
  update public.whatsapp_conversations set pending_since = v_oldest where id = p_conversation_id;
  return true;
end
$$;
comment on function private.requeue_or_close(uuid, uuid) is
  'After a turn: what arrived meanwhile, or was beyond the claim, waits for the next turn; else the conversation leaves the queue.';

create function private.apply_decision(c public.whatsapp_conversations, p_turn_id uuid, d jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  x jsonb;
  v_result jsonb;
  v_replies jsonb := coalesce(d -> 'replies', '[]'::jsonb);
  v_outcomes jsonb := '[]'::jsonb;
  v_ids uuid[] := '{}';
  v_n integer := 0;
begin
  update public.whatsapp_conversations set
    language = coalesce(d ->> 'language', language),
    session = coalesce(nullif(d -> 'session', 'null'::jsonb), session),
    session_version = session_version + (coalesce(d -> 'session', 'null'::jsonb) <> 'null'::jsonb)::integer
  where id = c.id;
  update public.contacts set language = coalesce(d ->> 'language', language),
    privacy_noticed_at = case when coalesce((d ->> 'privacy_noticed')::boolean, false) then coalesce(privacy_noticed_at, now()) else privacy_noticed_at end
  where id = c.contact_id and (language is distinct from d ->> 'language' or coalesce((d ->> 'privacy_noticed')::boolean, false));
  if jsonb_typeof(d -> 'cart') = 'array' then
    perform private.save_cart(c, d -> 'cart');
  end if;
  if jsonb_typeof(d -> 'reminder') = 'object' then
    update public.carts set reminder = d -> 'reminder' where conversation_id = c.id;
  end if;
  if d ->> 'preference' is not null then
    perform private.set_preference(c.business_id, c.contact_id, 'all', case d ->> 'preference' when 'opt_out' then 'stop' else 'resume' end, 'customer', now());
  end if;
  for x in select value from jsonb_array_elements(coalesce(d -> 'actions', '[]'::jsonb)) loop
    v_result := private.run_action(c, x ->> 'kind', coalesce(x -> 'args', '{}'::jsonb));
    v_outcomes := v_outcomes || jsonb_build_array(v_result || jsonb_build_object('kind', x ->> 'kind'));
    v_replies := v_replies || coalesce((
      select jsonb_agg(private.fill_reply(r.value, v_result)) from jsonb_array_elements(
        coalesce(x -> 'outcomes' -> (v_result ->> 'outcome'), x -> 'outcomes' -> '*', '[]'::jsonb)) r), '[]'::jsonb);
  end loop;
  for x in select value from jsonb_array_elements(v_replies) loop
    v_n := v_n + 1;
    v_ids := v_ids || private.queue_message(c.id, 'bot',
      case when d ->> 'preference' = 'opt_out' then x || '{"despite_opt_out": true}'::jsonb else x end, p_turn_id, p_turn_id || ':' || v_n);
  end loop;
  if d ->> 'escalation' is not null then
    perform private.escalate(c.id, d ->> 'escalation', coalesce(d #>> '{understood,human_reason}', ''));
  end if;
  return jsonb_build_object('actions', v_outcomes, 'message_ids', to_jsonb(v_ids));
end
$$;
comment on function private.apply_decision(public.whatsapp_conversations, uuid, jsonb) is
  'Everything a decision changes beside the turn itself. The outcome of each action chooses its replies.';

create function public.finish_turn(p_token uuid, p_message_ids uuid[], p_decision jsonb, p_timings jsonb default '{}'::jsonb) returns jsonb
language plpgsql set search_path = '' set enable_seqscan = off set plan_cache_mode = force_generic_plan
as $$
declare
  c public.whatsapp_conversations;
  q public.turn_queue;
  v_result jsonb := '{}'::jsonb;
  v_silenced boolean;
  v_unheard uuid;
begin
  -- The conversation is locked before its queue row everywhere, so that nobody waits in a circle.
  select conversation_id into q.conversation_id from public.turn_queue where token = p_token;
  if q.conversation_id is null then
    return jsonb_build_object('status', 'stale');
  end if;
  select * into strict c from public.whatsapp_conversations where id = q.conversation_id for update;
  select * into q from public.turn_queue where token = p_token for update;
  if not found then
    return jsonb_build_object('status', 'stale');
  end if;
  v_silenced := c.owner = 'human';
  insert into public.turns (id, business_id, conversation_id, outcome, attempts, intent, confidence, language, understood, timings, claimed_at,
    showed_products, filled_cart, received_at)
  values (p_token, c.business_id, c.id,
    case when v_silenced then 'silenced'
      when coalesce((p_decision ->> 'failed')::boolean, false) then 'failed'
      when jsonb_array_length(coalesce(p_decision -> 'replies', '[]')) + jsonb_array_length(coalesce(p_decision -> 'actions', '[]')) = 0 then 'silent'
      else 'answered' end,
    q.attempts, p_decision ->> 'intent', (p_decision ->> 'confidence')::real, p_decision ->> 'language',
    coalesce(p_decision -> 'understood', '{}'::jsonb), p_timings, q.claimed_at,
    -- What is offered to be put into the cart was shown.
    not v_silenced and coalesce(p_decision -> 'replies' @? '$[*].*[*].id ? (@ starts with "add:")', false),
    not v_silenced and coalesce(jsonb_typeof(p_decision -> 'cart') = 'array' and jsonb_array_length(p_decision -> 'cart') > 0, false),
    (select min(m.created_at) from public.whatsapp_messages m where m.id = any (p_message_ids) and m.conversation_id = c.id));
  update public.whatsapp_messages set turn_id = p_token, intent = p_decision ->> 'intent'
  where id = any (p_message_ids) and conversation_id = c.id and direction = 'inbound' and turn_id is null;
  if not v_silenced then
    v_result := private.apply_decision(c, p_token, p_decision);
  end if;
  perform private.want_summary(c);
  perform private.learn_question(c.business_id, p_decision -> 'learned');
  -- What was asked was paid for, whoever answers.
  perform private.record_ai_calls(c.business_id, c.id, p_token, p_decision -> 'ai_calls');
  if p_decision ? 'trace' then
    update public.turns set trace = v_result || jsonb_build_object('steps', p_decision -> 'trace') where id = p_token;
  end if;
  -- A transcript that came while the turn was at work without it.
  for v_unheard in select value::uuid from jsonb_array_elements_text(coalesce(p_decision -> 'unheard', '[]'::jsonb)) loop
    perform private.hear_again(v_unheard);
  end loop;
  v_result := v_result || jsonb_build_object('status', case when v_silenced then 'silenced' else 'done' end, 'turn_id', p_token,
    'conversation_id', c.id, 'more', private.requeue_or_close(c.id, p_token));
  return v_result;
end
$$;
comment on function public.finish_turn(uuid, uuid[], jsonb, jsonb) is
  'Answers a claimed turn once: marks its messages, applies the decision, fills the outbox, requeues what came meanwhile. '
  'status is done, silenced (a person took over: nothing is sent) or stale (the lease was lost: nothing is written).';

do $$
declare
  f record;
begin
  for f in select p.oid::regprocedure as signature from pg_catalog.pg_proc p
    where (p.pronamespace = 'private'::regnamespace and p.proname in ('message_json', 'cart_json', 'turn_json', 'save_cart',
      'requeue_or_close', 'apply_decision'))
      or (p.pronamespace = 'public'::regnamespace and p.proname in ('claim_turns', 'fail_turn', 'finish_turn'))
  loop
    execute format('grant execute on function %s to service_role', f.signature);
  end loop;
end
$$;
