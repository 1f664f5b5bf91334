-- Analytics: what happened between two days of a business's own time zone, summed up where the rows are.

-- Only columns that never change, so that moving a message forward touches no index.
create index whatsapp_messages_days_idx on public.whatsapp_messages (business_id, created_at)
  include (direction, author, account_id, conversation_id);
create index whatsapp_order_relays_confirmed_idx on public.whatsapp_order_relays (business_id, confirmed_at) where confirmed_at is not null;
create index market_orders_delivered_idx on public.market_orders (business_id, delivered_at) where delivered_at is not null;

-- Its planner settings keep it on the indexes that hold all it needs: rows of messages are wide, and half of them lie in other days.
create function public.analytics(p_business_id uuid, p_from date, p_to date) returns jsonb
language plpgsql stable set search_path = '' set plan_cache_mode = force_custom_plan set work_mem = '64MB' set enable_seqscan = off set random_page_cost = 1.1
as $$
declare
  b public.businesses;
  v_from timestamptz;
  v_to timestamptz;
  v_simulated uuid[];
  v_answered bigint;
  v_sampled bigint;
  v_cut uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  v_most constant integer := 20000;
  v_hours jsonb;
  v_people jsonb;
  v_funnel jsonb;
  v_turns jsonb;
  v_times jsonb;
  v_orders jsonb;
  v_failed jsonb;
  v_ai jsonb;
  v_with_model bigint;
  v_agents jsonb;
