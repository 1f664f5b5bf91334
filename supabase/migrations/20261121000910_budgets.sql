-- Budgets: how much of a language model a business, and each of its contacts, may use on a day of its own time zone.

create table public.model_spend (
  id bigint generated always as identity primary key,
  business_id uuid not null references public.businesses (id) on delete cascade,
  day date not null,
  contact_id uuid references public.contacts (id) on delete cascade,
  calls integer not null default 0,
  cost_usd numeric(12, 6) not null default 0,
  calls_limit numeric,
  usd_limit numeric,
  warned_at timestamptz,
  spent_at timestamptz,
  unique nulls not distinct (business_id, day, contact_id)
);
create index model_spend_contact_idx on public.model_spend (contact_id);
comment on table public.model_spend is 'Calls and cost of the language model per day: one row of the business (without contact) and one of each contact.';
comment on column public.model_spend.calls_limit is 'The limits that held when the model was last asked for.';

alter table public.model_spend enable row level security;
grant select on public.model_spend to authenticated;
grant select, insert, update, delete on public.model_spend to service_role;
create policy "staff read" on public.model_spend for select to authenticated
  using (business_id in (select private.my_businesses()));

create function private.business_day(p_business_id uuid) returns date
language sql stable set search_path = ''
as $$
  select (now() at time zone b.timezone)::date from public.businesses b where b.id = p_business_id
$$;
comment on function private.business_day(uuid) is 'Today, where the business is.';

create function private.used_share(p_calls integer, p_cost numeric, p_calls_limit numeric, p_usd_limit numeric) returns numeric
language sql immutable set search_path = ''
as $$
  select greatest(case when p_calls_limit > 0 then p_calls / p_calls_limit else 1 end,
    case when p_usd_limit > 0 then p_cost / p_usd_limit else 1 end)
$$;
comment on function private.used_share(integer, numeric, numeric, numeric) is 'How much of a budget is used, by calls or by money, whichever is more; 1 is all. A limit of 0 is used up.';

create function private.lock_spend(p_business_id uuid, p_day date, p_contact_id uuid, p_calls_limit numeric, p_usd_limit numeric) returns public.model_spend
language plpgsql set search_path = ''
as $$
declare
  s public.model_spend;
begin
  insert into public.model_spend as m (business_id, day, contact_id, calls_limit, usd_limit)
  values (p_business_id, p_day, p_contact_id, p_calls_limit, p_usd_limit)
  on conflict (business_id, day, contact_id) do update set calls_limit = excluded.calls_limit, usd_limit = excluded.usd_limit
  returning * into s;
  return s;
end
$$;
comment on function private.lock_spend(uuid, date, uuid, numeric, numeric) is 'The row of a day, made if need be and locked until the end of the transaction.';

create function private.warn_of_budget(p_business_id uuid, p_day date) returns boolean
language plpgsql set search_path = ''
as $$
declare
  v_share numeric;
begin
  update public.model_spend m set warned_at = now()
  where m.business_id = p_business_id and m.day = p_day and m.contact_id is null and m.warned_at is null and m.usd_limit is not null
    and private.used_share(m.calls, m.cost_usd, m.calls_limit, m.usd_limit) >= 0.8
  returning private.used_share(m.calls, m.cost_usd, m.calls_limit, m.usd_limit) into v_share;
  if not found then
    return false;
  end if;
  perform private.push(p_business_id, 'model_budget', 'support', null,
    jsonb_build_object('day', p_day, 'percent', least(floor(v_share * 100), 100)::integer), 'model_budget:' || p_day);
  return true;
end
$$;
comment on function private.warn_of_budget(uuid, date) is 'Tells support once a day that 80 % of the budget of a business are used. True when it was told just now.';

