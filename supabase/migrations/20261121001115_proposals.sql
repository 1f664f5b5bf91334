-- Proposals: a dealer can't do an order as it is and says how they could; the customer decides.

create table public.order_proposals (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  market_order_id uuid not null references public.market_orders (id) on delete cascade,
  dealer_id uuid not null references public.dealers (id),
  status text not null default 'draft' check (status in ('draft', 'sent', 'accepted', 'refused', 'expired', 'void')),
  changes jsonb not null default '[]'::jsonb,
  before jsonb not null,
  lines jsonb not null,
  total_price numeric(12, 2) not null check (total_price >= 0),
  ready_at timestamptz,
  holds boolean not null default false,
  written_off boolean not null default false,
  sent_at timestamptz,
  reminded_at timestamptz,
  expires_at timestamptz,
  resolved_at timestamptz,
  created_at timestamptz not null default now()
);
-- A customer is asked one thing about an order at a time, whatever the code above it does.
create unique index order_proposals_one_asked_idx on public.order_proposals (market_order_id) where status = 'sent';
create index order_proposals_order_idx on public.order_proposals (market_order_id, dealer_id);
create index order_proposals_dealer_idx on public.order_proposals (dealer_id);
create index order_proposals_business_idx on public.order_proposals (business_id);
create index order_proposals_due_idx on public.order_proposals (expires_at) where status = 'sent';
comment on table public.order_proposals is 'How a dealer would do an order that they can''t do as it is, and what the customer said to it.';
comment on column public.order_proposals.changes is 'What differs, for words: [{kind without|fewer|instead, name, variant, quantity, left, by, by_variant, by_quantity, '
  'unit_price}].';
comment on column public.order_proposals.before is 'The lines as they were when it was proposed; another change meanwhile makes it void.';
comment on column public.order_proposals.ready_at is 'The time the dealer can do it; null while that is not what they propose.';
comment on column public.order_proposals.holds is 'Whether the dealer''s stock was reserved for the order when it was sent.';
comment on column public.order_proposals.written_off is 'Whether the pieces that were reserved and not there are off the shelf.';
alter table public.order_proposals enable row level security;
grant select on public.order_proposals to authenticated;
grant select, insert, update, delete on public.order_proposals to service_role;
create policy "staff read" on public.order_proposals for select to authenticated using (business_id in (select private.my_businesses()));

create function private.missing_of(p_before jsonb, p_after jsonb) returns table (product_id uuid, missing integer, wanted integer)
language sql immutable set search_path = ''
as $$
  select b.product_id, b.quantity - coalesce(a.quantity, 0), coalesce(a.quantity, 0)
  from private.line_needs(p_before) b left join private.line_needs(p_after) a on a.product_id = b.product_id
  where b.quantity > coalesce(a.quantity, 0)
$$;
comment on function private.missing_of(jsonb, jsonb) is 'Products of which fewer are left in the second lines: how many are missing, how many still wanted.';

create function private.lower_shelf(p_business_id uuid, p_dealer_id uuid, p_product_id uuid, p_free integer, p_less integer, p_proposal_id uuid)
returns void
language plpgsql set search_path = ''
as $$
declare
  s public.dealer_stock;
  v_after integer;
begin
  select * into s from public.dealer_stock where dealer_id = p_dealer_id and product_id = p_product_id for update;
  v_after := case when p_free is not null then least(s.on_hand, s.reserved + p_free) else greatest(s.reserved, s.on_hand - p_less) end;
  if v_after < s.on_hand then
    update public.dealer_stock set on_hand = v_after, updated_at = now() where dealer_id = p_dealer_id and product_id = p_product_id;
    insert into public.audit_log (business_id, actor, action, entity, entity_id, detail)
    values (p_business_id, 'dealer:' || p_dealer_id, 'set_stock', 'dealer_stock', p_product_id::text,
      jsonb_build_object('before', s.on_hand, 'after', v_after, 'proposal_id', p_proposal_id));
  end if;
