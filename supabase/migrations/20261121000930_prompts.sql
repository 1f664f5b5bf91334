-- Prompts side by side: what became of the turns that each version of a prompt read.

create index ai_calls_turns_idx on public.ai_calls (business_id, created_at) where purpose = 'turn' and prompt_variant <> '';

create function private.sounds_corrected(p_words text) returns boolean
language sql immutable set search_path = ''
as $$
  select lower(coalesce(p_words, '')) ~
    '^\s*(no[,.! ]+(non|not|bukan|quell|quest|volevo|intendevo|i |the |that|yang)|no+\s*$|non (quell|quest|intendevo|volevo|era)|sbagliat|hai sbagliato|not (that|this|the)|wrong|i meant|bukan|salah|maksud)'
$$;
comment on function private.sounds_corrected(text) is 'Whether somebody says that they were misunderstood: "no, non quello", "I meant…", "bukan itu".';

create function public.prompt_results(p_business_id uuid, p_from date, p_to date) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_zone text := private.require_zone(p_business_id);
begin
  return (
    with calls as materialized (
      select a.* from public.ai_calls a join public.whatsapp_conversations c on c.id = a.conversation_id
      where a.business_id = p_business_id and a.purpose = 'turn' and a.prompt_variant <> '' and a.outcome <> 'cached' and c.account_id <> all (private.simulated_accounts(p_business_id))
        and a.created_at >= p_from::timestamp at time zone v_zone and a.created_at < (p_to + 1)::timestamp at time zone v_zone
    ), turns as materialized (
      select distinct on (k.turn_id) k.turn_id, k.prompt_variant, k.conversation_id, k.created_at,
        exists (select 1 from public.escalations e where e.conversation_id = k.conversation_id and e.created_at = k.created_at) as escalated,
        private.sounds_corrected((select coalesce(m.transcript, m.content) from public.whatsapp_messages m
          where m.conversation_id = k.conversation_id and m.direction = 'inbound' and m.created_at > k.created_at
            and m.created_at < k.created_at + interval '10 minutes' order by m.sequence limit 1)) as corrected
      from calls k where k.turn_id is not null order by k.turn_id, k.id desc
    ), people as (
      select distinct t.prompt_variant, t.conversation_id from turns t
    ), orders as (
      select p.prompt_variant, count(*) as confirmed from people p join public.whatsapp_order_relays r on r.conversation_id = p.conversation_id
      where r.confirmed_at >= p_from::timestamp at time zone v_zone and r.confirmed_at < (p_to + 1)::timestamp at time zone v_zone group by 1
    )
    select coalesce(jsonb_agg(to_jsonb(x) order by x.variant), '[]'::jsonb) from (
      select k.prompt_variant as variant, count(*) as calls, count(*) filter (where k.outcome = 'failed') as failed, sum(k.cost_usd) as cost_usd,
        percentile_cont(0.5) within group (order by k.latency_ms) as p50_ms, percentile_cont(0.95) within group (order by k.latency_ms) as p95_ms,
        (select count(*) from turns t where t.prompt_variant = k.prompt_variant) as turns,
        (select count(*) from people p where p.prompt_variant = k.prompt_variant) as talks,
        (select count(*) from turns t where t.prompt_variant = k.prompt_variant and t.escalated) as escalated,
        (select count(*) from turns t where t.prompt_variant = k.prompt_variant and t.corrected) as corrected,
        coalesce((select o.confirmed from orders o where o.prompt_variant = k.prompt_variant), 0) as orders
      from calls k group by k.prompt_variant) x);
end
$$;
comment on function public.prompt_results(uuid, date, date) is
  'What became of the turns that each version of a prompt read from p_from to p_to, both included: calls, failed, cost_usd, p50_ms, p95_ms, turns, '
  'talks, escalated, corrected (the next words say so), orders confirmed in those talks. Simulated numbers count nowhere.';

grant execute on function public.prompt_results(uuid, date, date) to authenticated, service_role;
