-- Progress: orders move forward or are taken back, and every action of a decision finds its function here.

create function private.cancel_market_order(p_relay public.whatsapp_order_relays, p_order_id uuid, p_actor text, p_reason text) returns boolean
language plpgsql set search_path = ''
as $$
declare
  m public.market_orders;
  o record;
begin
  select * into m from public.market_orders where id = p_order_id for update;
  -- What came back undelivered may be taken back too; what is on its way or handed over may not.
  if m.status not in ('held', 'offered', 'accepted', 'preparing', 'ready', 'failed_delivery') then
    return false;
  end if;
  if coalesce(m.dealer_id, m.holder_id) is not null then
    perform private.release_order(m, coalesce(m.dealer_id, m.holder_id));
  end if;
  perform private.void_proposals(m.id);
  update public.market_orders set status = 'cancelled', cancelled_at = now(), updated_at = now() where id = m.id;
  for o in update public.order_offers set outcome = 'lost', resolved_at = now()
    where market_order_id = m.id and outcome = 'pending' returning id, dealer_id
  loop
    perform private.order_event(p_relay, m.id, 'offer_withdrawn', 'dealer', o.dealer_id, o.id, p_actor, jsonb_build_object('reason', p_reason));
  end loop;
  if m.dealer_id is not null then
    perform private.order_event(p_relay, m.id, 'order_cancelled', 'dealer', m.dealer_id, null, p_actor, jsonb_build_object('reason', p_reason));
  end if;
  perform private.tell_rider(p_relay, m, 'ride_cancelled', p_actor);
  perform private.settle_cash(p_relay);
  perform private.order_event(p_relay, m.id, 'cancelled', null, null, null, p_actor, jsonb_build_object('reason', p_reason));
  return true;
end
$$;
comment on function private.cancel_market_order(public.whatsapp_order_relays, uuid, text, text) is 'Cancels a market order, gives its stock back and tells dealers and rider.';

-- Where an order came from several dealers, the whole is always the sum of its parts that are not cancelled.
create function private.recount_order(p_relay_id uuid) returns void
language plpgsql set search_path = ''
as $$
declare
  r public.whatsapp_order_relays;
  v_lacks numeric;
begin
  select * into strict r from public.whatsapp_order_relays where id = p_relay_id;
  select r.delivery_fee - sum(delivery_fee) into v_lacks from public.market_orders where relay_id = r.id and status <> 'cancelled';
  if v_lacks > 0 then
    -- What the cancelled part was to collect for the way, the next one to come collects.
    update public.market_orders set delivery_fee = delivery_fee + v_lacks, updated_at = now()
    where id = (select id from public.market_orders where relay_id = r.id and status not in ('cancelled', 'delivered') order by code limit 1)
    returning id into r.market_order_id;
    v_lacks := case when found then 0 else v_lacks end;
  end if;
  if v_lacks is null then
    return;
  end if;
  update public.whatsapp_order_relays x set delivery_fee = r.delivery_fee - v_lacks, market_order_id = coalesce(r.market_order_id, x.market_order_id),
    products = (select jsonb_agg(l.value order by m.code, l.n) from public.market_orders m, jsonb_array_elements(m.lines) with ordinality l (value, n)
      where m.relay_id = x.id and m.status <> 'cancelled'),
    total_price = r.delivery_fee - v_lacks + (select sum(m.total_price) from public.market_orders m where m.relay_id = x.id and m.status <> 'cancelled'),
    updated_at = now()
  where x.id = r.id returning * into r;
  update public.payments set amount = r.total_price, updated_at = now() where relay_id = r.id and status = 'due';
  perform private.unwind_payment(r.id);
end
$$;
comment on function private.recount_order(uuid) is
  'Lines, fee and total of an order from its living parts, and what is due with them; what was paid for more goes back. Nothing when no part lives.';

create function private.close_order(p_relay_id uuid) returns void
language plpgsql set search_path = ''
as $$
begin
  if exists (select 1 from public.market_orders where relay_id = p_relay_id and status <> 'cancelled') then
    perform private.recount_order(p_relay_id);
    return;
  end if;
  update public.whatsapp_order_relays set status = 'failed', failure_reason = 'cancelled', updated_at = now() where id = p_relay_id;
  update public.payments set status = 'failed', updated_at = now() where relay_id = p_relay_id and status = 'due';
  perform private.unwind_payment(p_relay_id);
