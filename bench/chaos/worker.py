"""SIGKILL the worker at random moments: every message belongs to one turn, every turn is answered exactly once."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time

from bench.partial import PartialStack, partial_stack
from bench.traffic import Ledger, Wire, audit, settled

KILLS = 50
CUSTOMERS = 12
MESSAGES = 25
SEED = 7

# Short leases, so that what a killed worker held is taken up again within seconds.
SETTINGS = {
    "QUIET_WINDOW_MS": "200",
    "QUIET_WINDOW_MAX_MS": "1000",
    "TURN_LEASE_SECONDS": "3",
    "OUTBOX_LEASE_SECONDS": "3",
    "OUTBOX_SETTLE_SECONDS": "20",
    "RATE_LIMIT_PER_MINUTE": "100000",
    "RATE_LIMIT_PER_HOUR": "100000",
}

TEXTS = (
    "ciao",
    "avete candele alla lavanda?",
    "vorrei 2 candele alla lavanda",
    "quanto costa lo shampoo secco?",
    "un guinzaglio in pelle taglia L marrone",
    "dov'è il mio ordine?",
    "menu",
    "togli le candele",
    "do you have a dog bed?",
    "grazie mille",
)


async def main() -> int:
    started = time.monotonic()
    ledger = await run(kills=KILLS, customers=CUSTOMERS, messages=MESSAGES, seed=SEED)
    print("\n".join(ledger.lines()))
    print(f"{KILLS} kills in {time.monotonic() - started:.0f} s, faults: {ledger.faults}")
    return ledger.faults


async def run(*, kills: int, customers: int, messages: int, seed: int) -> Ledger:
    """One experiment. The same seed sends the same texts and waits the same times between kills."""
    chance = random.Random(seed)
    phones = [f"39347{seed:02d}{n:05d}" for n in range(customers)]
    async with partial_stack("gateway", "api", "simulators", **SETTINGS) as stack:
        wire = Wire(stack.places.url("simulators"))
        # The simulator's own pace would only slow the experiment down.
        await wire.control(pair_rate=False, throughput_mps=0)
        talking = asyncio.gather(
            *(_talk(wire, phone, messages, random.Random(chance.random())) for phone in phones)
        )
        for n in range(kills):
            await _live_and_die(stack, chance.uniform(0.2, 1.6))
            if n % 10 == 9:
                print(f"  {n + 1} kills", flush=True)
        worker = await stack.start("worker")
        try:
            sent = sum(await talking)
            if not await settled(stack.owner_url, seconds=120):
                print("  not settled after 120 s")
            ledger = await audit(stack.owner_url, await wire.log(), phones)
        finally:
            worker.terminate()
            await worker.wait()
    if ledger.inbound != sent:
        raise SystemExit(f"{sent} messages were acknowledged, {ledger.inbound} are stored")
    return ledger


async def _talk(wire: Wire, phone: str, messages: int, chance: random.Random) -> int:
    """Send texts at odd moments. Returns how many were acknowledged."""
    acknowledged = 0
    for _ in range(messages):
        answer = await wire.inbound(phone, chance.choice(TEXTS))
        acknowledged += answer["status"] == 200
        await asyncio.sleep(chance.uniform(0.2, 3.0))
    return acknowledged


async def _live_and_die(stack: PartialStack, seconds: float) -> None:
    """A worker starts, works for a moment, and is killed without warning."""
    worker = await stack.start("worker")
    await asyncio.sleep(seconds)
    os.kill(worker.pid, signal.SIGKILL)
    await worker.wait()