end
$$;
comment on function private.lower_shelf(uuid, uuid, uuid, integer, integer, uuid) is
  'A dealer said by a proposal that pieces are not there: at most p_free are free from now on, or p_less fewer are on the shelf. Audited as every '
  'change of a shelf.';

create function private.write_off(p_order_id uuid, p_dealer_id uuid) returns void
language plpgsql set search_path = ''
as $$
declare
  p public.order_proposals;
begin
  for p in update public.order_proposals set written_off = true
    where market_order_id = p_order_id and dealer_id = p_dealer_id and holds and not written_off and status <> 'draft' returning *
  loop
    perform private.lower_shelf(p.business_id, p_dealer_id, n.product_id, null, n.missing, p.id) from private.missing_of(p.before, p.lines) n;
  end loop;
end
$$;
comment on function private.write_off(uuid, uuid) is 'Pieces that were reserved for an order, and that its dealer said are not there, leave the shelf with the reservation.';

create function private.release_order(m public.market_orders, p_dealer_id uuid) returns void
language plpgsql set search_path = ''
as $$
begin
  perform private.release_stock(p_dealer_id, m.lines);
  perform private.write_off(m.id, p_dealer_id);
end
$$;
comment on function private.release_order(public.market_orders, uuid) is 'Gives back what an order has reserved at a dealer.';

create function private.void_proposals(p_order_id uuid, p_dealer_id uuid default null) returns void
language sql set search_path = ''
as $$
  update public.order_proposals set status = 'void', resolved_at = now()
  where market_order_id = p_order_id and status in ('draft', 'sent', 'expired') and (p_dealer_id is null or dealer_id = p_dealer_id)
$$;
comment on function private.void_proposals(uuid, uuid) is 'What became of an order meanwhile leaves nothing to decide (of one dealer''s proposals, or of all).';

create function private.goods_signs(p_change jsonb, p_quantity text, p_name text, p_variant text) returns text
language sql immutable set search_path = ''
as $$
  select (p_change ->> p_quantity) || ' × ' || (p_change ->> p_name)
    || coalesce(' (' || (select string_agg(v.value, ', ' order by v.key desc) from jsonb_each_text(p_change -> p_variant) v) || ')', '')
$$;
comment on function private.goods_signs(jsonb, text, text, text) is 'One side of a change: how many of what, in which variant. The texts name the keys.';

-- Signs instead of words, because it stands in a timeline that is read in several languages.
create function private.proposal_signs(p public.order_proposals, p_timezone text) returns text
language sql stable set search_path = ''
as $$
  select concat_ws(' · ',
    (select string_agg(case x.value ->> 'kind'
        when 'without' then private.goods_signs(x.value, 'quantity', 'name', 'variant') || ' → 0'
        when 'fewer' then private.goods_signs(x.value, 'quantity', 'name', 'variant') || ' → ' || (x.value ->> 'left')
        else private.goods_signs(x.value, 'quantity', 'name', 'variant') || ' → ' || private.goods_signs(x.value, 'by_quantity', 'by', 'by_variant') end,
      ' · ' order by x.n) from jsonb_array_elements(p.changes) with ordinality x (value, n)),
    to_char(p.ready_at at time zone p_timezone, '"🕒" DD/MM HH24:MI'))
$$;
comment on function private.proposal_signs(public.order_proposals, text) is 'A proposal in a line for the timeline: what becomes of which goods, and when.';

create function private.changed_lines(p_lines jsonb, p_changes jsonb, p_business_id uuid) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
  v_lines jsonb := '[]'::jsonb;
  v_said jsonb := '[]'::jsonb;
  v_by jsonb;
  l record;
  x jsonb;