end
$$;
comment on function private.close_order(uuid) is 'After a part was cancelled: the order is over with its last part, else it is what is left of it.';

create function private.cancel_order(c public.whatsapp_conversations, p_args jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  r public.whatsapp_order_relays;
  m record;
begin
  select * into r from public.whatsapp_order_relays
  where business_id = c.business_id and contact_id = c.contact_id and status in ('pending', 'confirmed', 'created')
    and (p_args ->> 'relay_id' is null or id = (p_args ->> 'relay_id')::uuid)
    and not exists (select 1 from public.market_orders x where x.relay_id = whatsapp_order_relays.id and x.status in ('cancelled', 'delivered'))
  order by created_at desc limit 1 for no key update;
  if not found then
    return jsonb_build_object('outcome', 'not_found');
  end if;
  perform 1 from public.market_orders where relay_id = r.id order by id for update;
  if exists (select 1 from public.market_orders where relay_id = r.id and status not in ('held', 'offered')) then
    return jsonb_build_object('outcome', 'too_late', 'order_code', r.code);
  end if;
  for m in select id from public.market_orders where relay_id = r.id order by id loop
    perform private.cancel_market_order(r, m.id, 'customer', 'cancelled by the customer');
  end loop;
  update public.whatsapp_order_relays set status = 'failed', failure_reason = 'cancelled', updated_at = now() where id = r.id;
  update public.payments set status = 'failed', updated_at = now() where relay_id = r.id and status = 'due';
  perform private.unwind_payment(r.id);
  return jsonb_build_object('outcome', 'cancelled', 'order_code', r.code);
end
$$;
comment on function private.cancel_order(public.whatsapp_conversations, jsonb) is
  'The customer takes an order back while no dealer has accepted. args: relay_id or none for the latest. Outcomes: cancelled, too_late, not_found.';

create function private.joined_lines(p_first jsonb, p_second jsonb) returns jsonb
language sql immutable set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('product_id', x.product_id, 'quantity', x.quantity, 'variant', x.variant) order by x.n), '[]'::jsonb)
  from (select l.value ->> 'product_id' as product_id, coalesce(l.value -> 'variant', '{}'::jsonb) as variant,
      sum((l.value ->> 'quantity')::integer) as quantity, min(l.n) as n
    from jsonb_array_elements(p_first || p_second) with ordinality l (value, n) group by 1, 2) x
$$;
comment on function private.joined_lines(jsonb, jsonb) is 'Two baskets as one: the same product and variant is one line.';

create function private.basket_again(r public.whatsapp_order_relays, p_lines jsonb default null) returns void
language sql set search_path = ''
as $$
  -- What was put into the basket meanwhile stays in it, below the order's own lines.
  insert into public.carts as k (conversation_id, business_id, lines, address_id, pickup, note)
  values (r.conversation_id, r.business_id,
    (select coalesce(jsonb_agg(jsonb_build_object('product_id', l.value ->> 'product_id', 'quantity', (l.value ->> 'quantity')::integer,
      'variant', coalesce(l.value -> 'variant', '{}'::jsonb)) order by l.n), '[]'::jsonb)
      from jsonb_array_elements(coalesce(p_lines, r.products)) with ordinality l (value, n)),
    (select a.id from public.contact_addresses a where a.id = (r.delivery ->> 'address_id')::uuid),
    coalesce(r.delivery ->> 'way' = 'pickup', false), r.note)
  on conflict (conversation_id) do update set lines = private.joined_lines(excluded.lines, k.lines), address_id = excluded.address_id,
    pickup = excluded.pickup, note = excluded.note, updated_at = now();
$$;
comment on function private.basket_again(public.whatsapp_order_relays, jsonb) is 'The lines (or others in their place), address and note of an order are the basket again.';

