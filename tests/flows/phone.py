"""A customer's phone: messages come in through ingest, are claimed, answered by the router and finished."""

from __future__ import annotations

import itertools
import json
import time
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg

from processors import router
from processors.model import Decision, Turn
from processors.search.indexer import Indexer
from processors.services import Services
from processors.store import FinishedTurn

NUMBER = "106540352242922"
ADDRESS = {"address": "Via Torino 21, 20123 Milano", "postcode": "20123"}
"""Where the seeded business delivers: its cheapest zone."""

_ids = itertools.count(1)
_phones = itertools.count(393900000000)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one turn led to: the decision, what the database made of it, the stored bubbles."""

    turn: Turn
    decision: Decision
    finished: FinishedTurn
    bubbles: tuple[dict[str, Any], ...]

    @property
    def text(self) -> str:
        return "\n".join(str(bubble["text"]) for bubble in self.bubbles)

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(str(bubble["kind"]) for bubble in self.bubbles)

    @property
    def choices(self) -> dict[str, str]:
        """Title → id of every button and row."""
        found = [c for b in self.bubbles for c in (*b.get("buttons", ()), *b.get("rows", ()))]
        return {choice["title"]: choice["id"] for choice in found}

    @property
    def outcomes(self) -> tuple[str, ...]:
        return tuple(str(action["outcome"]) for action in self.finished.actions)

    def choice(self, words: str) -> str:
        """The id of the first choice whose title begins so."""
        return next(i for title, i in self.choices.items() if title.startswith(words))


@dataclass
class Phone:
    """One person's talk with the seeded business."""

    services: Services
    admin: asyncpg.Pool[Any]
    number: str = field(default_factory=lambda: str(next(_phones)))
    name: str = "Giulia Bianchi"
    options: dict[str, Any] = field(default_factory=dict)

    async def lives(self, address: dict[str, Any] | None = None) -> None:
        """Somebody who ordered before from another number: the address is known, the talk is new."""
        await self.admin.execute(
            "with somebody as (select b.id as business_id, private.resolve_contact(b.id, 'whatsapp', "
            "jsonb_build_object('phone', $1::text, 'name', $2::text)) as contact_id from businesses b limit 1) "
            "insert into contact_addresses (business_id, contact_id, text, postcode, used_at) "
            "select business_id, contact_id, $3, $4, now() - interval '7 days' from somebody",
            self.number,
            self.name,
            (address or ADDRESS)["address"],
            (address or ADDRESS)["postcode"],
        )

    async def say(self, *texts: str) -> Answer:
        """Texts that are answered as one turn."""
        for text in texts:
            await self.send(content=text)
        return await self.answered()

    async def tap(self, choice_id: str, title: str = "") -> Answer:
        """A button or row of an answer."""
        await self.send_tap(choice_id, title)
        return await self.answered()

    async def send_tap(self, choice_id: str, title: str = "") -> None:
        payload = {"choice_id": choice_id, "choice_title": title}
        await self.send(type="interactive", content=title, payload=payload)

    async def send(self, **changes: Any) -> None:
        """One message that waits to be answered."""
        sender = {
            "phone": self.number,
            "bsuid": None,
            "parent_bsuid": None,
            "name": self.name,
            "username": None,
        }
        event = {
            "kind": "message",
            "channel": "whatsapp",
            "account": NUMBER,
            "external_id": f"wamid.flow-{next(_ids)}",
            "type": "text",
            "content": "",
            "payload": {},
            "context_id": None,
            "provider_time": int(time.time()),
            "sender": sender,
            "group_id": None,
            "wants_turn": True,
            "raw": {},
            "identity_change": None,
            "target_id": None,
        }
        params = {
            "p_items": [{"events": [event | changes]}],
            "p_options": {
                "quiet_ms": 0,
                "quiet_max_ms": 0,
                "per_minute": 10_000,
                "per_hour": 10_000,
                **self.options,
            },
        }
        await self.services.store.call("ingest_events", params)

    async def answered(self) -> Answer:
        """Answer all that waits."""
        [turn] = await self.services.store.claim_turns(
            limit=1, lease_seconds=30, conversation_id=await self.conversation()
        )
        decision = await router.respond(turn, self.services)
        finished = await self.services.store.finish_turn(turn, decision)
        rows = await self.rows(
            "select payload from whatsapp_messages where id = any ($1) order by sequence",
            list(finished.message_ids),
        )
        bubbles = tuple(json.loads(row["payload"]) for row in rows)
        return Answer(turn=turn, decision=decision, finished=finished, bubbles=bubbles)

    async def conversation(self) -> UUID:
        return UUID(
            str(
                await self.value(
                    "select id from whatsapp_conversations where phone = $1 and status <> 'resolved'",
                    self.number,
                )
            )
        )

    async def cart(self) -> list[tuple[str, int, dict[str, str]]]:
        """(sku, quantity, variant) of each stored line."""
        rows = await self.rows(
            "select p.sku, (l.value ->> 'quantity')::integer as quantity, l.value -> 'variant' as variant "
            "from carts c cross join lateral jsonb_array_elements(c.lines) with ordinality l (value, n) "
            "join products p on p.id = (l.value ->> 'product_id')::uuid where c.conversation_id = $1 order by l.n",
            await self.conversation(),
        )
        return [(row["sku"], row["quantity"], json.loads(row["variant"])) for row in rows]

    async def relays(self) -> list[dict[str, Any]]:
        """Order relays of the conversation, oldest first."""
        rows = await self.rows(
            "select id, code, status, failure_reason, total_price, market_order_id from whatsapp_order_relays "
            "where conversation_id = $1 order by created_at, code",
            await self.conversation(),
        )
        return [dict(row) for row in rows]

    async def add_id(self, sku: str) -> str:
        """The id of the row that puts a product into the cart."""
        return f"add:{await self.value('select id from products where sku = $1', sku)}"

    async def orders(self) -> list[dict[str, Any]]:
        """Market orders of the conversation, by code."""
        rows = await self.rows(
            "select m.id, m.code, m.status, m.total_price, m.holder_id from market_orders m "
            "join whatsapp_order_relays r on r.id = m.relay_id where r.conversation_id = $1 order by m.code",
            await self.conversation(),
        )
        return [dict(row) for row in rows]

    async def escalations(self) -> list[str]:
        """Reasons for which a person is asked for."""
        rows = await self.rows(
            "select reason from escalations where conversation_id = $1 and status = 'open' order by created_at",
            await self.conversation(),
        )
        return [row["reason"] for row in rows]

    async def price(self, sku: str) -> Decimal:
        return Decimal(await self.value("select price from products where sku = $1", sku))

    async def rows(self, sql: str, *arguments: Any) -> list[Any]:
        return list(await self.admin.fetch(sql, *arguments))

    async def value(self, sql: str, *arguments: Any) -> Any:
        return await self.admin.fetchval(sql, *arguments)


async def index_products(services: Services) -> None:
    """What the worker does in the background: every product gets its vector."""
    indexer = Indexer(services.store.call, services.search)
    while await indexer.run_once():
        pass