begin
  if exists (select 1 from jsonb_array_elements(p_changes) c
    where p_lines -> (c.value ->> 'line')::integer ->> 'product_id' is distinct from c.value ->> 'product_id'
      or (c.value ->> 'quantity')::integer not between 0 and 999) then
    return null;
  end if;
  for l in select value, n - 1 as n from jsonb_array_elements(p_lines) with ordinality e (value, n) order by n loop
    select c.value into x from jsonb_array_elements(p_changes) c where (c.value ->> 'line')::integer = l.n limit 1;
    if x is null then
      v_lines := v_lines || jsonb_build_array(l.value);
      continue;
    end if;
    v_by := null;
    if x ? 'by' then
      v_by := private.price_lines(p_business_id, jsonb_build_array(jsonb_build_object('product_id', x ->> 'by', 'quantity', (x ->> 'quantity')::integer,
        'variant', coalesce(x -> 'variant', '{}'::jsonb)))) -> 0;
      if not v_by ? 'unit_price' or (x ->> 'quantity')::integer < 1
        or (v_by -> 'product_id', v_by -> 'variant') = (l.value -> 'product_id', coalesce(l.value -> 'variant', '{}'::jsonb))
        or not exists (select 1 from public.products p where p.id = (x ->> 'by')::uuid and private.comes_in(p.attributes, v_by -> 'variant')) then
        return null;
      end if;
      if v_by -> 'product_id' = l.value -> 'product_id' then
        -- Another colour of what was ordered is no reason to pay today's price for it.
        v_by := v_by || jsonb_build_object('unit_price', l.value ->> 'unit_price');
      end if;
      v_lines := v_lines || jsonb_build_array(v_by);
    elsif (x ->> 'quantity')::integer >= (l.value ->> 'quantity')::integer then
      return null;
    elsif (x ->> 'quantity')::integer > 0 then
      v_lines := v_lines || jsonb_build_array(l.value || jsonb_build_object('quantity', (x ->> 'quantity')::integer));
    end if;
    v_said := v_said || jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
      'kind', case when v_by is not null then 'instead' when (x ->> 'quantity')::integer = 0 then 'without' else 'fewer' end,
      'name', l.value ->> 'name', 'variant', coalesce(l.value -> 'variant', '{}'::jsonb), 'quantity', (l.value ->> 'quantity')::integer,
      'left', case when v_by is null then (x ->> 'quantity')::integer end, 'by', v_by ->> 'name', 'by_variant', v_by -> 'variant', 'by_quantity', (v_by ->> 'quantity')::integer,
      'unit_price', v_by ->> 'unit_price')));
  end loop;
  return jsonb_build_object('lines', v_lines, 'said', v_said);
end
$$;
comment on function private.changed_lines(jsonb, jsonb, uuid) is
  'Lines after changes [{line (from 0), product_id (what stands there), quantity (0: without), by (another product, or the same one '
  'otherwise), variant (of by, all of it)}]: {lines, said}; null when they don''t fit the lines or by does not come in the variant. What stays keeps '
  'the price it was ordered at, also in another variant; another product has the price of now.';

create function private.may_propose(m public.market_orders, p_dealer_id uuid) returns boolean
language sql stable set search_path = ''
as $$
  select case m.status
    when 'offered' then exists (select 1 from public.order_offers o where o.market_order_id = m.id and o.dealer_id = p_dealer_id
      and o.outcome = 'pending' and o.expires_at >= now())
    else m.dealer_id = p_dealer_id and m.status in ('accepted', 'preparing', 'ready') end
$$;
comment on function private.may_propose(public.market_orders, uuid) is 'Whether a dealer may say how an order would do: it is offered to them, or theirs and still in the shop.';

