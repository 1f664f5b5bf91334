"""A random life of orders: customers, dealers, riders, agents and the clock do what they may, in any order.

After each step the books must balance: every piece is on a shelf, promised to one living order, sold or written off;
every order is in one state, its total is what its parts cost, and nobody was told the same step twice.
`./dev chaos orders --seed N --steps N --at-once N`.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import time

import asyncpg

from bench.chaos.books import FAULTS
from bench.chaos.order_steps import STEPS, WEIGHTS, Step
from bench.chaos.stock import talk_of
from bench.chaos.walk import SKUS, Walk
from bench.partial import partial_stack

CUSTOMERS = 6


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
