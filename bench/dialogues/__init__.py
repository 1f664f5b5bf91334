"""`./dev bench dialogues [NAME…]`: fifty people order on the whole running stack, from hello to the receipt.

Each dialogue is data (the YAML files here, their form in `script`). Rows, totals, shelves and counts are worked out
from the script and the seeded catalogue, and every figure a customer was shown is compared with the database.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

import asyncpg
import httpx

from bench.dialogues.play import Player
from bench.dialogues.script import DEALERS, RIDERS, Dialogue, load
from bench.dialogues.shop import read_shop
from bench.dialogues.stage import Stage, Unmet
from bench.dialogues.verdict import Verdict, compare_shelves, judge
from bench.partial import partial_stack
from bench.traffic import Wire, audit, now

AT_ONCE = 8
QUIET = {"QUIET_WINDOW_MS": "150", "QUIET_WINDOW_MAX_MS": "1500"}


async def main() -> None:
    dialogues = load(*sys.argv[2:])
    async with partial_stack("gateway", "simulators", "api", "worker", **QUIET) as stack:
        went = await run(
            dialogues,
            simulators_url=stack.places.url("simulators"),
            gateway_url=stack.places.url("gateway"),
            anon_key=stack.credentials.anon_key,
            database_url=stack.owner_url,
            report=lambda verdict: print(line(verdict), flush=True),
        )
    print("\n".join(went.others))
    bad = sum(bool(v.faults) for v in went.verdicts)
    turns, figures = sum(v.turns for v in went.verdicts), sum(v.figures for v in went.verdicts)
    print(
        f"\n{len(went.verdicts) - bad} of {len(went.verdicts)} dialogues as scripted: {turns} turns, "
        f"{figures} figures compared, {went.seconds:.0f} s"
    )
    if bad or went.others:
        raise SystemExit(1)


class Run:
    """How a run went: a verdict for each dialogue, and what concerns all of them."""

    def __init__(self, verdicts: list[Verdict], others: list[str], seconds: float) -> None:
        self.verdicts, self.others, self.seconds = verdicts, others, seconds

    @property
    def faults(self) -> list[str]:
        return [f"{v.name}: {fault}" for v in self.verdicts for fault in v.faults] + self.others


async def run(
    dialogues: Sequence[Dialogue],
    *,
    simulators_url: str,
    gateway_url: str,
    anon_key: str,
    database_url: str,
    first_phone: int = 393510000000,
    report: Callable[[Verdict], None] = lambda verdict: None,
) -> Run:
    """Play dialogues against a running stack, several at once, each by a customer of its own."""
    started, since = time.monotonic(), await now(database_url)
    async with (
        httpx.AsyncClient(timeout=30, trust_env=False) as http,
        asyncpg.create_pool(database_url, min_size=1, max_size=8) as pool,
        _unpaced(pool),
    ):
        stage = Stage(
            simulators_url=simulators_url,
            gateway_url=gateway_url,
            anon_key=anon_key,
            http=http,
            pool=pool,
            locks=defaultdict(asyncio.Lock),
        )
        await stage.control(pair_rate=False)
        await _prepare(pool, dialogues)
        await _open_windows(stage)
        shop = await read_shop(pool)
        slots = asyncio.Semaphore(AT_ONCE)

        async def play(number: int, dialogue: Dialogue) -> Verdict:
            player = Player(stage=stage, shop=shop, dialogue=dialogue, phone=str(first_phone + number))
            async with slots:
                problem = None
                try:
                    await player.play()
                except (Unmet, httpx.HTTPError, KeyError, ValueError) as error:
                    problem = str(error) or type(error).__name__
                verdict = await judge(player, problem)
            report(verdict)
            return verdict

        verdicts = list(await asyncio.gather(*(play(n, d) for n, d in enumerate(dialogues))))
        others = []
        if not any(verdict.faults for verdict in verdicts):
            others = await compare_shelves(pool, shop.shelves_after(dialogues))
        phones = [str(first_phone + n) for n in range(len(dialogues))]
        ledger = await audit(database_url, await Wire(simulators_url).log(), phones, since)
        if (
            ledger.never_sent
            or ledger.sent_twice
            or ledger.unknown_to_database
            or ledger.turns_answered_twice
        ):
            others.append(f"the wire and the database differ: {ledger}")
    return Run(verdicts, others, time.monotonic() - started)


def line(verdict: Verdict) -> str:
    """One line of the table; below a dialogue that went wrong, why and what was said."""
    counts = f"{verdict.turns:3} turns {verdict.bubbles:3} bubbles {verdict.figures:3} figures"
    if not verdict.faults:
        return f"{verdict.name:28} {counts}  as scripted"
    below = "\n".join((*verdict.faults, *verdict.talk)).replace("\n", "\n    ")
    return f"{verdict.name:28} {counts}  WRONG\n    {below}"


async def _prepare(pool: asyncpg.Pool, dialogues: Sequence[Dialogue]) -> None:
    """Zones are on, vectors are there, and shelves hold what the dialogues say."""
    await pool.execute("update delivery_zones set active = true")
    for dialogue in dialogues:
        for dealer, pieces in dialogue.given.stock.items():
            for sku, count in pieces.items():
                await pool.execute(
                    "update dealer_stock s set on_hand = $3 from products p, rider_contacts c "
                    "where p.id = s.product_id and c.dealer_id = s.dealer_id and c.contact_value = $1 and p.sku = $2",
                    DEALERS[dealer],
                    sku,
                    count,
                )
    until = time.monotonic() + 60
    while await pool.fetchval(
        "select count(*) from products p where active "
        "and not exists (select 1 from product_embeddings e where e.product_id = p.id)"
    ):
        if time.monotonic() > until:
            raise TimeoutError("the worker has indexed no products")
        await asyncio.sleep(0.2)


async def _open_windows(stage: Stage) -> None:
    """Dealers and riders say good morning, so that they get whole messages and no templates."""
    for phone in (*DEALERS.values(), *RIDERS):
        await stage.answered(await stage.send(phone, text="buongiorno"))


@asynccontextmanager
async def _unpaced(pool: asyncpg.Pool) -> AsyncIterator[None]:
    """Three dealers get the messages of fifty orders. Their pace (one in 6 s) is proven elsewhere and lifted here."""

    async def lift() -> None:
        while True:
            await pool.execute("delete from send_pacing where kind = 'pair'")
            await pool.execute(
                "update outbox o set run_at = now() from whatsapp_messages m "
                "where m.id = o.message_id and o.attempts = 0 and o.run_at > now() and m.phone = any ($1)",
                [*DEALERS.values(), *RIDERS],
            )
            await asyncio.sleep(1)

    task = asyncio.create_task(lift())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
