-- Analytics: what happened between two days of a business's own calendar. Here it is counted from the rows themselves and laid out;
-- `..._analytics_rollup.sql` keeps what was counted.

-- Only columns that never change, so that moving a message forward touches no index.
create index whatsapp_messages_days_idx on public.whatsapp_messages (business_id, created_at)
  include (direction, author, account_id, conversation_id);
create index whatsapp_order_relays_confirmed_idx on public.whatsapp_order_relays (business_id, confirmed_at) where confirmed_at is not null;
create index market_orders_delivered_idx on public.market_orders (business_id, delivered_at) where delivered_at is not null;
create index whatsapp_messages_agents_idx on public.whatsapp_messages (conversation_id, created_at) include (staff_id) where author = 'agent';

-- One figure of a day. What the columns mean depends on the kind:
--   in, out: name = author, part = hour of the day, n = messages     outcome, intent: name = which, n = turns     with_model: n = turns
--   answer: n = answers, steps = milliseconds that somebody waited, rounded, counts = how often     confirmed: n = orders
--   delivered: name = currency, n = orders, amount = revenue     person, newcomer: see private.people_figures
--   call: name = model, detail = purpose, n, amount = cost, steps and counts = milliseconds it took     call_failed, tokens_in, tokens_out: n
create type private.figure as (day date, kind text collate "C", name text collate "C", detail text collate "C", part integer, n bigint, amount numeric,
  who bit varying, steps integer[], counts integer[]);

create function private.day_begins(p_day date, p_timezone text) returns timestamptz
language plpgsql stable set search_path = ''
as $$
declare
  v_begin timestamptz := p_day::timestamp at time zone p_timezone;
begin
  -- Where clocks go back at one, midnight comes twice; the day begins with the first.
  return case when ((v_begin - interval '1 hour') at time zone p_timezone)::date = p_day then v_begin - interval '1 hour' else v_begin end;
end
$$;
comment on function private.day_begins(date, text) is 'The moment at which a day begins in a time zone.';

-- Percentiles need no more than a hundredth: steps of two in the third digit keep a day to some hundred values.
create function private.rounded_ms(p_seconds numeric) returns integer
language plpgsql immutable set search_path = ''
as $$
declare
  v_ms numeric := least(greatest(p_seconds * 1000, 0), 2000000000);
  v_step numeric := case when v_ms < 100 then 1 else 2 * 10 ^ (length(trunc(v_ms)::text) - 3) end;
begin
  return round(v_ms / v_step) * v_step;
end
$$;
comment on function private.rounded_ms(numeric) is 'Seconds as milliseconds, rounded by a hundredth at most.';

create function private.simulated_accounts(p_business_id uuid) returns uuid[]
language sql stable set search_path = ''
as $$
  select array(select a.id from public.channel_accounts a where a.business_id = p_business_id and a.simulated order by a.id)
$$;
comment on function private.simulated_accounts(uuid) is 'Numbers of a business whose traffic counts nowhere.';

-- Their planner settings keep them on the indexes that hold all they need: rows of messages are wide, and most lie in other days.
create function private.count_talk(b public.businesses, p_day date, p_from timestamptz, p_to timestamptz) returns setof private.figure
language plpgsql stable set search_path = '' set plan_cache_mode = force_custom_plan set work_mem = '64MB' set enable_seqscan = off set random_page_cost = 1.1
as $$
declare
  v_simulated uuid[] := private.simulated_accounts(b.id);