create function public.begin_model_call(p_business_id uuid, p_contact_id uuid, p_usual jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  v_day date := private.business_day(p_business_id);
  v_limits jsonb;
  b public.model_spend;
  k public.model_spend;
  v_over text;
begin
  select p_usual || l.limits into v_limits from public.businesses l where l.id = p_business_id;
  -- The business's row first, everywhere: whoever calls at the same moment waits here, so nobody counts past the limit.
  b := private.lock_spend(p_business_id, v_day, null, (v_limits ->> 'model_calls_per_day')::numeric, (v_limits ->> 'model_usd_per_day')::numeric);
  if b.calls = 0 then
    delete from public.model_spend where business_id = p_business_id and contact_id is not null and day < v_day - 7;
  end if;
  if private.used_share(b.calls, b.cost_usd, b.calls_limit, b.usd_limit) >= 1 then
    v_over := 'business';
  elsif p_contact_id is not null then
    k := private.lock_spend(p_business_id, v_day, p_contact_id, (v_limits ->> 'contact_model_calls_per_day')::numeric,
      (v_limits ->> 'contact_model_usd_per_day')::numeric);
    if private.used_share(k.calls, k.cost_usd, k.calls_limit, k.usd_limit) >= 1 then
      v_over := 'contact';
    end if;
  end if;
  if v_over is not null then
    update public.model_spend m set spent_at = now()
    where m.business_id = p_business_id and m.day = v_day and m.spent_at is null
      and m.contact_id is not distinct from (case when v_over = 'contact' then p_contact_id end);
    return jsonb_build_object('allowed', false, 'over', v_over, 'first', found);
  end if;
  update public.model_spend m set calls = m.calls + 1
  where m.business_id = p_business_id and m.day = v_day and (m.contact_id is null or m.contact_id = p_contact_id);
  return jsonb_build_object('allowed', true, 'warn', private.warn_of_budget(p_business_id, v_day));
end
$$;
comment on function public.begin_model_call(uuid, uuid, jsonb) is
  'Counts one call of a model against today''s budgets, or refuses it: {allowed, over: business or contact, first: nobody was refused before, '
  'warn: this call reaches 80 % of the business''s budget, said once a day}. p_usual has the limits of whoever set none.';

create function private.record_ai_calls(p_business_id uuid, p_conversation_id uuid, p_turn_id uuid, p_calls jsonb) returns void
language sql set search_path = ''
as $$
  insert into public.ai_calls (business_id, conversation_id, turn_id, purpose, model, outcome, input_tokens, output_tokens, cost_usd,
    latency_ms, prompt_variant, error)
  select p_business_id, p_conversation_id, p_turn_id, y.purpose, y.model, y.outcome, coalesce(y.input_tokens, 0), coalesce(y.output_tokens, 0),
    coalesce(y.cost_usd, 0), coalesce(y.latency_ms, 0), coalesce(y.prompt_variant, ''), left(coalesce(y.error, ''), 500)
  from jsonb_to_recordset(coalesce(nullif(p_calls, 'null'::jsonb), '[]'::jsonb)) as y (purpose text, model text, outcome text, input_tokens integer,
    output_tokens integer, cost_usd numeric, latency_ms integer, prompt_variant text, error text)
$$;
comment on function private.record_ai_calls(uuid, uuid, uuid, jsonb) is 'Keeps the calls of a turn or of background work.';

create function private.charge_model_call() returns trigger
language plpgsql set search_path = ''
as $$
declare
  v_day date := private.business_day(new.business_id);
  v_contact uuid := (select c.contact_id from public.whatsapp_conversations c where c.id = new.conversation_id);
begin
  insert into public.model_spend as m (business_id, day, contact_id, cost_usd) values (new.business_id, v_day, null, new.cost_usd)
  on conflict (business_id, day, contact_id) do update set cost_usd = m.cost_usd + excluded.cost_usd;
  if v_contact is not null then
    insert into public.model_spend as m (business_id, day, contact_id, cost_usd) values (new.business_id, v_day, v_contact, new.cost_usd)
    on conflict (business_id, day, contact_id) do update set cost_usd = m.cost_usd + excluded.cost_usd;
  end if;
  perform private.warn_of_budget(new.business_id, v_day);
  return null;
end
$$;
comment on function private.charge_model_call() is 'What a call cost is charged in the transaction that records it.';
create trigger charge_model_call after insert on public.ai_calls
  for each row when (new.cost_usd > 0) execute function private.charge_model_call();

create function public.model_allowed(p_business_id uuid) returns boolean
language sql stable set search_path = ''
as $$
  select not exists (select 1 from public.model_spend m
    where m.business_id = p_business_id and m.day = private.business_day(p_business_id) and m.contact_id is null and m.usd_limit is not null
      and private.used_share(m.calls, m.cost_usd, m.calls_limit, m.usd_limit) >= 1)
$$;
comment on function public.model_allowed(uuid) is 'Whether today''s budget of a business has something left, by the limits that held when a model was last asked for.';

create function public.record_embedding(p_product_ids uuid[], p_call jsonb) returns void
language sql set search_path = ''
as $$
  select private.record_ai_calls(x.business_id, null, null, jsonb_build_array(p_call || jsonb_build_object(
    'input_tokens', round((p_call ->> 'input_tokens')::numeric * x.share), 'cost_usd', (p_call ->> 'cost_usd')::numeric * x.share)))
  from (select p.business_id, count(*)::numeric / cardinality(p_product_ids) as share from public.products p
    where p.id = any (p_product_ids) group by p.business_id order by p.business_id) x
$$;
comment on function public.record_embedding(uuid[], jsonb) is 'What vectors of products cost, charged to the businesses by how many of the products are theirs.';

grant execute on function private.warn_of_budget(uuid, date), public.model_allowed(uuid), public.record_embedding(uuid[], jsonb) to service_role;
grant execute on function private.business_day(uuid), private.used_share(integer, numeric, numeric, numeric),
  private.lock_spend(uuid, date, uuid, numeric, numeric), private.record_ai_calls(uuid, uuid, uuid, jsonb),
  public.begin_model_call(uuid, uuid, jsonb) to service_role;
