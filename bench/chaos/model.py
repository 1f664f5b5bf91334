"""Every failure of a language model in a live conversation: the customer is answered once, rightly and in time.

The worker's own code runs in this process, anew for each kind, so that no kind finds a breaker that another opened.
Messages come in through the webhook and go out through the Graph API, both simulated on the wire.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
from pydantic import SecretStr

from bench.chaos.model_faults import FAULTS, Fault, answer
from bench.partial import PartialStack, partial_stack
from bench.traffic import Wire
from processors.settings import Settings
from processors.understanding import breaker
from processors.worker import serve

DEADLINE_SECONDS = 10.0
"""The model's for one turn; answering may take little more."""

SLACK_SECONDS = 8.0
REPLY_SECONDS = 60.0
ORDER = "vorrei 2 shampoo secco"
WRONG = re.compile(r"(?<!\d)1,00|truffa|x{20}|p99")
_phones = itertools.count(393480000000)


@dataclass(frozen=True, kw_only=True)
class Played:
    """One conversation under one fault."""

    fault: Fault
    seconds: float
    replies: list[str]
    later: list[str]
    calls: list[dict[str, Any]]
    requests: int
    turns: int

    @property
    def problems(self) -> list[str]:
        """What should not have been."""
        first = self.calls[0]["error"] if self.calls else "no row"
        wanted = self.fault.errors or {""}
        told = "\n".join(self.replies)
        return [
            what
            for what, is_wrong in {
                f"{len(self.replies)} replies": len(self.replies) != 1,
                f"{self.turns} turns": self.turns != 2,
                f"ai_calls says {first!r}": first not in wanted,
                f"{self.requests} requests": self.requests != self.fault.requests,
                f"{self.seconds:.1f} s": self.seconds > DEADLINE_SECONDS + SLACK_SECONDS,
                "something invented": WRONG.search(told) is not None,
                "the talk did not go on": len(self.later) != 1,
            }.items()
            if is_wrong
        ]


async def main() -> int:
    logging.basicConfig(level=logging.CRITICAL)
    async with partial_stack("gateway", "simulators", "api", QUIET_WINDOW_MS="0") as stack:
        bench = Bench(stack)
        async with bench.opened():
            await bench.warm_up()
            played = [await bench.play(fault) for fault in FAULTS]
            opened = await bench.breaker()
    print(f"   {'fault':30} {'ai_calls':16} asked  ms of it  reply after  said")
    for one in played:
        call = one.calls[0] if one.calls else {"error": "", "outcome": "none", "latency_ms": 0}
        row = call["error"] or call["outcome"]
        said = " ".join(one.replies[0].split())[:44] if one.replies else "nothing"
        print(
            f"   {one.fault.name:30} {row:16} {one.requests:5} {call['latency_ms']:8} "
            f"{one.seconds:9.2f} s  {said}{'   ✗ ' + ', '.join(one.problems) if one.problems else ''}"
        )
    print(f"   breaker: {opened}")
    faults = sum(bool(one.problems) for one in played) + (opened != GOOD_BREAKER)
    print(f"   {len(played)} kinds, wrong: {faults}")
    return 1 if faults else 0


GOOD_BREAKER = "server, server, server, breaker_open (not asked); after the pause: ok, ok"


