"""The stage: everybody's phones at the simulated WhatsApp, the desk of a person, and the database to look at."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import asyncpg
import httpx

from devstack import facts

T = TypeVar("T")
WAIT_SECONDS = 20.0
POLL_SECONDS = 0.08

_LEFT = """
    select (select count(*) from turn_queue q join whatsapp_conversations c on c.id = q.conversation_id
        where c.phone = $1)
      + (select count(*) from outbox o join whatsapp_messages m on m.id = o.message_id where m.phone = $1)
      + (select count(*) from order_events e join whatsapp_order_relays r on r.id = e.relay_id
          where r.phone = $1 and e.audience is not null and e.announced_at is null)
"""


class Unmet(Exception):
    """Something is not as the script says."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    id: str
    title: str
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class Bubble:
    """A message as a phone shows it."""

    wamid: str
    text: str
    choices: tuple[Choice, ...] = ()

    @property
    def words(self) -> str:
        return "\n".join((self.text, *(f"{c.title}\n{c.description}" for c in self.choices)))

    def names(self, code: str) -> bool:
        """Whether it speaks of this order or a part of it."""
        return re.search(rf"\b{code}(-\d+)?\b", self.text) is not None


@dataclass(frozen=True, kw_only=True)
class Stage:
    simulators_url: str
    gateway_url: str
    anon_key: str
    http: httpx.AsyncClient
    pool: asyncpg.Pool
    locks: dict[str, asyncio.Lock] = field(default_factory=dict)

    async def send(self, phone: str, **content: Any) -> str:
        """A message comes in from a phone. Returns its id."""
        answer = await self.http.post(
            f"{self.simulators_url}/graph/_inbound", json={"from": phone, **content}
        )
        result = answer.raise_for_status().json()
        if result["status"] != 200:
            raise Unmet(f"the webhook answered {result['status']}")
        return str(result["wamid"])

    async def tap(self, phone: str, choice: Choice, kind: str = "button_reply") -> str:
        reply = {"type": kind, kind: {"id": choice.id, "title": choice.title}}
        return await self.send(phone, message={"type": "interactive", "interactive": reply})

    async def received(self, phone: str) -> list[Bubble]:
        """What a phone has received, oldest first."""
        answer = await self.http.get(f"{self.simulators_url}/graph/_log", params={"to": phone})
        entries = answer.raise_for_status().json()
        return [_bubble(e["wamid"], e["body"]) for e in entries if e["wamid"] and e["body"].get("type")]

    async def control(self, **faults: Any) -> None:
        (await self.http.post(f"{self.simulators_url}/graph/_control", json=faults)).raise_for_status()

    async def settled(self, phone: str) -> None:
        """Wait until everything that a customer said, or that is to be told them, is done."""

        async def done() -> bool:
            return bool(await self.pool.fetchval(_LEFT, phone) == 0)

        await self.until(done, f"{phone} still waits for something")

    async def answered(self, wamid: str) -> None:
        """Wait until a dealer's or rider's message has been read."""

        async def done() -> bool:
            found = "select turn_id is not null or not wants_turn from whatsapp_messages where meta_message_id = $1"
            return bool(await self.pool.fetchval(found, wamid))

        await self.until(done, "a partner is not answered")

    async def desk(self, function: str, **arguments: Any) -> None:
        """A person of the desk acts, under their own rights."""
        headers = {"apikey": self.anon_key}
        login = await self.http.post(
            f"{self.gateway_url}/auth/v1/token?grant_type=password",
            json={"email": facts.AGENT_EMAIL, "password": facts.AGENT_PASSWORD},
            headers=headers,
        )
        headers["Authorization"] = f"Bearer {login.raise_for_status().json()['access_token']}"
        url = f"{self.gateway_url}/rest/v1/rpc/{function}"
        (await self.http.post(url, json=arguments, headers=headers)).raise_for_status()

    async def until(self, probe: Callable[[], Awaitable[T | None]], complaint: str) -> T:
        deadline = time.monotonic() + WAIT_SECONDS
        while not (found := await probe()):
            if time.monotonic() > deadline:
                raise Unmet(f"{complaint} after {WAIT_SECONDS:.0f} s")
            await asyncio.sleep(POLL_SECONDS)
        return found


def _bubble(wamid: str, body: dict[str, Any]) -> Bubble:
    kind = body["type"]
    if kind == "text":
        return Bubble(wamid=wamid, text=body["text"]["body"])
    if kind == "template":
        parts = [p for c in body["template"].get("components", ()) for p in c.get("parameters", ())]
        return Bubble(wamid=wamid, text=" ".join(str(p.get("text", "")) for p in parts))
    if kind != "interactive":
        return Bubble(wamid=wamid, text=str((body.get(kind) or {}).get("caption", "")))
    inner = body["interactive"]
    texts = [inner.get(part, {}).get("text", "") for part in ("header", "body", "footer")]
    buttons = [b["reply"] for b in inner.get("action", {}).get("buttons", ())]
    rows = [row for section in inner.get("action", {}).get("sections", ()) for row in section["rows"]]
    choices = (
        Choice(id=c["id"], title=c["title"], description=c.get("description", "")) for c in (*buttons, *rows)
    )
    return Bubble(wamid=wamid, text="\n".join(filter(None, texts)), choices=tuple(choices))
