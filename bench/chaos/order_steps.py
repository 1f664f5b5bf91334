"""What may happen in a random life of orders, each as one step; each tells in a word how it ended."""

from __future__ import annotations

import json
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.chaos.stock import act, propose
from bench.chaos.walk import SKUS, Walk

ADDRESSES = ("Via Dante 7, 20121 Milano", "Via Torino 21, 20123 Milano")
Step = Callable[[Walk], Awaitable[str]]


async def _order(walk: Walk) -> str:
    customer = walk.chance.choice(walk.customers)
    lines = [
        {"product_id": str(walk.products[sku]), "quantity": walk.chance.randint(1, 3), "variant": {}}
        for sku in walk.chance.sample(SKUS, walk.chance.randint(1, 3))
    ]
    await walk.pool.execute(
        "insert into carts (conversation_id, business_id, lines) select id, business_id, $2::text::jsonb "
        "from whatsapp_conversations where id = $1 on conflict (conversation_id) do update set lines = excluded.lines",
        customer,
        json.dumps(lines),
    )
    await act(walk.pool, customer, "set_delivery", address=_address(walk))
    relay = await propose(walk.pool, customer)
    return await act(walk.pool, customer, "confirm_order", relay_id=relay)


def _address(walk: Walk) -> dict[str, str]:
    text = walk.chance.choice(ADDRESSES)
    return {"address": text, "postcode": text.split(", ")[1][:5]}


async def _change_mind(walk: Walk) -> str:
    kind = walk.chance.choice(("cancel_order", "reopen_order"))
    return await act(walk.pool, walk.chance.choice(walk.customers), kind)


async def _offer(walk: Walk) -> str:
    row = await walk.pick(
        "select o.id, c.id as talk from order_offers o join rider_contacts k on k.dealer_id = o.dealer_id "
        "join whatsapp_conversations c on c.phone = k.contact_value "
        "order by (o.outcome = 'pending') desc, o.created_at desc limit 6"
    )
    if row is None:
        return "nothing"
    kind = walk.chance.choices(("accept_offer", "decline_offer"), weights=(3, 1))[0]
    return await act(walk.pool, row["talk"], kind, offer_id=str(row["id"]))


async def _propose_change(walk: Walk) -> str:
    row = await walk.pick(
        "select m.id, m.lines::text as lines, c.id as talk from market_orders m "
        "join order_offers o on o.market_order_id = m.id and o.outcome in ('pending', 'accepted') "
        "join rider_contacts k on k.dealer_id = o.dealer_id "
        "join whatsapp_conversations c on c.phone = k.contact_value "
        "where m.status in ('offered', 'accepted', 'preparing', 'ready')"
    )
    if row is None:
        return "nothing"
    lines = json.loads(row["lines"])
    n = walk.chance.randrange(len(lines))
    change: dict[str, Any] = {
        "line": n,
        "product_id": lines[n]["product_id"],
        "quantity": walk.chance.randrange(lines[n]["quantity"]),
    }
    worth = float(lines[n]["unit_price"]) * (lines[n]["quantity"] - change["quantity"])
    if walk.chance.random() < 0.3:
        other = walk.chance.choice([p for p in walk.products.values() if str(p) != lines[n]["product_id"]])
        price = await walk.pool.fetchval("select price from products where id = $1", other)
        attributes = await walk.pool.fetchval("select attributes::text from products where id = $1", other)
        variant = {name: walk.chance.choice(values) for name, values in json.loads(attributes).items()}
        change |= {"by": str(other), "quantity": walk.chance.randint(1, 2), "variant": variant}
        worth = float(lines[n]["unit_price"]) * lines[n]["quantity"] - float(price) * change["quantity"]
    total = sum(float(line["unit_price"]) * line["quantity"] for line in lines) - worth
    proposal = str(uuid.uuid4())
    about = {"proposal_id": proposal, "market_order_id": str(row["id"])}
    drafted = await act(
        walk.pool, row["talk"], "draft_proposal", **about, changes=[change], expected_total=f"{total:.2f}"
    )
    return (
        await act(walk.pool, row["talk"], "send_proposal", proposal_id=proposal)
        if drafted == "drafted"
        else drafted
    )


async def _answer_change(walk: Walk) -> str:
    row = await walk.pick(
        "select p.id, r.conversation_id from order_proposals p join market_orders m on m.id = p.market_order_id "
        "join whatsapp_order_relays r on r.id = m.relay_id order by (p.status = 'sent') desc, p.created_at desc limit 3"
    )
    if row is None:
        return "nothing"
    answer = walk.chance.choices(("accept", "elsewhere", "cancel"), weights=(4, 3, 1))[0]
    return await act(
        walk.pool, row["conversation_id"], "answer_proposal", proposal_id=str(row["id"]), answer=answer
    )