create function private.reopen_order(c public.whatsapp_conversations, p_args jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  r public.whatsapp_order_relays;
  m record;
begin
  r := private.order_under_way(c, p_args ->> 'relay_id');
  if r.id is null then
    return jsonb_build_object('outcome', 'not_found');
  elsif exists (select 1 from public.market_orders where relay_id = r.id and status not in ('held', 'offered', 'cancelled')) then
    perform private.escalate(c.id, 'order_change', 'Order ' || r.code || ': the customer wants to change it, a dealer has it already');
    return jsonb_build_object('outcome', 'too_late', 'order_code', r.code);
  end if;
  for m in select id from public.market_orders where relay_id = r.id order by id loop
    perform private.cancel_market_order(r, m.id, 'customer', 'changed by the customer');
  end loop;
  update public.whatsapp_order_relays set status = 'failed', failure_reason = 'reopened', updated_at = now() where id = r.id;
  update public.payments set status = 'failed', updated_at = now() where relay_id = r.id and status = 'due';
  perform private.unwind_payment(r.id);
  perform private.basket_again(r, p_args -> 'lines');
  return jsonb_build_object('outcome', 'reopened', 'order_code', r.code);
end
$$;
comment on function private.reopen_order(public.whatsapp_conversations, jsonb) is
  'A placed order becomes the basket again while no dealer has accepted: offers are withdrawn, stock is given back. After that a person is asked. '
  'args: relay_id or none for the latest; lines, when the basket is to hold something else at once. Outcomes: reopened, too_late, not_found.';

create function private.status_rank(p_status text) returns integer
language sql immutable set search_path = ''
as $$
  select array_position(array['offered', 'accepted', 'preparing', 'ready', 'out_for_delivery', 'delivered'], p_status)
$$;
comment on function private.status_rank(text) is 'Order in which a market order moves forward.';

create function private.move_order(p_order_id uuid, p_status text, p_actor text) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  m public.market_orders;
  r public.whatsapp_order_relays;
begin
  m := private.lock_order(p_order_id);
  if m.id is null then
    return jsonb_build_object('outcome', 'not_found');
  elsif m.status = p_status then
    return jsonb_build_object('outcome', 'already', 'order_code', m.code, 'status', m.status);
  elsif m.status in ('held', 'offered', 'cancelled', 'delivered') or private.status_rank(p_status) is null
    -- What came back undelivered stands at the shop again: a second try goes the same way.
    or private.status_rank(p_status) < private.status_rank(case m.status when 'failed_delivery' then 'ready' else m.status end) then
    return jsonb_build_object('outcome', 'refused', 'order_code', m.code, 'status', m.status);
  end if;
  select * into strict r from public.whatsapp_order_relays where id = m.relay_id;
  update public.market_orders set status = p_status, updated_at = now(),
    delivered_at = case when p_status = 'delivered' then now() end where id = m.id;
  if p_status = 'delivered' then
    -- The promised pieces have left the shop.
    update public.dealer_stock s set on_hand = s.on_hand - least(n.quantity, s.reserved), reserved = s.reserved - least(n.quantity, s.reserved), updated_at = now()
    from private.line_needs(m.lines) n where s.dealer_id = m.dealer_id and s.product_id = n.product_id;
    perform private.push(m.business_id, 'delivered', 'support', null,
      jsonb_build_object('market_order_id', m.id, 'order_code', m.code), 'delivered:' || m.id, r.simulated);
    perform private.settle_cash(r);
  elsif p_status = 'ready' and p_actor <> 'rider' then
    perform private.tell_rider(r, m, 'ride_ready', p_actor);
  end if;
  if p_status in ('out_for_delivery', 'delivered') then
    -- It left the shop as it is.
    perform private.void_proposals(m.id);
  end if;
  perform private.order_event(r, m.id, p_status, 'customer', m.dealer_id, null, p_actor);
  return jsonb_build_object('outcome', 'updated', 'order_code', m.code, 'status', p_status);
end
$$;
comment on function private.move_order(uuid, text, text) is 'Moves an accepted market order forward and tells the customer. Outcomes: updated, already, refused, not_found.';

create function private.set_order_status(c public.whatsapp_conversations, p_args jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
begin
  if not exists (select 1 from public.market_orders where id = (p_args ->> 'market_order_id')::uuid and dealer_id = private.dealer_of(c)) then
    return jsonb_build_object('outcome', 'not_found');
  end if;
  return private.move_order((p_args ->> 'market_order_id')::uuid, p_args ->> 'status', 'dealer');
end
$$;
comment on function private.set_order_status(public.whatsapp_conversations, jsonb) is
  'A dealer moves one of their orders forward. args: market_order_id, status. Outcomes as move_order.';

create function private.run_action(c public.whatsapp_conversations, p_kind text, p_args jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
begin
  return case p_kind
    when 'propose_order' then private.propose_order(c, p_args)
    when 'confirm_order' then private.confirm_order(c, p_args)
    when 'cancel_order' then private.cancel_order(c, p_args)
    when 'accept_offer' then private.accept_offer(c, p_args)
    when 'decline_offer' then private.decline_offer(c, p_args)
    when 'set_order_status' then private.set_order_status(c, p_args)
    when 'set_stock' then private.set_stock(c, p_args)
    when 'pause_dealer' then private.pause_dealer(c, p_args)
    when 'set_delivery' then private.set_delivery(c, p_args)
    when 'change_address' then private.change_address(c, p_args)
    when 'reopen_order' then private.reopen_order(c, p_args)
    when 'watch_stock' then private.watch_stock(c, p_args)
    when 'change_note' then private.change_note(c, p_args)
    when 'draft_proposal' then private.draft_proposal(c, p_args)
    when 'send_proposal' then private.send_proposal(c, p_args)
    when 'answer_proposal' then private.answer_proposal(c, p_args)
    when 'report_delivery' then private.report_delivery(c, p_args)
    when 'pause_rider' then private.pause_rider(c, p_args)
    when 'pay_cash' then private.pay_cash(c, p_args)
    else jsonb_build_object('outcome', 'unknown_action')
  end;
end
$$;
comment on function private.run_action(public.whatsapp_conversations, text, jsonb) is 'Does one action of a decision. Returns its outcome with values for the replies.';

-- What pipelines read before they decide.
create function public.customer_orders(p_conversation_id uuid, p_limit integer default 5) returns jsonb
language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('relay_id', r.id, 'code', r.code, 'status', r.status, 'failure_reason', r.failure_reason,
    'total', r.total_price::text, 'currency', r.currency, 'lines', r.products, 'created_at', r.created_at,
    'delivery', r.delivery, 'fee', r.delivery_fee::text, 'note', r.note, 'held_until', r.held_until,
    'payment', (select jsonb_build_object('provider', p.provider, 'status', p.status, 'url', case when p.status = 'link_sent' then p.url end,
      'expires_at', p.expires_at) from public.payments p where p.relay_id = r.id order by p.created_at desc limit 1),
    'parts', (select coalesce(jsonb_agg(jsonb_build_object('market_order_id', m.id, 'code', m.code, 'status', m.status, 'dealer', d.name,
        'dealer_address', d.address, 'rider', k.name, 'accepted_at', m.accepted_at,
        'ready_at', m.ready_at, 'proposal_id', (select p.id from public.order_proposals p where p.market_order_id = m.id and p.status = 'sent'))
        order by m.code), '[]'::jsonb)
      from public.market_orders m left join public.dealers d on d.id = m.dealer_id left join public.riders k on k.id = m.rider_id where m.relay_id = r.id))
    order by r.created_at desc), '[]'::jsonb)
  from (select x.* from public.whatsapp_order_relays x join public.whatsapp_conversations c on c.contact_id = x.contact_id and c.id = p_conversation_id
    where x.business_id = c.business_id and (x.status in ('confirmed', 'created') or exists (select 1 from public.market_orders m where m.relay_id = x.id))
    order by x.created_at desc limit p_limit) r
$$;
comment on function public.customer_orders(uuid, integer) is 'The latest orders that the customer in a conversation placed, with the state of each part.';

-- Helpers of schema private are the engine's own; what people may call is granted by name.
grant execute on all functions in schema private to service_role;
grant execute on function public.customer_orders(uuid, integer) to service_role;
