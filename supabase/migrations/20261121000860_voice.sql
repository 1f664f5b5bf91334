-- Voice: a turn waits a while for the transcript of a voice note; a late one is heard after all.

create function private.release_turn(p_conversation_id uuid) returns void
language sql set search_path = ''
as $$
  update public.turn_queue q set hold_until = null,
    run_at = case when q.token is not null then q.run_at else greatest(now(), q.quiet_until, q.not_before) end
  where q.conversation_id = p_conversation_id and q.hold_until is not null
    and not exists (select 1 from public.whatsapp_messages m join public.message_media f on f.message_id = m.id
      where m.conversation_id = p_conversation_id and m.direction = 'inbound' and m.wants_turn and m.turn_id is null
        and f.transcription = 'waiting')
$$;
comment on function private.release_turn(uuid) is 'Ends the wait of a turn once no transcript is outstanding; the quiet window and the rate limit still hold.';

-- The customer was told that nobody could listen and has written nothing since: then the note is answered after all.
create function private.hear_again(p_message_id uuid) returns boolean
language plpgsql set search_path = ''
as $$
begin
  update public.whatsapp_messages m set turn_id = null
  from public.turns t, public.whatsapp_conversations c
  where m.id = p_message_id and m.direction = 'inbound' and m.wants_turn and m.transcript is not null and m.revoked_at is null
    and m.created_at > now() - interval '10 minutes'
    and t.id = m.turn_id and t.outcome = 'answered'
    and c.id = m.conversation_id and c.owner = 'bot' and c.status <> 'resolved'
    and not exists (select 1 from public.whatsapp_messages w
      where w.turn_id = t.id and w.direction = 'inbound' and w.type <> 'audio')
    and not exists (select 1 from public.whatsapp_messages n
      where n.conversation_id = m.conversation_id and n.sequence > m.sequence and n.direction = 'inbound'
        and n.turn_id is distinct from t.id and n.type <> 'reaction' and not (n.type = 'audio' and n.transcript is null));
  return found;
end
$$;
comment on function private.hear_again(uuid) is
  'Puts a voice note that was answered before its transcript came back among the unanswered. True when it was.';

create function public.record_transcript(p_id uuid, p_token uuid, p_transcript text, p_call jsonb, p_retry_ms integer default null) returns boolean
language plpgsql set search_path = ''
as $$
declare
  v record;
  v_text text := nullif(trim(p_transcript), '');
begin
  select * into v from private.lock_media(p_id, p_token);
  if (v.f).id is null then
    return false;
  end if;
  insert into public.ai_calls (business_id, conversation_id, purpose, model, outcome, input_tokens, output_tokens, cost_usd, latency_ms, error)
  select (v.f).business_id, v.conversation_id, 'transcription', y.model, y.outcome, coalesce(y.input_tokens, 0),
    coalesce(y.output_tokens, 0), coalesce(y.cost_usd, 0), coalesce(y.latency_ms, 0), left(coalesce(y.error, ''), 500)
  from jsonb_to_record(p_call) as y (model text, outcome text, input_tokens integer, output_tokens integer, cost_usd numeric,
    latency_ms integer, error text) where y.model is not null;
  if v_text is null and p_retry_ms is not null then
    update public.message_media set token = null, run_at = now() + make_interval(secs => p_retry_ms / 1000.0) where id = p_id;
    return true;
  end if;
  -- The words may be there before the file is in the bucket: then the lease goes on.
  update public.message_media set transcription = case when v_text is null then 'failed' else 'done' end,
    token = case when state <> 'stored' then token end, run_at = case when state <> 'stored' then run_at end
  where id = p_id;
  update public.whatsapp_messages set transcript = v_text where id = (v.f).message_id and v_text is not null;
  update public.whatsapp_conversations set preview = left(v_text, 160) where id = v.conversation_id and preview = '[audio]' and v_text is not null;
  if v_text is not null and private.hear_again((v.f).message_id) then
    update public.whatsapp_conversations set pending_since = coalesce(pending_since, now()) where id = v.conversation_id;
    perform private.queue_turns(array[v.conversation_id], interval '0', interval '0');
  end if;
  perform private.release_turn(v.conversation_id);
  perform private.wake_workers();
  return true;
end
$$;
comment on function public.record_transcript(uuid, uuid, text, jsonb, integer) is
  'The words of a claimed voice note, or null when there are none: tried again in p_retry_ms, or failed for good when that is null. '
  'p_call is the row for ai_calls. Ends the wait of the turn; a late transcript is answered after all. False when the lease was lost.';

grant execute on function private.release_turn(uuid), private.hear_again(uuid),
  public.record_transcript(uuid, uuid, text, jsonb, integer) to service_role;
