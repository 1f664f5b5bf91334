"""Hostile requests to REST: nothing of them reaches SQL outside of quotes, nothing behind it is touched.

CASES requests are read and turned into SQL, which is inspected; every EXECUTED_OF-th of them is run on a real
database that holds a canary. Set FUZZ_CASES and FUZZ_SEED for more, or others.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter

import asyncpg
from hypothesis import HealthCheck, Phase, given, seed, settings

from bench.hostile.playground import PLAYGROUND, fingerprint
from bench.hostile.requests import requests
from bench.hostile.target import Target
from bench.partial import partial_stack
from devstack.gateway.http import Request

CASES = 20_000
EXECUTED_OF = 4


async def main() -> int:
    cases, number = int(os.environ.get("FUZZ_CASES", CASES)), int(os.environ.get("FUZZ_SEED", "7"))
    async with partial_stack() as stack:
        owner = await asyncpg.connect(stack.owner_url)
        await owner.execute(PLAYGROUND)
        superuser = await asyncpg.connect(stack.postgres.url())
        before = await fingerprint(superuser)
        password = stack.credentials.database_password
        target = Target(stack.postgres.url(role="authenticator", password=password))
        started = time.monotonic()
        try:
            await target.prepare()
            statuses, executed = await asyncio.to_thread(
                attack, target, asyncio.get_running_loop(), cases=cases, number=number
            )
            untouched = before == await fingerprint(superuser)
        finally:
            await target.database.close()
            await superuser.close()
            await owner.close()
    seconds = time.monotonic() - started
    print(f"{sum(statuses.values())} requests in {seconds:.0f} s, {executed} of them on the database")
    print(f"{target.database.statements} statements inspected; statuses {dict(sorted(statuses.items()))}")
    print("canary, tables, functions and roles: " + ("untouched" if untouched else "CHANGED"))
    return 0 if untouched else 1


def attack(
    target: Target, loop: asyncio.AbstractEventLoop, *, cases: int, number: int
) -> tuple[Counter[int], int]:
    """Send `cases` requests from this thread; the loop of `target` answers. Raises what a request broke."""
    statuses: Counter[int] = Counter()
    executed = 0

    @seed(number)
    @settings(
        max_examples=cases,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(request=requests())
    def one(request: Request) -> None:
        nonlocal executed
        target.database.executes = sum(statuses.values()) % EXECUTED_OF == 0
        executed += target.database.executes
        status = asyncio.run_coroutine_threadsafe(target.ask(request), loop).result(60)
        statuses[status] += 1

    one()
    return statuses, executed