class Bench:
    """The stack, the switches and the phones."""

    def __init__(self, stack: PartialStack) -> None:
        self._stack = stack
        self._url = stack.places.url("simulators")
        self._wire = Wire(self._url)
        self._http: httpx.AsyncClient
        self._pool: asyncpg.Pool[Any]

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """The connections, until the end."""
        async with (
            httpx.AsyncClient(base_url=self._url, trust_env=False, timeout=30) as self._http,
            asyncpg.create_pool(self._stack.owner_url, min_size=1, max_size=2) as self._pool,
        ):
            yield

    async def warm_up(self) -> None:
        """Until every product has its vector, whose making would use up the faults."""
        async with self._worker():
            until = time.monotonic() + REPLY_SECONDS
            while time.monotonic() < until and await self._pool.fetchval(
                "select exists (select 1 from products p where p.active and not exists (select 1 from "
                "product_embeddings e where e.product_id = p.id and e.model not like 'hash%'))"
            ):
                await asyncio.sleep(0.1)

    async def play(self, fault: Fault) -> Played:
        """A newcomer orders while the model fails, and says one thing more when it is well again."""
        phone = str(next(_phones))
        async with self._worker():
            await self._control(answers=list(fault.answers), **fault.control)
            started = time.monotonic()
            replies = await self._say(phone, ORDER, known=0)
            seconds = time.monotonic() - started
            requests = await self._asked()
            await self._control(answers=[answer(intent="general_chat", cart_action="none", items=[])])
            later = await self._say(phone, "raccontami qualcosa del vostro negozio", known=len(replies))
        return Played(
            fault=fault,
            seconds=seconds,
            replies=replies,
            later=later,
            calls=await self._calls(phone),
            requests=requests,
            turns=await self._pool.fetchval(
                "select count(*) from turns t join whatsapp_conversations c on c.id = t.conversation_id "
                "where c.phone = $1",
                phone,
            ),
        )

    async def breaker(self) -> str:
        """Three failures open it, nobody is asked, and after the pause the first success closes it."""
        async with self._worker():
            await self._control(case="500")
            failed = []
            for _ in range(4):
                phone = str(next(_phones))
                before = await self._asked()
                await self._say(phone, ORDER, known=0)
                [call] = await self._calls(phone)
                failed.append(call["error"] + ("" if await self._asked() > before else " (not asked)"))
            await self._control(answers=[answer(), answer()])
            await asyncio.sleep(breaker.PAUSE_SECONDS + 0.5)
            well = []
            for _ in range(2):
                phone = str(next(_phones))
                await self._say(phone, ORDER, known=0)
                well.append((await self._calls(phone))[0]["outcome"])
        return f"{', '.join(failed)}; after the pause: {', '.join(well)}"

    @contextlib.asynccontextmanager
    async def _worker(self) -> AsyncIterator[None]:
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]  # Known at run time.
            environment="development",
            supabase_url=self._stack.places.url("gateway"),
            supabase_anon_key=SecretStr(self._stack.credentials.anon_key),
            supabase_service_role_key=SecretStr(self._stack.credentials.service_role_key),
            whatsapp_access_token=SecretStr("dev-token"),
            whatsapp_api_url=f"{self._url}/graph",
            openai_api_key=SecretStr("sk-test"),
            openai_base_url=f"{self._url}/openai/v1",
            ai_timeout_seconds=1.0,
            quiet_window_ms=0,
            worker_poll_ms=100,
        )
        await self._http.post("/openai/_reset")
        stop = asyncio.Event()
        work = asyncio.create_task(serve(settings, stop))
        try:
            yield
        finally:
            stop.set()
            await work

    async def _say(self, phone: str, text: str, *, known: int) -> list[str]:
        """The replies to one message, once no turn and no send of this phone is open."""
        await self._wire.inbound(phone, text)
        until = time.monotonic() + REPLY_SECONDS
        while time.monotonic() < until:
            sent = [_words(body) for body in await self._wire.sent_to(phone)]
            if len(sent) > known:
                # A second reply would follow at once.
                await asyncio.sleep(0.3)
                return [_words(body) for body in await self._wire.sent_to(phone)][known:]
            await asyncio.sleep(0.05)
        return []

    async def _control(self, **what: Any) -> None:
        fresh: dict[str, Any] = {"case": "ok", "next": [], "answers": []}
        (await self._http.post("/openai/_control", json=fresh | what)).raise_for_status()

    async def _asked(self) -> int:
        """Requests for a chat completion since the worker started."""
        log = (await self._http.get("/openai/_log")).json()
        return sum("completions" in entry["path"] for entry in log)

    async def _calls(self, phone: str) -> list[dict[str, Any]]:
        rows = await self._pool.fetch(
            "select a.outcome, a.error, a.latency_ms from ai_calls a join whatsapp_conversations c "
            "on c.id = a.conversation_id where c.phone = $1 and a.purpose = 'turn' order by a.id",
            phone,
        )
        return [dict(row) for row in rows]


def _words(body: dict[str, Any]) -> str:
    """The words of a sent message."""
    if body["type"] == "text":
        return str(body["text"]["body"])
    return str(body.get("interactive", {}).get("body", {}).get("text", body["type"]))
