-- Reminders: a product that is back, a basket that was left. Their words are written with the turn that asked for them,
-- so that they are told in the customer's language without anybody thinking again; the clock only decides when.

create function private.watch_stock(c public.whatsapp_conversations, p_args jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  p public.products;
begin
  select * into p from public.products where id = (p_args ->> 'product_id')::uuid and business_id = c.business_id and active;
  if not found then
    return jsonb_build_object('outcome', 'not_found');
  elsif private.free_pieces(p.id) > 0 then
    return jsonb_build_object('outcome', 'available', 'product', p.name);
  end if;
  insert into public.stock_watches (business_id, contact_id, conversation_id, product_id, reply)
  values (c.business_id, c.contact_id, c.id, p.id, p_args -> 'reply')
  on conflict (contact_id, product_id) where notified_at is null do update set conversation_id = excluded.conversation_id, reply = excluded.reply;
  return jsonb_build_object('outcome', 'watching', 'product', p.name);
end
$$;
comment on function private.watch_stock(public.whatsapp_conversations, jsonb) is
  'A customer wants to hear when a product is back. args: product_id, reply (what to say then). Outcomes: watching, available, not_found.';

create function private.free_pieces(p_product_id uuid) returns integer
language sql stable set search_path = ''
as $$
  select coalesce(max(s.on_hand - s.reserved), 0) from public.dealer_stock s join public.dealers d on d.id = s.dealer_id
  where s.product_id = p_product_id and not d.paused
$$;
comment on function private.free_pieces(uuid) is 'The most pieces of a product that one open dealer has free.';

create function public.notify_restocked() returns integer
language plpgsql set search_path = ''
as $$
declare
  w record;
  c public.whatsapp_conversations;
  a public.channel_accounts;
  v_count integer := 0;
begin
  -- Who asked first hears first, and no more people at once than there are pieces.
  for w in
    select x.* from (
      select s.id, s.contact_id, s.conversation_id, s.reply, row_number() over (partition by s.product_id order by s.created_at, s.id) as n,
        private.free_pieces(s.product_id) as free
      from public.stock_watches s join public.products p on p.id = s.product_id where s.notified_at is null and p.active) x
    where x.n <= x.free order by x.id limit 200
  loop
    -- The conversation first, as a turn that renews the wish locks them.
    select * into strict c from public.whatsapp_conversations where id = w.conversation_id for update;
    update public.stock_watches set notified_at = now() where id = w.id and notified_at is null;
    continue when not found;
    continue when exists (select 1 from public.contacts k where k.id = w.contact_id and (k.opted_out_at is not null or k.blocked_at is not null));
    select * into strict a from public.channel_accounts where id = c.account_id;
    c := private.open_conversation(a, w.contact_id, c.phone);
    perform private.queue_message(c.id, 'system', w.reply, null, 'restocked:' || w.id);
    v_count := v_count + 1;
  end loop;
  if v_count > 0 then
    perform private.wake_workers();
  end if;
  return v_count;
end
$$;
comment on function public.notify_restocked() is 'Tells those who asked that a product is back, once each. Returns how many were told.';

create function public.remind_of_carts() returns integer
language plpgsql set search_path = ''
as $$
declare
  r record;
  v_count integer := 0;
begin
  for r in
    select c.id, c.business_id, k.reminder from public.carts k
    join public.whatsapp_conversations c on c.id = k.conversation_id
    join public.contacts p on p.id = c.contact_id
    join public.businesses b on b.id = c.business_id
    where k.reminder is not null and k.reminded_at is null and k.lines <> '[]'::jsonb
      and (b.limits ->> 'cart_reminder_minutes')::numeric > 0
      and greatest(k.updated_at, c.last_message_at) < now() - make_interval(secs => ((b.limits ->> 'cart_reminder_minutes')::numeric * 60)::double precision)
      -- A reminder is worth a message, not a template: only inside the window, never to who said STOP or waits for a person.
      and c.window_expires_at > now() + interval '1 minute' and c.owner = 'bot' and c.escalated_at is null and c.status <> 'resolved'
      and p.opted_out_at is null and p.blocked_at is null and c.pending_since is null
      and private.next_opening(b.id, now()) <= now()
    order by k.updated_at limit 200 for update of c skip locked
  loop
    update public.carts set reminded_at = now() where conversation_id = r.id and reminded_at is null and lines <> '[]'::jsonb;
    continue when not found;
    perform private.queue_message(r.id, 'bot', r.reminder, null, 'cart:' || r.id || ':' || extract(epoch from now()));
    v_count := v_count + 1;
  end loop;
  if v_count > 0 then
    perform private.wake_workers();
  end if;
  return v_count;
end
$$;
comment on function public.remind_of_carts() is
  'Reminds once of a basket that was left for limits.cart_reminder_minutes, while the shop and the 24 h window are open. Returns how many were reminded.';

-- Helpers of schema private are the engine's own; what people may call is granted by name.
grant execute on all functions in schema private to service_role;
grant execute on function public.notify_restocked(), public.remind_of_carts() to service_role;