begin
  return query
  with said as materialized (
    select m.direction, m.author, extract(hour from m.created_at at time zone b.timezone)::integer as hour, m.conversation_id, count(*) as n
    from public.whatsapp_messages m
    where m.business_id = b.id and m.created_at >= p_from and m.created_at < p_to and m.account_id <> all (v_simulated)
    group by 1, 2, 3, 4
  ), answered as materialized (
    select t.id, t.outcome, t.intent, t.received_at, t.finished_at, t.showed_products, t.filled_cart, c.contact_id, c.conversation_type = 'customer' as customer
    from public.turns t join public.whatsapp_conversations c on c.id = t.conversation_id and c.account_id <> all (v_simulated)
    where t.business_id = b.id and t.finished_at >= p_from and t.finished_at < p_to
  ), steps as (
    select c.contact_id, 1 as step from (select distinct s.conversation_id from said s where s.direction = 'inbound' and s.author = 'customer') w
    join public.whatsapp_conversations c on c.id = w.conversation_id
    union all
    select a.contact_id, case when a.filled_cart then 3 else 2 end from answered a where a.customer and (a.showed_products or a.filled_cart)
  ), asked as materialized (
    select i.model, i.purpose, i.outcome, i.turn_id, i.input_tokens, i.output_tokens, i.cost_usd, i.latency_ms from public.ai_calls i
    where i.business_id = b.id and i.created_at >= p_from and i.created_at < p_to
  )
  select p_day, case s.direction when 'inbound' then 'in' else 'out' end, s.author, '', s.hour, sum(s.n)::bigint, null::numeric, null::bit varying,
    null::integer[], null::integer[] from said s group by s.direction, s.author, s.hour
  union all
  select p_day, 'outcome', a.outcome, '', 0, count(*), null, null, null, null from answered a group by a.outcome
  union all
  select p_day, 'intent', a.intent, '', 0, count(*), null, null, null, null from answered a where a.intent is not null group by a.intent
  union all
  select p_day, 'answer', '', '', 0, sum(x.n)::bigint, null, null, array_agg(x.ms order by x.ms), array_agg(x.n order by x.ms) from (
    -- Providers tell the time of sending in whole seconds, which may lie before the reply was written.
    select private.rounded_ms(extract(epoch from greatest(s.sent_at, a.finished_at) - a.received_at)) as ms, count(*)::integer as n
    from answered a
    cross join lateral (select min(m.sent_at) as sent_at from public.whatsapp_messages m where m.turn_id = a.id and m.direction = 'outbound') s
    where a.outcome = 'answered' and a.customer and a.received_at is not null and s.sent_at is not null group by 1) x
  having count(*) > 0
  union all
  select f.* from private.people_figures(p_day, array(select s.contact_id from steps s), array(select s.step from steps s)) f
  union all
  -- All calls of a turn are written with it, so that no turn is counted on two days.
  select p_day, 'with_model', '', '', 0, count(distinct i.turn_id), null, null, null, null from asked i where i.outcome = 'ok' and i.purpose <> 'embedding' having count(i.turn_id) > 0
  union all
  select p_day, x.kind, i.model, i.purpose, 0, sum(x.n)::bigint, null, null, null, null
  from asked i cross join lateral (values ('call_failed', (i.outcome = 'failed')::integer), ('tokens_in', i.input_tokens),
    ('tokens_out', i.output_tokens)) x (kind, n) group by x.kind, i.model, i.purpose
  union all
  select p_day, 'call', x.model, x.purpose, 0, sum(x.n)::bigint, sum(x.cost), null, array_agg(x.ms order by x.ms), array_agg(x.n order by x.ms)
  from (select i.model, i.purpose, private.rounded_ms(i.latency_ms / 1000.0) as ms, count(*)::integer as n, sum(i.cost_usd) as cost from asked i group by 1, 2, 3) x
  group by x.model, x.purpose;
end
$$;
comment on function private.count_talk(public.businesses, date, timestamptz, timestamptz) is
  'What was said, asked and answered in a stretch of a day: figures that never change but for late receipts.';

create function private.count_trade(b public.businesses, p_day date, p_from timestamptz, p_to timestamptz) returns setof private.figure
language plpgsql stable set search_path = '' set plan_cache_mode = force_custom_plan set work_mem = '64MB' set enable_seqscan = off set random_page_cost = 1.1
as $$
begin
  return query
  with confirmed as materialized (
    select r.contact_id, max(case when o.delivered_at is not null then 6 when o.accepted_at is not null then 5 else 4 end) as step
    from public.whatsapp_order_relays r left join public.market_orders o on o.relay_id = r.id
    where r.business_id = b.id and r.confirmed_at >= p_from and r.confirmed_at < p_to and not r.simulated
    group by r.id
  )
  select p_day, 'confirmed', '', '', 0, count(*), null::numeric, null::bit varying, null::integer[], null::integer[]
  from confirmed having count(*) > 0
  union all
  select f.* from private.people_figures(p_day, array(select c.contact_id from confirmed c), array(select c.step from confirmed c)) f
  union all
  select p_day, 'delivered', o.currency, '', 0, count(*), sum(o.total_price + o.delivery_fee), null, null, null
  from public.market_orders o join public.whatsapp_order_relays r on r.id = o.relay_id and not r.simulated
  where o.business_id = b.id and o.delivered_at >= p_from and o.delivered_at < p_to and o.status = 'delivered' group by o.currency;
end
$$;
comment on function private.count_trade(public.businesses, date, timestamptz, timestamptz) is
  'Orders confirmed and delivered in a stretch of a day, and how far they came since: figures that change with their orders.';

