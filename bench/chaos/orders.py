"""A random life of orders: customers, dealers, riders, agents and the clock do what they may, in any order.

After each step the books must balance: every piece is on a shelf, promised to one living order, sold or written off;
every order is in one state, its total is what its parts cost, and nobody was told the same step twice.
`./dev chaos orders --seed N --steps N --at-once N`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from bench.chaos.books import FAULTS
from bench.chaos.stock import act, propose, talk_of
from bench.partial import partial_stack

SKUS = ("T01", "C07", "C02", "H01", "H13")
AGENT = "00000000-0000-4000-8000-000000000021"
CUSTOMERS = 6
ADDRESSES = ("Via Dante 7, 20121 Milano", "Via Torino 21, 20123 Milano")
REFUSALS = ("PT404", "PT409", "22023")
"""An agent may be told no; that changes nothing."""

Step = Callable[["Walk"], Awaitable[str]]


@dataclass(kw_only=True)
class Walk:
    """Who takes part, and what was done so far. `outcomes` counts them by action, `faults` says what did not add up."""

    pool: asyncpg.Pool[Any]
    chance: random.Random
    customers: list[uuid.UUID] = field(default_factory=list)
    dealers: list[uuid.UUID] = field(default_factory=list)
    riders: list[uuid.UUID] = field(default_factory=list)
    products: dict[str, uuid.UUID] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    async def pick(self, sql: str, *arguments: Any) -> Any:
        """One row of a question at random, None when there is none."""
        found = await self.pool.fetch(sql, *arguments)
        return self.chance.choice(found) if found else None

    async def staff(self, function: str, *arguments: Any) -> str:
        """An agent's function, with their rights."""
        places = ", ".join(f"${n}" for n in range(1, len(arguments) + 1))
        try:
            async with self.pool.acquire() as connection, connection.transaction():
                await connection.execute(
                    "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', $1, true)",
                    json.dumps({"role": "authenticated", "sub": AGENT}),
                )
                await connection.execute(f"select {function}({places})", *arguments)
        except asyncpg.PostgresError as error:
            if error.sqlstate not in REFUSALS:
                raise
            return "refused"
        return "done"


async def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./dev chaos orders")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--at-once", type=int, default=1, help="how many act at the same moment")
    options = parser.parse_args(arguments)
    started = time.monotonic()
    async with partial_stack("gateway") as stack:
        walk = await run(stack.owner_url, seed=options.seed, steps=options.steps, at_once=options.at_once)
    print(f"seed {options.seed}: {sum(walk.outcomes.values())} actions in {time.monotonic() - started:.0f} s")
    for outcome, count in sorted(walk.outcomes.items()):
        print(f"  {outcome:36} {count}")
    for fault in walk.faults:
        print(f"FAULT {fault}")
    return len(walk.faults)


async def run(database_url: str, *, seed: int, steps: int, at_once: int = 1) -> Walk:
    """A walk on the seeded business; it ends at the first books that don't balance."""
    # What happens at once happens in an order of its own; with one at a time a seed is always the same walk.
    chance = random.Random(seed)
    async with asyncpg.create_pool(database_url, min_size=1, max_size=max(4, at_once + 2)) as pool:
        walk = Walk(pool=pool, chance=chance)
        await _meet(walk)
        for _ in range(0, steps, at_once):
            chosen = chance.choices(STEPS, weights=WEIGHTS, k=at_once)
            await asyncio.gather(*(_take(walk, step) for step in chosen))
            walk.faults += await unbalanced(walk)
            if walk.faults:
                break
    return walk


async def _take(walk: Walk, step: Step) -> None:
    name = step.__name__.strip("_")
    try:
        walk.outcomes[f"{name}: {await step(walk)}"] += 1
    except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError):
        # The service tries these again; how many there are is worth knowing.
        walk.outcomes["tried again"] += 1
    except asyncpg.PostgresError as error:
        walk.faults.append(f"{name}: {error.sqlstate} {error}")


async def unbalanced(walk: Walk) -> list[str]:
    """What does not add up, in words."""
    found = []
    async with walk.pool.acquire() as connection, connection.transaction(isolation="repeatable_read"):
        for fault, sql in FAULTS.items():
            if rows := await connection.fetch(sql):
                found.append(f"{fault}: {[dict(row) for row in rows[:3]]}")
    return found


async def _meet(walk: Walk) -> None:
    """Everybody gets a conversation; few pieces lie on the shelves, so that they matter."""
    pool = walk.pool
    await pool.execute("update delivery_zones set active = true")
    await pool.execute("delete from order_events; delete from audit_log where action = 'set_stock'")
    walk.products = {
        r["sku"]: r["id"]
        for r in await pool.fetch("select sku, id from products where sku = any ($1)", list(SKUS))
    }
    await pool.execute(
        "insert into dealer_stock (dealer_id, product_id, business_id, on_hand) "
        "select d.id, p.id, d.business_id, 6 from dealers d join products p on p.business_id = d.business_id "
        "where p.sku = any ($1) on conflict (dealer_id, product_id) do update set on_hand = dealer_stock.reserved + 6",
        list(SKUS),
    )
    await pool.execute(
        "create table if not exists public.walk_start as select dealer_id, product_id, on_hand from dealer_stock"
    )
    walk.customers = [await talk_of(pool, f"39343{n:07d}") for n in range(CUSTOMERS)]
    phones = await pool.fetch(
        "select contact_value from rider_contacts where contact_type = 'dealer' order by 1"
    )
    walk.dealers = [await talk_of(pool, row["contact_value"]) for row in phones]
    riders = await pool.fetch("select phone from riders where active and phone is not null order by 1")
    walk.riders = [await talk_of(pool, row["phone"]) for row in riders]


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
        change |= {"by": str(other), "quantity": walk.chance.randint(1, 2)}
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
