"""The desk as an agent feels it: from the commit to the screen while they type, and what open desks cost.

    ./dev bench desk          both
    ./dev bench desk cost     only what fifty open desks cost, idle and with twenty messages a second

A real Chromium on the same machine; the clock starts when the database has committed and stops when the browser
has the words in its document.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import orjson
import websockets
from playwright.async_api import Page
from websockets.asyncio.client import ClientConnection

from bench.partial import PartialStack, partial_stack
from bench.visit import signed_in
from devstack import browser, facts

EVENTS = 200
DESKS = 50
SETTLING_SECONDS = 3.0
IDLE_SECONDS = 15.0
BUSY_TALKS = 100
BUSY_RATE = 20
BUSY_MESSAGES = 300
COST_IDLE, COST_BUSY = 0.03, 0.10
TARGETS = {"median": 60, "p95": 150}
GIULIA = "00000000-0000-4000-8000-000000000061"
WRITE = """
with m as (
  insert into public.whatsapp_messages (business_id, conversation_id, account_id, direction, author, type, content)
  select business_id, id, account_id, 'inbound', 'customer', 'text', $2 from public.whatsapp_conversations where id = $1
)
update public.whatsapp_conversations set preview = $2, last_message_at = clock_timestamp(), updated_at = now()
where id = $1
"""
TALKS = """
with person as (
  insert into public.contacts (business_id, name, phone)
  select c.business_id, 'Cliente ' || n, '39347' || (1000000 + n)
  from public.whatsapp_conversations c, generate_series(1, $1) n
  where c.id = '00000000-0000-4000-8000-000000000061' returning id, business_id, phone
), talk as (
  insert into public.whatsapp_conversations (business_id, account_id, contact_id, phone, status)
  select p.business_id, c.account_id, p.id, p.phone, 'open' from person p, public.whatsapp_conversations c
  where c.id = '00000000-0000-4000-8000-000000000061' returning id, business_id, account_id
), said as (
  insert into public.whatsapp_messages (business_id, conversation_id, account_id, direction, author, type, content)
  select t.business_id, t.id, t.account_id, 'inbound', 'customer', 'text', 'Avete candele alla lavanda? ' || n
  from talk t, generate_series(1, 30) n
)
select id from talk
"""
SEEN = """
() => {
  window.seen = {}
  const look = () => document.querySelectorAll('*').forEach((element) => {
    if (!element.shadowRoot || element.watched) return
    element.watched = true
    new MutationObserver((changes) => {
      for (const change of changes) for (const node of change.addedNodes)
        if (node.dataset?.type === 'text') {
          const mark = node.textContent.match(/evento-(\\d+)/)
          if (mark) (window.seen[mark[1]] ??= []).push([Date.now(), node.dataset.id])
        }
    }).observe(element.shadowRoot, { childList: true, subtree: true })
  })
  look()
}
"""


async def main() -> None:
    chromium = browser.find()
    if chromium is None:
        print("no Chromium is installed; ./dev test tests/desk installs one where it may")
        return
    async with partial_stack("gateway", "desk", SUPABASE_TIMEOUT_SECONDS="30") as stack:
        if "cost" not in sys.argv[2:]:
            async with signed_in(stack.places.url("desk"), chromium) as page:
                await _live(stack, page)
        await _cost(stack)


async def _live(stack: PartialStack, page: Page) -> None:
    """Messages come into the open conversation while the agent types an answer."""
    await page.goto(f"{stack.places.url('desk')}/?conversation={GIULIA}")
    await page.locator(".desk[data-live=live]").wait_for(timeout=60_000)
    words = page.locator("textarea.words")
    await words.click()
    await page.evaluate(SEEN)
    connection = await asyncpg.connect(stack.owner_url)
    typing = asyncio.create_task(_type(page))
    committed: dict[str, float] = {}
    try:
        for n in range(EVENTS):
            await connection.execute(WRITE, GIULIA, f"evento-{n} ancora qui")
            committed[str(n)] = time.time() * 1000
            await asyncio.sleep(random.uniform(0.05, 0.25))
        await asyncio.sleep(2)
    finally:
        typing.cancel()
        await asyncio.gather(typing, return_exceptions=True)
        await connection.close()
    seen: dict[str, list[list[Any]]] = await page.evaluate("window.seen")
    times = [seen[n][0][0] - at for n, at in committed.items() if n in seen]
    doubled = sum(len({key for _, key in found}) > 1 for found in seen.values())
    typed = await words.input_value()
    print(
        f"commit → document, {EVENTS} messages, agent typing: {_line(times)}   "
        f"(target median {TARGETS['median']}, p95 {TARGETS['p95']})"
    )
    print(
        f"lost {EVENTS - len(times)}, shown twice {doubled}, draft kept: {typed.startswith('scrivo intanto')}"
    )


async def _type(page: Page) -> None:
    while True:
        await page.keyboard.type("scrivo intanto ", delay=60)


async def _cost(stack: PartialStack) -> None:
    """What open desks cost, as processor time of the desk's process: a share of one core, whatever else runs here."""
    connection = await asyncpg.connect(stack.owner_url)
    talks = [str(row["id"]) for row in await connection.fetch(TALKS, BUSY_TALKS)]
    pid = stack.processes["desk"].pid
    async with _desks(stack) as desks:
        frames, counting = [0] * len(desks), []
        for n, desk in enumerate(desks):
            # Everybody has a conversation open, as people do; some of them the same one.
            await desk.send(orjson.dumps({"op": "open", "ref": 1, "id": talks[n * 2 % len(talks)]}).decode())
            counting.append(asyncio.create_task(_count(desk, frames, n)))
        await _quiet(frames)
        idle, _ = await _measured(pid, asyncio.sleep(IDLE_SECONDS))
        frames[:] = [0] * len(desks)
        busy, seconds = await _measured(pid, _talk(connection, talks))
        for task in counting:
            task.cancel()
        await asyncio.gather(*counting, return_exceptions=True)
    await connection.close()
    load = os.getloadavg()[0]
    print(f"{DESKS} idle desks: {idle:.1%} of one core   (target {COST_IDLE:.0%}; load {load:.1f})")
    print(
        f"{DESKS} desks, {BUSY_MESSAGES / seconds:.1f} messages a second in {BUSY_TALKS} conversations: "
        f"{busy:.1%} of one core   (target {COST_BUSY:.0%}; {min(frames)} to {max(frames)} frames a desk)"
    )