create function private.agents_between(p_business_id uuid, p_from timestamptz, p_to timestamptz) returns jsonb
language sql stable set search_path = ''
as $$
  with answers as (
    select s.id, s.name, count(m.id) as answers, count(distinct m.conversation_id) as conversations
    from public.staff s join public.whatsapp_messages m on m.staff_id = s.id and m.created_at >= p_from and m.created_at < p_to
      and m.author = 'agent' and m.account_id <> all (private.simulated_accounts(p_business_id))
    where s.business_id = p_business_id group by 1, 2
  ), asked as (
    select e.conversation_id, e.created_at from public.escalations e
    where e.business_id = p_business_id and e.created_at >= p_from and e.created_at < p_to order by e.created_at desc limit 5000
  ), firsts as (
    select f.staff_id, percentile_cont(0.5) within group (order by extract(epoch from f.created_at - a.created_at)) as seconds
    from asked a cross join lateral (select m.staff_id, m.created_at from public.whatsapp_messages m
      where m.conversation_id = a.conversation_id and m.author = 'agent' and m.created_at >= a.created_at order by m.created_at limit 1) f
    group by 1
  )
  select coalesce(jsonb_agg(jsonb_build_object('name', a.name, 'answers', a.answers, 'conversations', a.conversations, 'first_response', f.seconds)
    order by a.answers desc, a.name), '[]'::jsonb)
  from answers a left join firsts f on f.staff_id = a.id
$$;
comment on function private.agents_between(uuid, timestamptz, timestamptz) is
  'What each person at the desk answered, and how soon after a customer asked for a person. People write little enough to be counted as they are.';
create index escalations_asked_idx on public.escalations (business_id, created_at);

create function public.analytics(p_business_id uuid, p_from date, p_to date) returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan set work_mem = '64MB'
as $$
declare
  b public.businesses;
  v_from timestamptz;
  v_to timestamptz;
  v_found jsonb;
