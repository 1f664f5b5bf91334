"""Many buyers and few pieces, many dealers and one order: what is sold was there, and one dealer wins.

Buyers confirm at the same moment, some change their mind at once. Then dealers accept the same order together.
Afterwards the shelf must add up: nothing below zero, no more promised than there is, no piece promised to nobody.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
import uuid
from dataclasses import dataclass
from typing import Any

import asyncpg

from bench.partial import partial_stack

BUYERS = 100
PIECES = 10
DEALERS = 32
ROUNDS = 20
CONNECTIONS = 40
ADDRESS = {"address": "Via Dante 7, 20121 Milano", "postcode": "20121"}
NUMBER = "106540352242922"


@dataclass(frozen=True, kw_only=True)
class Races:
    """How the races went: sold when all confirm together, and after some took theirs back while others tried again.

    `unbalanced` counts shelves whose promises are not those of living orders.
    """

    buyers: int
    sold_at_once: int
    sold_after_changes: int
    expected: int
    rounds: int
    winners: int
    losers_told: int
    unbalanced: int

    @property
    def faults(self) -> int:
        wrongly_sold = abs(self.sold_at_once - self.expected) + abs(self.sold_after_changes - self.expected)
        return wrongly_sold + abs(self.winners - self.rounds) + self.unbalanced


async def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./dev chaos stock")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="orders that all dealers accept at once")
    options = parser.parse_args(arguments)
    started = time.monotonic()
    async with partial_stack("gateway") as stack:
        races = await run(
            stack.owner_url,
            buyers=BUYERS,
            pieces=PIECES,
            dealers=DEALERS,
            rounds=options.rounds,
            connections=CONNECTIONS,
        )
    print(f"{races.buyers} buyers, {PIECES} pieces: sold {races.sold_at_once} at once")
    print(f"after half of them changed their minds: sold {races.sold_after_changes}")
    print(f"{races.rounds} orders accepted by {DEALERS} dealers at once: {races.winners} winners")
    print(f"losers who were told so at once: {races.losers_told}")
    print(f"shelves that don't add up: {races.unbalanced}")
    print(f"{time.monotonic() - started:.0f} s, faults: {races.faults}")
    return races.faults


async def run(
    database_url: str, *, buyers: int, pieces: int, dealers: int, rounds: int, connections: int
) -> Races:
    """Both races on the seeded business, whose shelves of two products are changed for it."""
    async with asyncpg.create_pool(database_url, min_size=1, max_size=connections) as pool:
        await pool.execute("update delivery_zones set active = true")
        at_once, sold = await _buy(pool, buyers, pieces)
        winners, losers = await _accept(pool, dealers, rounds)
        unbalanced = await pool.fetchval(_UNBALANCED)
    return Races(
        buyers=buyers,
        sold_at_once=at_once,
        sold_after_changes=sold,
        expected=min(buyers, pieces),
        rounds=rounds,
        winners=winners,
        losers_told=losers,
        unbalanced=unbalanced,
    )


async def _buy(pool: asyncpg.Pool[Any], buyers: int, pieces: int) -> tuple[int, int]:
    """All buyers confirm one piece at once; every second who got one takes it back, and others try again."""
    await pool.execute(
        "update dealer_stock s set on_hand = case when d.priority = 10 then $1 else 0 end, reserved = 0 "
        "from products p, dealers d where p.id = s.product_id and d.id = s.dealer_id and p.sku = 'H13'",
        pieces,
    )
    carts = [await _proposed(pool, f"39346{n:07d}", "H13") for n in range(buyers)]
    first = await asyncio.gather(*(act(pool, c, "confirm_order", relay_id=r) for c, r in carts))
    owners = [cart for cart, outcome in zip(carts, first, strict=True) if outcome == "created"]
    rest = [cart for cart, outcome in zip(carts, first, strict=True) if outcome != "created"]
    again = [(c, await propose(pool, c)) for c, _ in rest[: len(owners)]]
    await asyncio.gather(
        *(act(pool, c, "cancel_order", relay_id=r) for c, r in owners[::2]),
        *(act(pool, c, "confirm_order", relay_id=r) for c, r in again),
    )
    # Whatever the second wave got: in the end exactly the pieces that there are can be sold.
    last = [(c, await propose(pool, c)) for c, _ in rest]
    await asyncio.gather(*(act(pool, c, "confirm_order", relay_id=r) for c, r in last))
    sold = await pool.fetchval(
        "select coalesce(sum((l ->> 'quantity')::integer), 0) from market_orders m "
        "join whatsapp_order_relays r on r.id = m.relay_id "
        "cross join jsonb_array_elements(m.lines) l where m.status <> 'cancelled' and r.phone like '39346%'"
    )
    return len(owners), int(sold)


async def _accept(pool: asyncpg.Pool[Any], dealers: int, rounds: int) -> tuple[int, int]:
    """One order after the other is accepted by all dealers at once."""
    await pool.execute(_MORE_DEALERS, dealers)
    await pool.execute(
        "update businesses set limits = limits || jsonb_build_object('offer_fanout', $1::integer)", dealers
    )
    talks = {
        row["dealer_id"]: await talk_of(pool, row["contact_value"])
        for row in await pool.fetch(
            "select dealer_id, contact_value from rider_contacts where contact_value like '39345%'"
        )
    }
    winners = losers = 0
    for number in range(rounds):
        conversation, relay = await _proposed(pool, f"39344{number:07d}", "H17")
        await act(pool, conversation, "confirm_order", relay_id=relay)
        offers = await pool.fetch(
            "select o.id, o.dealer_id from order_offers o join market_orders m on m.id = o.market_order_id "
            "where m.relay_id = $1",
            uuid.UUID(relay),
        )
        outcomes = await asyncio.gather(
            *(act(pool, talks[o["dealer_id"]], "accept_offer", offer_id=str(o["id"])) for o in offers)
        )
        winners += outcomes.count("accepted")
        losers += outcomes.count("lost")
    return winners, losers


async def _proposed(pool: asyncpg.Pool[Any], phone: str, sku: str) -> tuple[uuid.UUID, str]:
    conversation = await talk_of(pool, phone)
    await pool.execute(
        "insert into carts (conversation_id, business_id, lines) select c.id, c.business_id, jsonb_build_array("
        "jsonb_build_object('product_id', p.id, 'quantity', 1, 'variant', '{}'::jsonb)) "
        "from whatsapp_conversations c, products p where c.id = $1 and p.sku = $2",
        conversation,
        sku,
    )
    await act(pool, conversation, "set_delivery", address=ADDRESS)
    return conversation, await propose(pool, conversation)


async def propose(pool: asyncpg.Pool[Any], conversation: uuid.UUID) -> str:
    relay = str(uuid.uuid4())
    await act(pool, conversation, "propose_order", relay_id=relay)
    return relay


async def talk_of(pool: asyncpg.Pool[Any], phone: str) -> uuid.UUID:
    """A talk of somebody, opened as a message would open it."""
    found = await pool.fetchval(
        "select (private.open_conversation(a, private.resolve_contact(a.business_id, a.channel, "
        "jsonb_build_object('phone', $1::text), private.identity_scope(a)), $1)).id from channel_accounts a "
        "where a.external_id = $2",
        phone,
        NUMBER,
    )
    return uuid.UUID(str(found))


async def act(pool: asyncpg.Pool[Any], talk: uuid.UUID, kind: str, **args: Any) -> str:
    """One action as a turn does it, under the lock of its conversation; its outcome."""
    result = await pool.fetchval(
        "with locked as (select * from whatsapp_conversations where id = $1 for update) "
        "select private.run_action(row(c.*)::whatsapp_conversations, $2, $3::text::jsonb) from locked c",
        talk,
        kind,
        json.dumps(args),
    )
    return str(json.loads(result)["outcome"])


_MORE_DEALERS = """
with made as (
  insert into dealers (business_id, name, priority)
  select b.id, 'Race ' || n, 1 from businesses b, generate_series(1, $1) n returning id, business_id, name
), reached as (
  insert into rider_contacts (business_id, dealer_id, contact_type, contact_value)
  select business_id, id, 'dealer', '39345' || lpad(split_part(name, ' ', 2), 7, '0') from made
)
insert into dealer_stock (dealer_id, product_id, business_id, on_hand)
select m.id, p.id, m.business_id, 1000 from made m join products p on p.business_id = m.business_id where p.sku = 'H17'
"""

_UNBALANCED = """
select count(*) from dealer_stock s
where s.reserved < 0 or s.reserved > s.on_hand or s.reserved <> coalesce((
  select sum((l ->> 'quantity')::integer) from market_orders m cross join jsonb_array_elements(m.lines) l
  where coalesce(m.dealer_id, m.holder_id) = s.dealer_id and (l ->> 'product_id')::uuid = s.product_id
    and m.status in ('held', 'offered', 'accepted', 'preparing', 'ready', 'out_for_delivery')), 0)
"""
