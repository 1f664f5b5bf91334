-- Summaries: every ten messages of a talk are told in a few words, in the background, for people and for the model.

create table public.conversation_summaries (
  conversation_id uuid primary key references public.whatsapp_conversations (id) on delete cascade,
  business_id uuid not null references public.businesses (id) on delete cascade,
  through_sequence bigint not null default 0,
  through_count integer not null default 0,
  made_by text not null default 'words' check (made_by in ('model', 'words')),
  run_at timestamptz,
  token uuid,
  attempts integer not null default 0,
  updated_at timestamptz not null default now()
);
create index conversation_summaries_business_idx on public.conversation_summaries (business_id);
create index conversation_summaries_due_idx on public.conversation_summaries (run_at) where run_at is not null;
comment on table public.conversation_summaries is 'How far a talk is summed up, by a model or in the customer''s own words; the words are in whatsapp_conversations.summary.';
comment on column public.conversation_summaries.run_at is 'When to claim it, or when a claim''s lease ends; null: nothing is due.';

alter table public.conversation_summaries enable row level security;
grant select on public.conversation_summaries to authenticated;
grant select, insert, update, delete on public.conversation_summaries to service_role;
create policy "staff read" on public.conversation_summaries for select to authenticated
  using (business_id in (select private.my_businesses()));

create function private.want_summary(c public.whatsapp_conversations) returns void
language plpgsql set search_path = ''
as $$
begin
  if c.message_count < 10 or c.conversation_type <> 'customer' or exists (select 1 from public.conversation_summaries s
      where s.conversation_id = c.id and (s.run_at is not null or s.through_count + 10 > c.message_count)) then
    return;
  end if;
  insert into public.conversation_summaries (conversation_id, business_id, run_at) values (c.id, c.business_id, now())
  on conflict (conversation_id) do update set run_at = now(), attempts = 0;
end
$$;
comment on function private.want_summary(public.whatsapp_conversations) is 'Puts a customer''s talk among those to sum up once ten messages came since the last time.';

create function private.summary_json(s public.conversation_summaries) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object('conversation_id', c.id, 'token', s.token, 'business_id', b.id, 'business', b.name, 'contact_id', c.contact_id,
    'language', coalesce(b.default_language, 'it'), 'summary', c.summary, 'made_by', s.made_by, 'through_sequence', s.through_sequence,
    'message_count', c.message_count, 'cart', private.cart_json(c.id),
    'messages', coalesce((select jsonb_agg(private.message_json(m) order by m.sequence) from (
      select * from public.whatsapp_messages x where x.conversation_id = c.id and x.status <> 'cancelled'
      order by x.sequence desc limit 40) m), '[]'::jsonb))
  from public.whatsapp_conversations c join public.businesses b on b.id = c.business_id where c.id = s.conversation_id
$$;
comment on function private.summary_json(public.conversation_summaries) is 'What a summary is made of: the one before and the last forty messages.';

create function public.claim_summaries(p_limit integer, p_lease_seconds integer) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  s public.conversation_summaries;
  v_claimed jsonb := '[]'::jsonb;
begin
  for s in
    update public.conversation_summaries t set token = gen_random_uuid(), attempts = t.attempts + 1,
      -- What failed five times waits for the next ten messages.
      run_at = case when t.attempts < 5 then now() + make_interval(secs => p_lease_seconds) end
    from (select d.conversation_id from public.conversation_summaries d where d.run_at <= now()
      order by d.run_at limit p_limit for update skip locked) due
    where t.conversation_id = due.conversation_id returning t.*
  loop
    if s.run_at is not null then
      v_claimed := v_claimed || jsonb_build_array(private.summary_json(s));
    end if;
  end loop;
  return v_claimed;
end
$$;
comment on function public.claim_summaries(integer, integer) is 'Talks to sum up, leased for p_lease_seconds.';

create function public.save_summary(p_conversation_id uuid, p_token uuid, p_summary text, p_made_by text, p_through_sequence bigint,
  p_through_count integer, p_calls jsonb) returns boolean
language plpgsql set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
begin
  -- The conversation is locked first, as everywhere.
  select * into c from public.whatsapp_conversations where id = p_conversation_id for update;
  update public.conversation_summaries set through_sequence = greatest(through_sequence, p_through_sequence),
    through_count = greatest(through_count, p_through_count), made_by = p_made_by, run_at = null, token = null, attempts = 0, updated_at = now()
  where conversation_id = p_conversation_id and token = p_token;
  if not found then
    return false;
  end if;
  update public.whatsapp_conversations set summary = left(p_summary, 1200) where id = c.id and p_summary <> '';
  perform private.record_ai_calls(c.business_id, c.id, null, p_calls);
  return true;
end
$$;
comment on function public.save_summary(uuid, uuid, text, text, bigint, integer, jsonb) is
  'Keeps the summary of a claimed talk; an empty one leaves the old. False when the lease was lost: nothing is written.';

grant execute on function private.want_summary(public.whatsapp_conversations), private.summary_json(public.conversation_summaries),
  public.claim_summaries(integer, integer), public.save_summary(uuid, uuid, text, text, bigint, integer, jsonb) to service_role;
