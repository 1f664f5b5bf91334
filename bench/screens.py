"""Every screen of the desk in a business of a million messages: from the click to the painted answer.

    ./dev bench screens            a stack of its own, filled as `./dev seed --large` does
    ./dev bench screens --here     the stack that runs, without the count of questions

A real Chromium on the same machine; the clock stops with the frame after the one in which all is drawn.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
from collections.abc import Sequence
from typing import Any

import asyncpg
from playwright.async_api import Page

from bench.partial import partial_stack
from bench.visit import signed_in
from devstack import browser, status
from devstack.facts import ADMIN_EMAIL
from devstack.places import Places
from devstack.seed import fill

CLICKS = 100
PAGE_CLICKS = 20
TARGET_MS = 500
SETTLED_SECONDS = 1.5
"""A server of PostgreSQL tells what it has done at most once a second."""
FILTERS = ("open", "mine", "escalated", "unassigned")
NAMES = (
    "giulia bianchi",
    "marco rossi",
    "sofia",
    "aurora greco",
    "budi",
    "carter",
    "chiara moretti",
    "omar fontana",
)
WORDS = (
    "candele",
    "ciao lavanda",
    "guinzaglio rosso",
    "rimborso",
    "halo selamat",
    "shampoo cane",
    "grazie ordine",
)
PAGES = {
    "orders": ".board[aria-busy=false] .card",
    "attention": "h2.rdk",
    "catalogue": ".products .product",
    "analytics": ".figures[aria-busy=false] svg",
    "health": "h2.rdk",
}
RANGES = ("month", "today", "week")
IN_INBOX = """
async ([kind, what]) => {
  const root = [...document.querySelectorAll('*')].map((e) => e.shadowRoot).find((r) => r?.querySelector('.desk'))
  const frame = () => new Promise(requestAnimationFrame)
  const rows = root.querySelector('.rows')
  const done = kind === 'thread' ? () => root.querySelector('.thread').dataset.state === 'ready'
    : () => rows.getAttribute('aria-busy') === 'false'
  const at = performance.now()
  if (kind === 'list') root.querySelector(`[data-filter=${what}]`).click()
  else if (kind === 'thread') {
    const all = root.querySelectorAll('.row[data-id]')
    all[what % all.length].click()
  } else {
    const input = root.querySelector('input[type=search]')
    input.value = what
    input.dispatchEvent(new Event('input'))
  }
  while (!done()) await frame()
  await frame()
  const taken = performance.now() - at
  await new Promise((resolve) => setTimeout(resolve, 150))
  return taken
}
"""
CLICKED = "() => addEventListener('click', () => { window.clickedAt = performance.now() }, true)"
PAINTED = """
([changed, before, drawn]) => new Promise((resolve) => {
  const found = (selector) => [document, ...[...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
    .map((e) => e.shadowRoot).filter(Boolean)].map((root) => root.querySelector(selector)).find(Boolean)
  const app = document.querySelector('[data-testid=stApp]')
  const look = () => {
    const done = app.dataset.testScriptState === 'notRunning' && (found(changed)?.textContent ?? '') !== before
      && found(drawn) && !document.querySelector('[data-stale=true], [data-testid=stSkeleton]')
    requestAnimationFrame(done ? () => resolve(performance.now() - window.clickedAt) : look)
  }
  look()
})
"""
PAUSE_MS = 250


async def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev bench screens")
    parser.add_argument(
        "--here", action="store_true", help="measure the stack that runs, seeded with --large"
    )
    here = parser.parse_args(sys.argv[2:]).here
    chromium = browser.find()
    if chromium is None:
        print("no Chromium is installed; ./dev test tests/desk installs one where it may")
        return
    if here:
        facts = status.known_facts(Places.from_environment())
        await _measure(str(facts["desk_url"]), chromium, None)
        return
    async with partial_stack("gateway", "desk", SUPABASE_TIMEOUT_SECONDS="30") as stack:
        print("generating 1,000,000 messages …", flush=True)
        await fill(stack.owner_url)
        connection = await asyncpg.connect(stack.owner_url)
        while await connection.fetchval("select refresh_figures(20)"):
            pass
        await _measure(stack.places.url("desk"), chromium, connection)
        await connection.close()


async def _measure(url: str, chromium: str, connection: asyncpg.Connection | None) -> None:
    async with signed_in(url, chromium, email=ADMIN_EMAIL) as page:
        await page.locator(".row[data-id]").nth(20).wait_for(timeout=60_000)
        steps: dict[str, list[list[Any]]] = {
            "list": [["list", FILTERS[(n + 1) % len(FILTERS)]] for n in range(CLICKS)],
            "thread": [["thread", n * 7] for n in range(CLICKS)],
            "search": [["search", words] for words in _searches()],
        }
        for name, asked in steps.items():
            if name == "thread":
                await page.evaluate(IN_INBOX, ["list", "open"])
            before = await _asked(connection)
            times = [await page.evaluate(IN_INBOX, step) for step in asked]
            _tell(name, times, await _per_click(connection, before, len(asked)))
        await _native(page, connection)


async def _native(page: Page, connection: asyncpg.Connection | None) -> None:
    """The other pages, opened from the header; figures by range as well."""
    await page.evaluate(CLICKED)
    times: dict[str, list[float]] = {name: [] for name in PAGES}
    counts: dict[str, float] = {}
    for name, drawn in PAGES.items():
        before = await _asked(connection)
        for _ in range(PAGE_CLICKS):
            times[name].append(await _click(page, f"a[data-page={name}]", "a[aria-current=page]", drawn))
            await _click(page, "a[data-page=inbox]", "a[aria-current=page]", ".desk")
        counts[name] = await _per_click(connection, before, PAGE_CLICKS)
        _tell(name, times[name], counts[name], note="with the inbox opened in between")
    await _click(page, "a[data-page=analytics]", "a[aria-current=page]", PAGES["analytics"])
    by_range: dict[str, list[float]] = {name: [] for name in RANGES}
    before = await _asked(connection)
    for n in range(CLICKS):
        name = RANGES[n % len(RANGES)]
        press, chosen = f"[data-range={name}]", "[data-range][aria-checked=true]"
        by_range[name].append(await _click(page, press, chosen, PAGES["analytics"]))
    asked = await _per_click(connection, before, CLICKS)
    for name, found in by_range.items():
        _tell(f"figures, {name}", found, asked)


async def _click(page: Page, press: str, changed: str, drawn: str) -> float:
    """Milliseconds until the text of `changed` is another, the script has run, and `drawn` is there.

    The page's own clock, from the event of the click: what the test driver needs to press is not counted.
    """
    before = await page.locator(changed).first.text_content() or ""
    await page.locator(press).first.click()
    taken: float = await page.evaluate(PAINTED, [changed, before, drawn])
    await page.wait_for_timeout(PAUSE_MS)
    return taken


def _searches() -> list[str]:
    chance = random.Random(1)
    kinds = [
        lambda: chance.choice(NAMES),
        lambda: f"39351{chance.randrange(1, 20000):07d}",
        lambda: f"{chance.randrange(1000, 20000)}",
        lambda: chance.choice(WORDS),
        lambda: f"riferimento{997 * chance.randrange(1, 1000)}",
        lambda: f"D{500000 + 5 * chance.randrange(1, 100000)}",
    ]
    return [kinds[n % len(kinds)]() for n in range(CLICKS)]


async def _asked(connection: asyncpg.Connection | None) -> int:
    """Transactions so far: each request of the desk is one."""
    if connection is None:
        return 0
    await asyncio.sleep(SETTLED_SECONDS)
    query = "select xact_commit + xact_rollback from pg_stat_database where datname = current_database()"
    return int(await connection.fetchval(query))


async def _per_click(connection: asyncpg.Connection | None, before: int, clicks: int) -> float:
    return (await _asked(connection) - before) / clicks if connection else 0.0


def _tell(name: str, times: Sequence[float], asked: float, note: str = "") -> None:
    ordered = sorted(times)
    p95 = ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)]
    verdict = "" if p95 <= TARGET_MS else f"   above {TARGET_MS} ms"
    questions = f"   {asked:.1f} questions a click" if asked else ""
    print(
        f"{name:18} {len(ordered):4} clicks   p50 {statistics.median(ordered):5.0f} ms   p95 {p95:5.0f} ms   "
        f"worst {ordered[-1]:5.0f} ms{questions}{verdict}{'   ' + note if note else ''}",
        flush=True,
    )