begin
  -- Run with the caller's rights: of another business nothing is found, here and in every table below.
  select * into b from public.businesses where id = p_business_id;
  if not found then
    raise exception 'business: there is no such business' using errcode = 'PT404', detail = 'gone', hint = 'It may be another''s.';
  end if;
  if p_from is null or p_to is null or p_to < p_from or p_to - p_from > 366 then
    raise exception 'range: must be a first and a last day, a year apart at most' using errcode = '22023', detail = 'date_range',
      hint = 'Choose a shorter range.';
  end if;
  v_from := p_from::timestamp at time zone b.timezone;
  v_to := (p_to + 1)::timestamp at time zone b.timezone;
  v_simulated := array(select a.id from public.channel_accounts a where a.business_id = b.id and a.simulated);

  -- One pass over the range by hour serves both the days and the hours of the week.
  select jsonb_agg(jsonb_build_object('hour', to_char(h.hour, 'YYYY-MM-DD"T"HH24'), 'author', h.author, 'in', h.direction = 'inbound', 'messages', h.messages))
  into v_hours from (
    select date_trunc('hour', m.created_at at time zone b.timezone) as hour, m.direction, m.author, count(*) as messages
    from public.whatsapp_messages m
    where m.business_id = b.id and m.created_at >= v_from and m.created_at < v_to and m.account_id <> all (v_simulated)
    group by 1, 2, 3
  ) h;

  with writers as (
    select distinct (m.created_at at time zone b.timezone)::date as day, m.conversation_id
    from public.whatsapp_messages m
    where m.business_id = b.id and m.created_at >= v_from and m.created_at < v_to and m.direction = 'inbound'
      and m.author = 'customer' and m.account_id <> all (v_simulated)
  ), people as materialized (
    select w.day, c.contact_id, c.id as conversation_id from writers w join public.whatsapp_conversations c on c.id = w.conversation_id
  ), turns as (
    select t.conversation_id, bool_or(t.showed_products) as shown, bool_or(t.filled_cart) as cart
    from public.turns t where t.business_id = b.id and t.finished_at >= v_from and t.finished_at < v_to
      and (t.showed_products or t.filled_cart)
    group by 1
  ), orders as (
    select r.conversation_id, bool_or(o.accepted_at is not null) as accepted, bool_or(o.delivered_at is not null) as delivered
    from public.whatsapp_order_relays r left join public.market_orders o on o.relay_id = r.id
    where r.business_id = b.id and r.confirmed_at >= v_from and r.confirmed_at < v_to
    group by 1
  ), depths as (
    -- Whoever came as far as a step went through those before it, whatever we saw of them. The best of a person's conversations counts.
    select p.contact_id, max(case when o.delivered then 6 when o.accepted then 5 when o.conversation_id is not null then 4
      when t.cart then 3 when t.shown then 2 else 1 end) as depth
    from (select distinct contact_id, conversation_id from people) p
    left join turns t on t.conversation_id = p.conversation_id
    left join orders o on o.conversation_id = p.conversation_id
    group by 1
  )
  select
    (select jsonb_build_object('total', (select count(distinct contact_id) from people),
      'days', (select coalesce(jsonb_object_agg(d.day, d.people), '{}'::jsonb) from (select day, count(distinct contact_id) as people from people group by 1) d))),
    (select jsonb_build_object('wrote', count(*), 'shown', count(*) filter (where depth >= 2), 'cart', count(*) filter (where depth >= 3),
      'confirmed', count(*) filter (where depth >= 4), 'accepted', count(*) filter (where depth >= 5), 'delivered', count(*) filter (where depth >= 6))
     from depths)
  into v_people, v_funnel;

  with counted as materialized (
    select t.outcome, t.intent, count(*) as n from public.turns t
    where t.business_id = b.id and t.finished_at >= v_from and t.finished_at < v_to group by 1, 2
  )
  select coalesce((select sum(n) from counted where outcome = 'answered'), 0),
    jsonb_build_object(
      'outcomes', (select coalesce(jsonb_object_agg(x.outcome, x.n), '{}'::jsonb) from (select outcome, sum(n) as n from counted group by 1) x),
      'intents', (select coalesce(jsonb_object_agg(x.intent, x.n), '{}'::jsonb) from (select intent, sum(n) as n from counted
        where intent is not null group by 1) x))
  into v_answered, v_turns;

  -- Ids of turns are random, so those below a bound are a fair sample; 20 000 tell percentiles better than a tenth of a second.
  if v_answered > v_most then
    v_cut := (lpad(to_hex(floor(v_most::numeric / v_answered * 4294967296)::bigint), 8, '0') || '-0000-0000-0000-000000000000')::uuid;
  end if;
  with answers as materialized (
    select (t.finished_at at time zone b.timezone)::date as day, 
      -- Providers tell the time of sending in whole seconds, which may lie before the reply was written.
      extract(epoch from greatest(s.sent_at, t.finished_at) - t.received_at) as seconds
    from public.turns t
    join public.whatsapp_conversations c on c.id = t.conversation_id and c.conversation_type = 'customer' and c.account_id <> all (v_simulated)
    cross join lateral (select min(m.sent_at) as sent_at from public.whatsapp_messages m where m.turn_id = t.id and m.direction = 'outbound') s
    where t.business_id = b.id and t.finished_at >= v_from and t.finished_at < v_to and t.outcome = 'answered'
      and t.received_at is not null and t.id <= v_cut and s.sent_at is not null
  )
  select count(*), jsonb_build_object(
    'p50', percentile_cont(0.5) within group (order by seconds), 'p95', percentile_cont(0.95) within group (order by seconds),
    'days', (select coalesce(jsonb_object_agg(d.day, jsonb_build_object('p50', d.p50, 'p95', d.p95, 'answers', d.answers)), '{}'::jsonb) from (
      select day, count(*) as answers, percentile_cont(0.5) within group (order by seconds) as p50,
        percentile_cont(0.95) within group (order by seconds) as p95 from answers group by 1) d))
  into v_sampled, v_times from answers;

  select jsonb_build_object(
    'confirmed', (select coalesce(jsonb_object_agg(x.day, x.n), '{}'::jsonb) from (
      select (r.confirmed_at at time zone b.timezone)::date as day, count(*) as n from public.whatsapp_order_relays r
      where r.business_id = b.id and r.confirmed_at >= v_from and r.confirmed_at < v_to and not r.simulated group by 1) x),
    'delivered', (select coalesce(jsonb_agg(jsonb_build_object('day', x.day, 'currency', x.currency, 'orders', x.n, 'revenue', x.revenue)), '[]'::jsonb) from (
      select (o.delivered_at at time zone b.timezone)::date as day, o.currency, count(*) as n, sum(o.total_price + o.delivery_fee)::text as revenue
      from public.market_orders o join public.whatsapp_order_relays r on r.id = o.relay_id and not r.simulated
      where o.business_id = b.id and o.delivered_at >= v_from and o.delivered_at < v_to and o.status = 'delivered' group by 1, 2) x))
  into v_orders;

  select coalesce(jsonb_agg(jsonb_build_object('code', x.error_code, 'messages', x.n, 'last_at', x.last_at) order by x.n desc), '[]'::jsonb) into v_failed
  from (select m.error_code, count(*) as n, max(m.failed_at) as last_at from public.whatsapp_messages m
    where m.business_id = b.id and m.failed_at >= v_from and m.failed_at < v_to and m.status = 'failed' group by 1) x;

  select coalesce(jsonb_agg(to_jsonb(x) order by x.calls desc), '[]'::jsonb) into v_ai
  from (select i.model, i.purpose, count(*) as calls, count(*) filter (where i.outcome <> 'ok') as failed, sum(i.input_tokens) as input_tokens,
      sum(i.output_tokens) as output_tokens, sum(i.cost_usd)::text as cost_usd, percentile_cont(0.5) within group (order by i.latency_ms) as p50_ms,
      percentile_cont(0.95) within group (order by i.latency_ms) as p95_ms
    from public.ai_calls i where i.business_id = b.id and i.created_at >= v_from and i.created_at < v_to group by 1, 2) x;
  select count(distinct i.turn_id) into v_with_model from public.ai_calls i
  where i.business_id = b.id and i.created_at >= v_from and i.created_at < v_to and i.outcome = 'ok' and i.turn_id is not null;

  with answers as (
    select s.id, s.name, count(m.id) as answers, count(distinct m.conversation_id) as conversations
    from public.staff s left join public.whatsapp_messages m on m.staff_id = s.id and m.created_at >= v_from and m.created_at < v_to
      and m.author = 'agent' and m.account_id <> all (v_simulated)
    where s.business_id = b.id group by 1, 2
  ), asked as (
    select e.conversation_id, e.created_at from public.escalations e
    where e.business_id = b.id and e.created_at >= v_from and e.created_at < v_to order by e.created_at desc limit 5000
  ), firsts as (
    select f.staff_id, extract(epoch from f.created_at - a.created_at) as seconds
    from asked a cross join lateral (select m.staff_id, m.created_at from public.whatsapp_messages m
      where m.conversation_id = a.conversation_id and m.author = 'agent' and m.created_at >= a.created_at order by m.sequence limit 1) f
  )
  select coalesce(jsonb_agg(jsonb_build_object('name', a.name, 'answers', a.answers, 'conversations', a.conversations,
    'first_response', (select percentile_cont(0.5) within group (order by f.seconds) from firsts f where f.staff_id = a.id)) order by a.answers desc, a.name), '[]'::jsonb)
  into v_agents from answers a where a.answers > 0;

  return jsonb_build_object('from', p_from, 'to', p_to, 'timezone', b.timezone, 'currency', b.currency, 'today', (now() at time zone b.timezone)::date,
    'hours', coalesce(v_hours, '[]'::jsonb), 'people', v_people, 'funnel', v_funnel, 'turns', v_turns, 'times', v_times,
    'sampled', case when v_cut < 'ffffffff-ffff-ffff-ffff-ffffffffffff' then v_sampled end, 'orders', v_orders, 'failed', v_failed, 'ai', v_ai,
    'answered', v_answered, 'with_model', v_with_model, 'agents', v_agents);
end
$$;
comment on function public.analytics(uuid, date, date) is
  'What happened in a business from one day to another, both included, in its own time zone: messages by hour and author, people, funnel, '
  'response times in seconds from the first unanswered message to the sent reply, intents, orders, revenue, failures, models, agents. '
  'Simulated numbers are left out.';

grant execute on function public.analytics(uuid, date, date) to authenticated, service_role;
