"""Pull the gateway's plug under traffic while an agent looks on: the desk says so, recovers, and misses nothing.

Customers write throughout and are answered by the bot; an agent has one of the conversations open in Chromium and
answers in the middle of the outage. What WhatsApp could not deliver it delivers again until it is taken. At the end
the open thread and the list are compared with the database, row by row.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import asyncpg
from playwright.async_api import Page, expect

from bench.partial import PartialStack, partial_stack
from bench.traffic import Wire, settled
from bench.visit import signed_in
from devstack import browser

OUTAGE_SECONDS = 20.0
CUSTOMERS = 6
PAUSE_SECONDS = 0.7
ANSWER = "Rispondo io appena torna la rete"
SETTINGS = {
    "QUIET_WINDOW_MS": "200",
    "QUIET_WINDOW_MAX_MS": "1000",
    "RATE_LIMIT_PER_MINUTE": "100000",
    "RATE_LIMIT_PER_HOUR": "100000",
}
SHOWN = """
() => [...document.querySelectorAll('*')].map((e) => e.shadowRoot).filter(Boolean)
  .flatMap((root) => [...root.querySelectorAll('.message[data-id]')].map((e) => e.dataset.id))
"""


@dataclass
class Report:
    """What was seen; `faults` counts what should not have been."""

    said_so_after: float = -1.0
    live_after: float = -1.0
    refused: int = 0
    written: int = 0
    stored: int = 0
    shown: int = 0
    missing: int = 0
    doubled: int = 0
    out_of_order: int = 0
    stale_rows: int = 0
    answers_sent: int = 0
    draft_kept: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def faults(self) -> int:
        return (
            (self.said_so_after < 0)
            + (self.live_after < 0)
            + abs(self.written - self.stored)
            + self.missing
            + self.doubled
            + self.out_of_order
            + self.stale_rows
            + abs(self.answers_sent - 1)
            + (not self.draft_kept)
        )

    def lines(self) -> list[str]:
        """One line each."""
        shown = {name: value for name, value in vars(self).items() if name != "notes"}
        return [f"{name.replace('_', ' '):16} {_told(value)}" for name, value in shown.items()] + self.notes


def _told(value: object) -> str:
    return f"{value:.1f} s" if isinstance(value, float) else str(value)


async def main() -> int:
    chromium = browser.find()
    if chromium is None:
        print("no Chromium is installed; ./dev test tests/desk installs one where it may")
        return 1
    report = await run(chromium, outage=OUTAGE_SECONDS, customers=CUSTOMERS)
    print("\n".join(report.lines()))
    print(f"faults: {report.faults}")
    return report.faults


async def run(chromium: str, *, outage: float, customers: int) -> Report:
    """One experiment with an outage of so many seconds."""
    report = Report()
    phones = [f"393479900{n:03d}" for n in range(customers)]
    async with partial_stack("gateway", "simulators", "api", "worker", "desk", **SETTINGS) as stack:
        wire = Wire(stack.places.url("simulators"))
        await wire.control(pair_rate=False, throughput_mps=0)
        for phone in phones:
            await wire.inbound(phone, "ciao")
        await settled(stack.owner_url, seconds=30)
        conversation = await _conversation(stack, phones[0])
        async with _agent(stack, chromium, conversation) as page:
            stop = asyncio.Event()
            talking = [asyncio.create_task(_talk(wire, phone, stop, report)) for phone in phones]
            await asyncio.sleep(4)
            await _outage(stack, page, outage, report)
            await asyncio.sleep(4)
            stop.set()
            await asyncio.gather(*talking)
            if not await settled(stack.owner_url, seconds=120):
                report.notes.append("not settled after 120 s")
            await _compare(stack, page, conversation, phones, report)
        bodies = await wire.sent_to(phones[0])
        report.answers_sent = sum(body.get("text", {}).get("body") == ANSWER for body in bodies)
    return report


async def _talk(wire: Wire, phone: str, stop: asyncio.Event, report: Report) -> None:
    """One message after the other; each is delivered again until it is taken, as WhatsApp does."""
    while not stop.is_set():
        report.written += 1
        text = f"messaggio {report.written}"
        answer = await wire.inbound(phone, text)
        while answer["status"] != 200:
            report.refused += 1
            await asyncio.sleep(PAUSE_SECONDS)
            answer = await wire.inbound(phone, text, wamid=answer["wamid"])
        await asyncio.sleep(PAUSE_SECONDS)


async def _outage(stack: PartialStack, page: Page, seconds: float, report: Report) -> None:
    """Kill the gateway, answer meanwhile, start it again; note when the desk says what."""
    gateway = stack.processes["gateway"]
    began = time.monotonic()
    os.kill(gateway.pid, signal.SIGKILL)
    await gateway.wait()
    with contextlib.suppress(AssertionError):
        await expect(page.locator(".desk")).not_to_have_attribute("data-live", "live", timeout=seconds * 1000)
        report.said_so_after = time.monotonic() - began
    words = page.locator("textarea.words")
    await words.fill(ANSWER)
    await words.press("Enter")
    await words.type("bozza", delay=30)
    await asyncio.sleep(max(0.0, seconds - (time.monotonic() - began)))
    stack.processes["gateway"] = await stack.start("gateway")
    began = time.monotonic()
    with contextlib.suppress(AssertionError):
        await expect(page.locator(".desk")).to_have_attribute("data-live", "live", timeout=60_000)
        report.live_after = time.monotonic() - began
    report.draft_kept = await words.input_value() == "bozza"


async def _compare(
    stack: PartialStack, page: Page, conversation: str, phones: list[str], report: Report
) -> None:
    """The screen beside the database."""
    connection = await asyncpg.connect(stack.owner_url)
    try:
        report.stored = await connection.fetchval(
            "select count(*) from whatsapp_messages where direction = 'inbound' and content like 'messaggio %'"
        )
        wanted = [
            str(row["id"])
            for row in await connection.fetch(
                "select id from whatsapp_messages where conversation_id = $1 order by sequence", conversation
            )
        ]
        previews = await connection.fetch(
            "select id, preview from whatsapp_conversations where phone = any ($1)", phones
        )
    finally:
        await connection.close()
    shown: list[str] = []
    for _ in range(100):
        # The last receipts may be on their way to the screen.
        shown = await page.evaluate(SHOWN)
        if set(wanted) <= set(shown):
            break
        await asyncio.sleep(0.2)
    counts = Counter(shown)
    report.shown = len(shown)
    report.missing = sum(one not in counts for one in wanted)
    report.doubled = sum(n > 1 for n in counts.values())
    report.out_of_order = int([one for one in shown if one in set(wanted)] != wanted)
    for row in previews:
        line = page.locator(f".row[data-id='{row['id']}']")
        report.stale_rows += row["preview"].split("\n")[0][:20] not in await line.inner_text()


async def _conversation(stack: PartialStack, phone: str) -> str:
    connection = await asyncpg.connect(stack.owner_url)
    try:
        return str(await connection.fetchval("select id from whatsapp_conversations where phone = $1", phone))
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def _agent(stack: PartialStack, chromium: str, conversation: str) -> AsyncIterator[Page]:
    """A signed-in agent with the conversation open."""
    url = stack.places.url("desk")
    async with signed_in(url, chromium) as page:
        await page.goto(f"{url}/?conversation={conversation}")
        await page.locator(".desk[data-live=live] .message[data-id]").first.wait_for(timeout=60_000)
        yield page