async def _move(walk: Walk) -> str:
    row = await walk.pick(
        "select m.id, c.id as talk from market_orders m join rider_contacts k on k.dealer_id = m.dealer_id "
        "join whatsapp_conversations c on c.phone = k.contact_value where m.code <> 'D1000'"
    )
    if row is None:
        return "nothing"
    status = walk.chance.choice(("preparing", "ready", "out_for_delivery", "delivered"))
    return await act(
        walk.pool, row["talk"], "set_order_status", market_order_id=str(row["id"]), status=status
    )


async def _ride(walk: Walk) -> str:
    row = await walk.pick(
        "select m.id, c.id as talk from market_orders m join riders k on k.id = m.rider_id "
        "join whatsapp_conversations c on c.phone = k.phone where m.code <> 'D1000' order by m.created_at desc limit 8"
    )
    if row is None:
        return "nothing"
    status = walk.chance.choice(("out_for_delivery", "delivered", "failed_delivery"))
    return await act(walk.pool, row["talk"], "report_delivery", market_order_id=str(row["id"]), status=status)


async def _rest(walk: Walk) -> str:
    if walk.chance.random() < 0.5:
        return await act(
            walk.pool, walk.chance.choice(walk.riders), "pause_rider", paused=walk.chance.random() < 0.3
        )
    until = (
        {"until": (datetime.now(UTC) + timedelta(hours=1)).isoformat()} if walk.chance.random() < 0.5 else {}
    )
    return await act(
        walk.pool,
        walk.chance.choice(walk.dealers),
        "pause_dealer",
        paused=walk.chance.random() < 0.3,
        **until,
    )


async def _shelf(walk: Walk) -> str:
    product = str(walk.chance.choice(list(walk.products.values())))
    change = walk.chance.choice(({"add": 4}, {"add": 2}, {"on_hand": 3}, {"on_hand": 0}))
    return await act(walk.pool, walk.chance.choice(walk.dealers), "set_stock", product_id=product, **change)


async def _agent(walk: Walk) -> str:
    row = await walk.pick(
        "select id, status from market_orders where code <> 'D1000' order by created_at desc limit 8"
    )
    if row is None:
        return "nothing"
    what = walk.chance.choice(("move", "cancel", "offer", "rider"))
    if what == "move":
        return await walk.staff(
            "staff_move_order",
            row["id"],
            walk.chance.choice(("preparing", "ready", "out_for_delivery", "delivered")),
        )
    if what == "cancel":
        return await walk.staff("staff_cancel_order", row["id"], "no more")
    other = await walk.pick(f"select id from {'dealers' if what == 'offer' else 'riders'}")
    return await walk.staff(
        "staff_offer_order" if what == "offer" else "staff_assign_rider", row["id"], other["id"]
    )


async def _time_passes(walk: Walk) -> str:
    what = walk.chance.choice(("offers", "proposals", "nothing", "hours", "reopen"))
    if what == "offers":
        await walk.pool.execute(
            "update order_offers set expires_at = now() - interval '1 second' where outcome = 'pending'"
        )
    elif what == "proposals":
        await walk.pool.execute(
            "update order_proposals set sent_at = sent_at - interval '16 minutes', "
            "expires_at = expires_at - interval '8 minutes' where status = 'sent'"
        )
    elif what == "hours":
        await walk.pool.execute("update dealers set paused_until = now() + interval '1 hour', paused = false")
    elif what == "reopen":
        await walk.pool.execute("update dealers set paused_until = null, paused = false")
        await walk.pool.execute(
            "update whatsapp_order_relays set held_until = now() where held_until is not null and status = 'confirmed'"
        )
    await walk.pool.fetchval("select run_schedules()")
    return what


async def _tell(walk: Walk) -> str:
    events = json.loads(await walk.pool.fetchval("select claim_announcements(50, 30)"))
    for event in events:
        reply = json.dumps({"kind": "text", "text": f"{event['kind']}"})
        await walk.pool.fetchval(
            "select finish_announcement($1, $2, $3::text::jsonb)",
            event["id"],
            uuid.UUID(event["token"]),
            reply,
        )
    return "told" if events else "nothing"


STEPS: tuple[Step, ...] = (
    _order,
    _change_mind,
    _offer,
    _propose_change,
    _answer_change,
    _move,
    _ride,
    _rest,
    _shelf,
    _agent,
    _time_passes,
    _tell,
)
WEIGHTS = (10, 3, 16, 8, 8, 10, 8, 3, 4, 5, 5, 6)