begin
  select * into b from public.businesses where id = p_business_id and id in (select private.my_businesses());
  if not found then
    raise exception 'business: there is no such business' using errcode = 'PT404', detail = 'gone', hint = 'It may be another''s.';
  end if;
  if p_from is null or p_to is null or p_to < p_from or p_to - p_from > 366 then
    raise exception 'range: must be a first and a last day, a year apart at most' using errcode = '22023', detail = 'date_range',
      hint = 'Choose a shorter range.';
  end if;
  v_from := private.day_begins(p_from, b.timezone);
  v_to := private.day_begins(p_to + 1, b.timezone);

  with f as materialized (
    select x.* from private.figures_between(b, p_from, p_to) x
  ), pieces as (
    -- By how far they came at least: the maps of that step and of all beyond it, united.
    select s.step, f.name, bit_count(bit_or(f.who)) as n from f join generate_series(1, 6) s (step) on f.part >= s.step where f.kind = 'person' group by 1, 2
    union all
    select s.step, '', count(distinct f.name) from f join generate_series(1, 6) s (step) on f.part >= s.step where f.kind = 'newcomer' group by 1
  ), funnel as (
    select s.step, coalesce(sum(p.n), 0) as n from generate_series(1, 6) s (step) left join pieces p on p.step = s.step group by 1
  ), writers as (
    select f.day, f.name, bit_count(bit_or(f.who)) as n from f where f.kind = 'person' and f.part = 1 group by grouping sets ((f.day, f.name), (f.name))
    union all
    select f.day, '', count(distinct f.name) from f where f.kind = 'newcomer' and f.part = 1 group by grouping sets ((f.day), ())
  ), spread as (
    select null::text as model, null::text as purpose, f.day, x.ms, sum(x.n) as n from f cross join unnest(f.steps, f.counts) x (ms, n)
    where f.kind = 'answer' group by grouping sets ((f.day, x.ms), (x.ms))
    union all
    select f.name, f.detail, null, x.ms, sum(x.n) from f cross join unnest(f.steps, f.counts) x (ms, n) where f.kind = 'call' group by 1, 2, 4
  ), ranked as (
    select s.*, sum(s.n) over (partition by s.model, s.purpose, s.day order by s.ms) as below,
      sum(s.n) over (partition by s.model, s.purpose, s.day) as total from spread s
  ), percentiles as (
    -- The value at a place of the sorted line is the first whose line reaches beyond it; between two places it is in proportion.
    select r.model, r.purpose, r.day, max(r.total) as total,
      private.between_values(0.5, max(r.total), min(r.ms) filter (where r.below > floor(0.5 * (r.total - 1))),
        min(r.ms) filter (where r.below > ceil(0.5 * (r.total - 1)))) as p50,
      private.between_values(0.95, max(r.total), min(r.ms) filter (where r.below > floor(0.95 * (r.total - 1))),
        min(r.ms) filter (where r.below > ceil(0.95 * (r.total - 1)))) as p95
    from ranked r group by 1, 2, 3
  ), sums as (
    select f.kind, f.name, f.detail, sum(f.n) as n, sum(f.amount) as amount from f group by 1, 2, 3
  )
  select jsonb_build_object(
    'written', (select coalesce(jsonb_object_agg(y.day, y.authors), '{}'::jsonb) from (select x.day, jsonb_object_agg(x.name, x.n) as authors
      from (select f.day, f.name, sum(f.n) as n from f where f.kind in ('in', 'out') group by 1, 2) x group by 1) y),
    'hours', (select coalesce(jsonb_agg(jsonb_build_array(x.part, x.name, x.n)), '[]'::jsonb)
      from (select f.part, f.name, sum(f.n) as n from f where f.kind in ('in', 'out') group by 1, 2) x),
    'week', (select coalesce(jsonb_agg(jsonb_build_array(x.weekday, x.part, x.n)), '[]'::jsonb)
      from (select extract(isodow from f.day)::integer - 1 as weekday, f.part, sum(f.n) as n from f where f.kind = 'in' group by 1, 2) x),
    'people', jsonb_build_object('total', (select coalesce(sum(w.n), 0) from writers w where w.day is null),
      'days', (select coalesce(jsonb_object_agg(x.day, x.n), '{}'::jsonb) from (select w.day, sum(w.n) as n from writers w where w.day is not null group by 1) x)),
    'funnel', (select jsonb_object_agg((array['wrote', 'shown', 'cart', 'confirmed', 'accepted', 'delivered'])[u.step], u.n) from funnel u),
    'answered', coalesce((select s.n from sums s where s.kind = 'outcome' and s.name = 'answered'), 0),
    'with_model', coalesce((select s.n from sums s where s.kind = 'with_model'), 0),
    'turns', jsonb_build_object(
      'outcomes', (select coalesce(jsonb_object_agg(s.name, s.n), '{}'::jsonb) from sums s where s.kind = 'outcome'),
      'intents', (select coalesce(jsonb_object_agg(s.name, s.n), '{}'::jsonb) from sums s where s.kind = 'intent')),
    'times', jsonb_build_object(
      'p50', (select p.p50 / 1000 from percentiles p where p.model is null and p.day is null),
      'p95', (select p.p95 / 1000 from percentiles p where p.model is null and p.day is null),
      'days', (select coalesce(jsonb_object_agg(p.day, jsonb_build_object('p50', p.p50 / 1000, 'p95', p.p95 / 1000, 'answers', p.total)), '{}'::jsonb)
        from percentiles p where p.day is not null)),
    'orders', jsonb_build_object(
      'confirmed', (select coalesce(jsonb_object_agg(x.day, x.n), '{}'::jsonb) from (select f.day, sum(f.n) as n from f where f.kind = 'confirmed' group by 1) x),
      'delivered', (select coalesce(jsonb_agg(jsonb_build_object('day', x.day, 'currency', x.name, 'orders', x.n, 'revenue', x.amount::text)), '[]'::jsonb)
        from (select f.day, f.name, sum(f.n) as n, sum(f.amount) as amount from f where f.kind = 'delivered' group by 1, 2) x)),
    'ai', (select coalesce(jsonb_agg(to_jsonb(x) order by x.calls desc, x.model, x.purpose), '[]'::jsonb) from (
      select s.name as model, s.detail as purpose, max(s.n) filter (where s.kind = 'call') as calls, max(s.n) filter (where s.kind = 'call_failed') as failed,
        max(s.n) filter (where s.kind = 'tokens_in') as input_tokens, max(s.n) filter (where s.kind = 'tokens_out') as output_tokens,
        (max(s.amount) filter (where s.kind = 'call'))::text as cost_usd, min(p.p50) as p50_ms, min(p.p95) as p95_ms
      from sums s join percentiles p on p.model = s.name and p.purpose = s.detail
      where s.kind in ('call', 'call_failed', 'tokens_in', 'tokens_out') group by 1, 2) x))
  into v_found;

  return v_found || jsonb_build_object('from', p_from, 'to', p_to, 'timezone', b.timezone, 'currency', b.currency,
    'today', (now() at time zone b.timezone)::date, 'agents', private.agents_between(b.id, v_from, v_to),
    'failed', (select coalesce(jsonb_agg(jsonb_build_object('code', x.error_code, 'messages', x.n) order by x.n desc, x.error_code), '[]'::jsonb)
      from (select m.error_code, count(*) as n from public.whatsapp_messages m
        where m.business_id = b.id and m.failed_at >= v_from and m.failed_at < v_to and m.status = 'failed' group by 1) x));
end
$$;
comment on function public.analytics(uuid, date, date) is
  'What happened in a business from one day to another, both included, in its own time zone: messages by hour and author, people, funnel, '
  'response times in seconds from the first unanswered message to the sent reply (within a hundredth), intents, orders, revenue, failures, '
  'models, agents. Simulated numbers are left out.';

grant execute on function public.analytics(uuid, date, date) to authenticated, service_role;
