"""`./dev seed`: put demonstration data into the running stack's database.

With `--large` also what a busy business has after two months: 20,000 conversations, 1,000,000 messages,
100,000 orders.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

import asyncpg

from devstack import migrate, status
from devstack.places import Places, UsageError

LARGE_FILE = Path(__file__).with_name("large.sql")
LARGE_TABLES = (
    "contacts",
    "contact_identities",
    "whatsapp_conversations",
    "whatsapp_messages",
    "turns",
    "ai_calls",
    "whatsapp_order_relays",
    "market_orders",
    "order_offers",
    "order_events",
    "message_receipts",
    "message_attempts",
)
LARGE_PHONE = "393510000001"
"""The first of its people; who is there already is not made twice."""


def main(arguments: list[str]) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog="./dev seed")
    parser.add_argument("--large", action="store_true", help="also 20,000 conversations, 1,000,000 messages")
    large = parser.parse_args(arguments).large
    try:
        url = _database_url(Places.from_environment())
        applied = asyncio.run(migrate.apply_seed(url))
        print(
            "The demonstration data is in place."
            if applied
            else "The demonstration data is there already; ./dev reset starts afresh."
        )
        if large:
            print("Generating 1,000,000 messages; this takes some minutes …", flush=True)
            made = asyncio.run(fill(url))
            print("They are in place." if made else "They are there already.")
    except (UsageError, migrate.MigrationError) as error:
        print(f"./dev seed: {error}", file=sys.stderr)
        return 1
    return 0


async def fill(url: str) -> bool:
    """Generate the large data in a seeded database. Returns whether it was not there yet."""
    connection = await asyncpg.connect(url)
    try:
        if await connection.fetchval("select true from public.contacts where phone = $1", LARGE_PHONE):
            return False
        async with connection.transaction():
            await connection.execute("set local statement_timeout = 0")
            await connection.execute(LARGE_FILE.read_text(encoding="utf-8"))
        # Statistics and the visibility map, as a database that has run for a while has them.
        for table in LARGE_TABLES:
            await connection.execute(f"vacuum (analyze) public.{table}")
        return True
    finally:
        await connection.close()


def _database_url(places: Places) -> str:
    reason = status.problem(places)
    if reason is not None:
        raise UsageError(f"the stack is not ready ({reason}). Start it with ./dev up.")
    url = status.known_facts(places)["database_url"]
    if not url:
        raise UsageError(
            "demonstration data belongs into the stack's own database, not into a hosted project."
        )
    return url


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