@contextlib.asynccontextmanager
async def _desks(stack: PartialStack) -> AsyncIterator[list[ClientConnection]]:
    url = stack.places.url("desk")
    async with httpx.AsyncClient(base_url=url) as http, contextlib.AsyncExitStack() as pages:
        form = {"email": facts.AGENT_EMAIL, "password": facts.AGENT_PASSWORD, "next": "/"}
        await http.post("/auth/login", data=form, headers={"origin": url})
        cookies = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
        yield [
            await pages.enter_async_context(
                websockets.connect(
                    url.replace("http", "ws", 1) + "/rt",
                    origin=websockets.Origin(url),
                    additional_headers={"cookie": cookies},
                    proxy=None,
                )
            )
            for _ in range(DESKS)
        ]


async def _count(desk: ClientConnection, frames: list[int], n: int) -> None:
    async for _ in desk:
        frames[n] += 1


async def _quiet(frames: list[int]) -> None:
    """Wait until everybody has been shown what they opened."""
    while True:
        before = sum(frames)
        await asyncio.sleep(SETTLING_SECONDS)
        if sum(frames) == before:
            return


async def _measured(pid: int, work: Awaitable[None]) -> tuple[float, float]:
    """The share of a core that a process needs while something goes on, and the seconds it went on."""
    before, at = _cpu_seconds(pid), time.monotonic()
    await work
    seconds = time.monotonic() - at
    return (_cpu_seconds(pid) - before) / seconds, seconds


async def _talk(connection: asyncpg.Connection, talks: Sequence[str]) -> None:
    """Customers write, here and there, at their own pace."""
    chance, at = random.Random(1), time.monotonic()
    for n in range(BUSY_MESSAGES):
        await asyncio.sleep(max(at + n / BUSY_RATE - time.monotonic(), 0))
        await connection.execute(WRITE, chance.choice(talks), f"messaggio {n} di qualcuno")


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _line(times: Sequence[float]) -> str:
    ordered = sorted(times)
    p95 = ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)]
    return f"median {statistics.median(ordered):.0f} ms, p95 {p95:.0f} ms, worst {ordered[-1]:.0f} ms"
