"""What must be true of orders, shelves, totals and payments at every moment, each as a question for what is wrong."""

from __future__ import annotations

from typing import Final

_LIVING = "('held', 'offered', 'accepted', 'preparing', 'ready', 'out_for_delivery', 'failed_delivery')"

FAULTS: Final = {
    "a shelf below zero, or fewer pieces than are promised": """
        select dealer_id, product_id, on_hand, reserved from dealer_stock where on_hand < 0 or reserved < 0 or
          reserved > on_hand""",
    "pieces promised to no living order, or not promised to one": f"""
        select s.dealer_id, s.product_id, s.reserved, coalesce(w.wanted, 0) as wanted from dealer_stock s
        left join (select coalesce(m.dealer_id, m.holder_id) as dealer_id, n.product_id, sum(n.quantity) as wanted
          from market_orders m cross join private.line_needs(m.lines) n where m.status in {_LIVING} group by 1, 2) w
          on w.dealer_id = s.dealer_id and w.product_id = s.product_id
        where s.reserved <> coalesce(w.wanted, 0) and exists (select 1 from walk_start b where b.product_id =
          s.product_id)""",
    "pieces that came from nowhere or went nowhere": """
        select s.dealer_id, s.product_id, s.on_hand, b.on_hand as began_with, coalesce(a.said, 0) as said,
          coalesce(d.sold, 0) as sold
        from dealer_stock s join walk_start b on b.dealer_id = s.dealer_id and b.product_id = s.product_id
        left join (select split_part(actor, ':', 2) as dealer, entity_id, sum((detail ->> 'after')::integer -
          (detail ->> 'before')::integer) as said
          from audit_log where action = 'set_stock' group by 1, 2) a on a.dealer = s.dealer_id::text and
            a.entity_id = s.product_id::text
        left join (select m.dealer_id, n.product_id, sum(n.quantity) as sold from market_orders m cross join
          private.line_needs(m.lines) n
          where m.status = 'delivered' and m.created_at > (select min(created_at) from order_events) - interval
            '1 minute' group by 1, 2) d
          on d.dealer_id = s.dealer_id and d.product_id = s.product_id
        where s.on_hand <> b.on_hand + coalesce(a.said, 0) - coalesce(d.sold, 0)""",
    "a part whose total is not that of its lines": """
        select code, total_price, private.lines_total(lines) as lines from market_orders
        where total_price <> private.lines_total(lines) and code <> 'D1000'""",
    "an order whose total is not that of its living parts": """
        select r.code, r.total_price, r.delivery_fee, sum(m.total_price) as goods, sum(m.delivery_fee) as fee
          from whatsapp_order_relays r
        join market_orders m on m.relay_id = r.id and m.status <> 'cancelled'
        where r.status in ('confirmed', 'created') and r.code <> 'D1000' group by r.id
        having r.total_price <> sum(m.total_price + m.delivery_fee) or r.delivery_fee <> sum(m.delivery_fee)""",
    "an order that is over while a part lives, or lives without one": """
        select r.code, r.status from whatsapp_order_relays r where exists (select 1 from market_orders m where
          m.relay_id = r.id)
        and (r.status = 'failed') <> not exists (select 1 from market_orders m where m.relay_id = r.id and
          m.status <> 'cancelled')""",
    "a part with a dealer it should not have, or without one": """
        select m.code, m.status, m.dealer_id from market_orders m
        where (m.status in ('held', 'offered') and m.dealer_id is not null)
          or (m.status in ('accepted', 'preparing', 'ready', 'out_for_delivery', 'delivered', 'failed_delivery')
            and (m.dealer_id is null or m.holder_id is distinct from m.dealer_id) and m.code <> 'D1000')""",
    "an acceptance without its order, or an order without its acceptance": """
        select m.code, m.status, count(o.id) from market_orders m
        left join order_offers o on o.market_order_id = m.id and o.outcome = 'accepted' and o.dealer_id = m.dealer_id
        where m.status in ('accepted', 'preparing', 'ready', 'out_for_delivery', 'delivered',
          'failed_delivery') and m.code <> 'D1000'
        group by m.id having count(o.id) <> 1""",
    "an offer that is open for an order that is not": """
        select m.code, m.status, o.outcome from order_offers o join market_orders m on m.id = o.market_order_id
        where o.outcome = 'pending' and m.status <> 'offered'""",
    "a question to the customer about an order that has moved on": """
        select m.code, m.status from order_proposals p join market_orders m on m.id = p.market_order_id
        where p.status = 'sent' and m.status not in ('offered', 'accepted', 'preparing', 'ready')""",
    "a rider for an order that nobody has accepted": """
        select code, status from market_orders where rider_id is not null and status in ('held', 'offered')""",
    "held without a time, or with a time and not held": """
        select r.code, r.status, r.held_until, m.status as part from whatsapp_order_relays r join market_orders
          m on m.relay_id = r.id
        where (m.status = 'held') <> (r.status = 'confirmed') and m.status <> 'cancelled' and r.code <> 'D1000'""",
    "a customer told the same step twice": """
        select e.market_order_id, e.kind, count(*) from order_events e
        where e.audience = 'customer' and e.kind in ('delivered', 'cancelled_by_shop', 'released')
        group by e.relay_id, e.market_order_id, e.kind having count(*) > 1""",
    "a customer told of more acceptances than there were": """
        select e.market_order_id, count(*) from order_events e where e.audience = 'customer' and e.kind = 'accepted'
        group by 1 having count(*) > 1 + (select count(*) from order_events x where x.market_order_id =
          e.market_order_id
          and x.kind = 'proposal_refused')""",
    "an event told more than once": """
        select client_key, count(*) from whatsapp_messages where client_key like 'event:%' group by client_key
          having count(*) > 1""",
    "a payment that does not fit its order": """
        select r.code, r.status, r.total_price, p.status as payment, p.amount from whatsapp_order_relays r
        join payments p on p.relay_id = r.id where r.code <> 'D1000' and p.provider = 'cash_on_delivery' and case
          when r.status = 'failed' then p.status <> 'failed'
          when p.status = 'due' then p.amount <> r.total_price or not exists (select 1 from market_orders m
            where m.relay_id = r.id
            and m.status not in ('delivered', 'cancelled'))
          when p.status = 'paid' then p.amount <> (select sum(m.total_price + m.delivery_fee) from market_orders m
            where m.relay_id = r.id and m.status = 'delivered')
          else true end""",
}