create function private.draft_proposal(c public.whatsapp_conversations, p_args jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  v_dealer uuid := private.dealer_of(c);
  m public.market_orders;
  v_new jsonb;
  v_ready timestamptz := (p_args ->> 'ready_at')::timestamptz;
begin
  select * into m from public.market_orders where id = (p_args ->> 'market_order_id')::uuid and business_id = c.business_id;
  if not found or v_dealer is null or not (m.dealer_id is not distinct from v_dealer or exists (select 1 from public.order_offers o
      where o.market_order_id = m.id and o.dealer_id = v_dealer)) then
    return jsonb_build_object('outcome', 'not_found');
  elsif not private.may_propose(m, v_dealer) then
    return jsonb_build_object('outcome', 'too_late', 'order_code', m.code);
  elsif exists (select 1 from public.order_proposals where market_order_id = m.id and status = 'sent') then
    return jsonb_build_object('outcome', 'waiting', 'order_code', m.code);
  end if;
  v_new := private.changed_lines(m.lines, coalesce(p_args -> 'changes', '[]'::jsonb), m.business_id);
  if v_new is null or (v_ready is null and v_new -> 'said' = '[]'::jsonb) or v_ready < now() then
    return jsonb_build_object('outcome', 'changed', 'order_code', m.code);
  elsif v_new -> 'lines' = '[]'::jsonb then
    return jsonb_build_object('outcome', 'nothing_left', 'order_code', m.code);
  elsif private.lines_total(v_new -> 'lines') <> (p_args ->> 'expected_total')::numeric then
    return jsonb_build_object('outcome', 'changed', 'order_code', m.code);
  elsif not private.has_replacements(v_dealer, m.lines, v_new -> 'lines') then
    return jsonb_build_object('outcome', 'no_stock', 'order_code', m.code);
  elsif private.paid_before(m.relay_id) and private.lines_total(v_new -> 'lines') > m.total_price then
    -- What was paid can't grow behind the customer's back, so a person agrees on it with them.
    perform private.escalate(r.conversation_id, 'order_change', 'Order ' || m.code || ': paid already, and the shop can only do it for more')
    from public.whatsapp_order_relays r where r.id = m.relay_id;
    return jsonb_build_object('outcome', 'paid_up', 'order_code', m.code);
  end if;
  delete from public.order_proposals where market_order_id = m.id and dealer_id = v_dealer and status = 'draft';
  insert into public.order_proposals (id, business_id, market_order_id, dealer_id, changes, before, lines, total_price, ready_at)
  values ((p_args ->> 'proposal_id')::uuid, m.business_id, m.id, v_dealer, v_new -> 'said', m.lines, v_new -> 'lines',
    private.lines_total(v_new -> 'lines'), v_ready);
  return jsonb_build_object('outcome', 'drafted', 'order_code', m.code);
end
$$;
comment on function private.draft_proposal(public.whatsapp_conversations, jsonb) is
  'A dealer says how they could do an order; the customer hears of it once it is sent. args: proposal_id, market_order_id, changes as '
  'changed_lines reads them, ready_at, expected_total (the goods afterwards). Outcomes: drafted, waiting, changed, nothing_left, no_stock, paid_up, '
  'too_late, not_found.';

create function private.has_replacements(p_dealer_id uuid, p_before jsonb, p_after jsonb) returns boolean
language sql stable set search_path = ''
as $$
  -- Only what is new is counted: the dealer has the rest in their hands.
  select not exists (
    select 1 from private.line_needs(p_after) a left join private.line_needs(p_before) b on b.product_id = a.product_id
    left join public.dealer_stock s on s.dealer_id = p_dealer_id and s.product_id = a.product_id
    where a.quantity > coalesce(b.quantity, 0) and coalesce(s.on_hand - s.reserved, 0) < a.quantity - coalesce(b.quantity, 0))
$$;
comment on function private.has_replacements(uuid, jsonb, jsonb) is 'Whether a dealer has free what the lines have gained.';

create function private.send_proposal(c public.whatsapp_conversations, p_args jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  p public.order_proposals;
  m public.market_orders;
  r public.whatsapp_order_relays;
  v_minutes numeric;
  v_timezone text;
begin
  select * into p from public.order_proposals where id = (p_args ->> 'proposal_id')::uuid and dealer_id = private.dealer_of(c);
  if not found then
    return jsonb_build_object('outcome', 'not_found');
  end if;
  m := private.lock_order(p.market_order_id);
  select * into strict p from public.order_proposals where id = p.id for update;
  if p.status <> 'draft' then
    return jsonb_build_object('outcome', case p.status when 'sent' then 'already' else 'too_late' end, 'order_code', m.code);
  elsif exists (select 1 from public.order_proposals where market_order_id = m.id and status = 'sent') then
    return jsonb_build_object('outcome', 'waiting', 'order_code', m.code);
  elsif m.lines <> p.before or not private.may_propose(m, p.dealer_id) then
    return jsonb_build_object('outcome', 'too_late', 'order_code', m.code);
  elsif not private.has_replacements(p.dealer_id, p.before, p.lines) then
    return jsonb_build_object('outcome', 'no_stock', 'order_code', m.code);
  end if;
  select * into strict r from public.whatsapp_order_relays where id = m.relay_id;
  select coalesce((limits ->> 'proposal_minutes')::numeric, 15), timezone into strict v_minutes, v_timezone
  from public.businesses where id = m.business_id;
  update public.order_proposals set status = 'sent', sent_at = now(), holds = m.holder_id is not distinct from p.dealer_id,
    expires_at = now() + make_interval(secs => (v_minutes * 60)::double precision)
  where id = p.id returning * into p;
  -- Who asks something is still thinking as long as the customer is.
  update public.order_offers set expires_at = greatest(expires_at, p.expires_at)
  where market_order_id = m.id and dealer_id = p.dealer_id and outcome = 'pending';
  -- The shelf holds no more of what is missing than is promised, so that no other order is sent there for it.
  perform private.lower_shelf(p.business_id, p.dealer_id, n.product_id, case when p.holds then 0 else n.wanted end, null, p.id)
  from private.missing_of(p.before, p.lines) n;
  insert into public.audit_log (business_id, actor, action, entity, entity_id, detail)
  values (m.business_id, 'dealer:' || p.dealer_id, 'propose_change', 'market_orders', m.id::text, jsonb_build_object('proposal_id', p.id,
    'changes', p.changes, 'ready_at', p.ready_at, 'total', p.total_price, 'conversation_id', c.id));
  perform private.order_event(r, m.id, 'proposal_made', 'customer', p.dealer_id, null, 'dealer',
    jsonb_build_object('proposal_id', p.id, 'what', private.proposal_signs(p, v_timezone)));
  return jsonb_build_object('outcome', 'sent', 'order_code', m.code);
end
$$;
comment on function private.send_proposal(public.whatsapp_conversations, jsonb) is
  'The dealer confirms what they drafted, and the customer is asked. args: proposal_id. Outcomes: sent, already, waiting, no_stock, too_late, not_found.';

create function private.take_change(p_relay public.whatsapp_order_relays, m public.market_orders, p public.order_proposals) returns boolean
language plpgsql set search_path = ''
as $$
declare
  v_offer uuid;
begin
  if m.holder_id = p.dealer_id then
    perform private.release_order(m, p.dealer_id);
  end if;
  if not private.reserve_stock(p.dealer_id, p.lines) then
    raise exception 'not enough stock' using errcode = 'RD001';
  end if;
  if m.holder_id <> p.dealer_id then
    perform private.release_order(m, m.holder_id);
  end if;
  update public.market_orders set lines = p.lines, total_price = p.total_price, ready_at = coalesce(p.ready_at, ready_at),
    holder_id = p.dealer_id, updated_at = now() where id = m.id returning * into m;
  perform private.recount_order(p_relay.id);
  if m.status = 'offered' then
    select id into strict v_offer from public.order_offers where market_order_id = m.id and dealer_id = p.dealer_id and outcome = 'pending';
    perform private.win_order(p_relay, m, v_offer, p.dealer_id);
  end if;
  return true;
exception when sqlstate 'RD001' then
  return false;
end
$$;
comment on function private.take_change(public.whatsapp_order_relays, public.market_orders, public.order_proposals) is
  'An order becomes what was proposed: reservation, lines and totals; one still offered is its dealer''s now. False, and nothing changed, when the goods are gone.';

create function private.leave_dealer(p_relay public.whatsapp_order_relays, m public.market_orders, p_dealer_id uuid) returns void
language plpgsql set search_path = ''
as $$
begin
  update public.order_offers set outcome = 'declined', resolved_at = now()
  where market_order_id = m.id and dealer_id = p_dealer_id and outcome in ('pending', 'accepted');
  if m.dealer_id = p_dealer_id then
    perform private.release_order(m, p_dealer_id);
    perform private.tell_rider(p_relay, m, 'ride_taken', 'customer');
    update public.market_orders set status = 'offered', dealer_id = null, holder_id = null, rider_id = null, accepted_at = null, ready_at = null,
      updated_at = now() where id = m.id;
  end if;
  perform private.pass_on(m.id);
end
$$;
comment on function private.leave_dealer(public.whatsapp_order_relays, public.market_orders, uuid) is
  'An order goes from a dealer to the others who have it, those included who were too late before.';

create function private.answer_proposal(c public.whatsapp_conversations, p_args jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  p public.order_proposals;
  m public.market_orders;
  r public.whatsapp_order_relays;
  v_answer text := p_args ->> 'answer';
  v_signs jsonb;
begin
  select x.* into p from public.order_proposals x where x.id = (p_args ->> 'proposal_id')::uuid and x.status <> 'draft';
  select x.* into r from public.whatsapp_order_relays x join public.market_orders y on y.relay_id = x.id
  where y.id = p.market_order_id and x.business_id = c.business_id and x.contact_id = c.contact_id for no key update of x;
  if r.id is null or v_answer not in ('accept', 'elsewhere', 'cancel') then
    return jsonb_build_object('outcome', 'not_found');
  end if;
  perform 1 from public.market_orders where relay_id = r.id order by id for update;
  select * into strict m from public.market_orders where id = p.market_order_id;
  select * into strict p from public.order_proposals where id = p.id for update;
  if p.status = 'accepted' then
    return jsonb_build_object('outcome', 'already', 'order_code', m.code);
  elsif p.status not in ('sent', 'expired') or m.lines <> p.before or not private.may_propose(m, p.dealer_id) then
    return jsonb_build_object('outcome', 'over', 'order_code', m.code);
  elsif v_answer = 'accept' and private.paid_before(r.id) and p.total_price > m.total_price then
    perform private.escalate(c.id, 'order_change', 'Order ' || m.code || ': paid already, and the shop can only do it for more');
    return jsonb_build_object('outcome', 'paid_up', 'order_code', m.code);
  end if;
  v_signs := jsonb_build_object('proposal_id', p.id, 'answer', v_answer);
  if v_answer = 'accept' and not private.take_change(r, m, p) then
    update public.order_proposals set status = 'void', resolved_at = now() where id = p.id;
    perform private.escalate(c.id, 'order_change', 'Order ' || m.code || ': the customer agreed to a change that can''t be done any more');
    return jsonb_build_object('outcome', 'gone', 'order_code', m.code);
  end if;
  update public.order_proposals set status = case v_answer when 'accept' then 'accepted' else 'refused' end, resolved_at = now() where id = p.id;
  update public.order_events set announced_at = now()
  where market_order_id = m.id and kind in ('proposal_made', 'proposal_reminder') and announced_at is null;
  insert into public.audit_log (business_id, actor, action, entity, entity_id, detail)
  values (m.business_id, 'customer', 'answer_proposal', 'market_orders', m.id::text, v_signs || jsonb_build_object('conversation_id', c.id));
  if v_answer = 'accept' then
    perform private.order_event(r, m.id, 'proposal_accepted', 'dealer', p.dealer_id, null, 'customer', v_signs);
    return jsonb_build_object('outcome', 'accepted', 'order_code', m.code);
  end if;
  perform private.order_event(r, m.id, 'proposal_refused', 'dealer', p.dealer_id, null, 'customer', v_signs);
  if v_answer = 'elsewhere' then
    perform private.leave_dealer(r, m, p.dealer_id);
    return jsonb_build_object('outcome', 'elsewhere', 'order_code', m.code);
  end if;
  perform private.cancel_market_order(r, m.id, 'customer', 'the customer refused a change');
  perform private.close_order(r.id);
  return jsonb_build_object('outcome', 'cancelled', 'order_code', m.code);
end
$$;
comment on function private.answer_proposal(public.whatsapp_conversations, jsonb) is
  'The customer decides on a change: the order is changed, goes to other dealers, or is taken back. args: proposal_id, answer accept|elsewhere|cancel. '
  'Outcomes: accepted, elsewhere, cancelled, already, over, gone, paid_up, not_found.';

create function private.proposal_json(p public.order_proposals) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object('id', p.id, 'status', p.status, 'code', m.code, 'dealer', d.name, 'changes', p.changes, 'lines', p.lines,
    'ready_at', p.ready_at, 'currency', m.currency, 'before', r.total_price::text, 'total', (case when p.status = 'accepted' then r.total_price
      else r.total_price - m.total_price + p.total_price end)::numeric(12, 2)::text)
  from public.market_orders m join public.whatsapp_order_relays r on r.id = m.relay_id, public.dealers d
  where m.id = p.market_order_id and d.id = p.dealer_id
$$;
comment on function private.proposal_json(public.order_proposals) is 'A proposal with all that its text needs; the totals are those of the whole order.';

create function public.order_proposal(p_conversation_id uuid, p_proposal_id uuid) returns jsonb
language sql stable set search_path = ''
as $$
  select private.proposal_json(p) from public.order_proposals p
  join public.market_orders m on m.id = p.market_order_id join public.whatsapp_order_relays r on r.id = m.relay_id
  join public.whatsapp_conversations c on c.id = p_conversation_id and c.contact_id = r.contact_id and c.business_id = r.business_id
  where p.id = p_proposal_id and p.status <> 'draft'
$$;
comment on function public.order_proposal(uuid, uuid) is 'A change proposed to the customer of this conversation, or null.';

create function public.run_proposals() returns integer
language plpgsql set search_path = ''
as $$
declare
  d record;
  p public.order_proposals;
  r public.whatsapp_order_relays;
  m public.market_orders;
  v_count integer := 0;
begin
  for d in
    select x.id, x.market_order_id from public.order_proposals x
    where x.status = 'sent' and (x.expires_at <= now() or (x.reminded_at is null and x.sent_at + (x.expires_at - x.sent_at) / 2 <= now()))
    order by x.expires_at limit 200
  loop
    -- As the customer's own answer locks them.
    m := private.lock_order(d.market_order_id);
    select * into p from public.order_proposals where id = d.id and status = 'sent' for update;
    continue when not found;
    select * into strict r from public.whatsapp_order_relays where id = m.relay_id;
    if p.expires_at > now() then
      continue when p.reminded_at is not null;
      update public.order_proposals set reminded_at = now() where id = p.id;
      perform private.order_event(r, m.id, 'proposal_reminder', 'customer', p.dealer_id, null, 'system', jsonb_build_object('proposal_id', p.id));
    else
      update public.order_proposals set status = 'expired', resolved_at = now() where id = p.id;
      perform private.order_event(r, m.id, 'proposal_expired', 'dealer', p.dealer_id, null, 'system', jsonb_build_object('proposal_id', p.id));
      perform private.escalate(r.conversation_id, 'proposal_unanswered', 'Order ' || m.code || ': a shop proposed a change, and the customer has not answered');
    end if;
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function public.run_proposals() is 'Customers are reminded of a change once, at half of its time; at its end a person is asked. Returns how many.';

-- Helpers of schema private are the engine's own; what people may call is granted by name.
grant execute on all functions in schema private to service_role;
grant execute on function public.order_proposal(uuid, uuid), public.run_proposals() to service_role;
