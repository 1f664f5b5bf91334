"""The seeded business with its dealers, driven through the real store: what the worker does, by hand."""

from __future__ import annotations

import itertools
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import asyncpg

from processors.announcer import announce_once
from processors.model import Action, CartLine, Decision, Turn
from processors.router import processor_of
from processors.search.indexer import Indexer
from processors.services import Services
from processors.store import FinishedTurn

NUMBER = "106540352242922"
CUSTOMER = "393471234567"
MILANO, ZAMPA, CASA = "393331000001", "393331000002", "393331000003"
"""Phones of the seeded dealers; all three are asked in this order."""

ANNA, PAOLO = "393332000001", "393332000002"
"""Phones of the seeded riders; Anna is asked first."""

ADDRESS = {"address": "Via Solferino 5, 20121 Milano", "postcode": "20121"}

_ids = itertools.count(1)


@dataclass
class Told:
    """What one turn led to: the decision, what the database made of it, and the bubbles that go out."""

    turn: Turn
    decision: Decision
    finished: FinishedTurn
    bubbles: list[dict[str, Any]]

    @property
    def outcomes(self) -> list[str]:
        return [str(action["outcome"]) for action in self.finished.actions]

    @property
    def text(self) -> str:
        return "\n".join(bubble["text"] for bubble in self.bubbles)

    @property
    def ids(self) -> list[str]:
        """Ids of all buttons and rows on offer."""
        return [
            c["id"] for bubble in self.bubbles for c in (*bubble.get("buttons", ()), *bubble.get("rows", ()))
        ]

    def id_of(self, words: str) -> str:
        """The id of the button or row with these words in its title."""
        choices = [c for b in self.bubbles for c in (*b.get("buttons", ()), *b.get("rows", ()))]
        return next(str(c["id"]) for c in choices if words in c["title"])


@dataclass
class Shop:
    """Services on the seeded database, and a superuser's connections for looking."""

    services: Services
    admin: asyncpg.Pool[Any]
    told: list[Told] = field(default_factory=list)

    async def index_products(self) -> None:
        indexer = Indexer(self.services.store.call, self.services.search)
        while await indexer.run_once():
            pass

    async def say(
        self, phone: str, *texts: str, choice: str | None = None, language: str | None = None
    ) -> Told:
        """Messages of a dealer or rider come in and are answered as one turn."""
        for text in texts:
            await self.ingest(phone, text)
        if choice is not None:
            await self.ingest(phone, choice=choice)
        return await self.answer(phone, language=language)

    async def ingest(self, phone: str, text: str = "", *, choice: str | None = None, **changes: Any) -> None:
        """One message comes in; with `choice` it is a tap."""
        if choice is not None:
            changes = {"type": "interactive", "payload": {"choice_id": choice}, **changes}
        params = {
            "p_items": [{"events": [_message(phone, text or choice or "", **changes)]}],
            "p_options": {"quiet_ms": 0, "quiet_max_ms": 0},
        }
        await self.services.store.call("ingest_events", params)

    async def answer(self, phone: str, *, language: str | None = None) -> Told:
        """Answer everything of a dealer or rider that waits."""
        turn = await self._claim(phone)
        return await self.decide(replace(turn, language=language or turn.language))

    async def decide(self, turn: Turn) -> Told:
        """Answer a claimed turn."""
        return await self._finish(turn, await processor_of(turn)(turn, self.services))

    async def tap(self, phone: str, choice: str) -> Told:
        return await self.say(phone, choice=choice)

    async def order(
        self, *lines: tuple[str, int], phone: str = CUSTOMER, variants: Mapping[str, Mapping[str, str]] = {}
    ) -> str:
        """A customer confirms a cart, with `variants` by SKU. Returns the order's code."""
        await self.ingest(phone, "ordino")
        relay = str(uuid.uuid4())
        decision = Decision(
            cart=tuple([await self._line(sku, quantity, variants.get(sku, {})) for sku, quantity in lines]),
            actions=(
                Action(kind="set_delivery", args={"address": ADDRESS}, outcomes={}),
                *(
                    Action(kind=kind, args={"relay_id": relay}, outcomes={})
                    for kind in ("propose_order", "confirm_order")
                ),
            ),
        )
        told = await self._finish(await self._claim(phone), decision)
        assert told.outcomes == ["set", "proposed", "created"]
        return str(told.finished.actions[-1]["order_code"])

    async def announce(self) -> int:
        """Tell all events that are due."""
        told = 0
        while done := await announce_once(self.services.store, self.services.settings):
            told += done
        return told

    async def heard(self, phone: str) -> list[dict[str, Any]]:
        """All bubbles to a phone, oldest first, in the shape the outbox sends."""
        rows = await self.rows(
            "select m.payload from whatsapp_messages m join whatsapp_conversations c on c.id = m.conversation_id "
            "where c.phone = $1 and m.direction = 'outbound' and m.meta_message_id is null order by m.sequence",
            phone,
        )
        return [json.loads(row["payload"]) for row in rows]

    async def offer_of(self, phone: str, code: str) -> str:
        """The id of a dealer's offer."""
        return str(
            await self.value(
                "select o.id from order_offers o join market_orders m on m.id = o.market_order_id "
                "join rider_contacts r on r.dealer_id = o.dealer_id where r.contact_value = $1 and m.code = $2",
                phone,
                code,
            )
        )

    async def stock(self, phone: str, sku: str) -> tuple[int, int]:
        """(on_hand, reserved) of a product at a dealer."""
        row = await self.admin.fetchrow(
            "select s.on_hand, s.reserved from dealer_stock s join products p on p.id = s.product_id "
            "join rider_contacts r on r.dealer_id = s.dealer_id where r.contact_value = $1 and p.sku = $2",
            phone,
            sku,
        )
        assert row is not None
        return row["on_hand"], row["reserved"]

    async def rows(self, sql: str, *arguments: Any) -> list[Any]:
        return list(await self.admin.fetch(sql, *arguments))

    async def value(self, sql: str, *arguments: Any) -> Any:
        return await self.admin.fetchval(sql, *arguments)

    async def _line(self, sku: str, quantity: int, variant: Mapping[str, str]) -> CartLine:
        row = await self.admin.fetchrow("select id, name, price from products where sku = $1", sku)
        assert row is not None
        return CartLine(
            product_id=row["id"],
            sku=sku,
            name=row["name"],
            quantity=quantity,
            variant=dict(variant),
            unit_price=row["price"],
        )

    async def _claim(self, phone: str) -> Turn:
        conversation = await self.value(
            "select id from whatsapp_conversations where phone = $1 and status <> 'resolved'", phone
        )
        turns = await self.services.store.claim_turns(limit=1, lease_seconds=30, conversation_id=conversation)
        return turns[0]

    async def _finish(self, turn: Turn, decision: Decision) -> Told:
        finished = await self.services.store.finish_turn(turn, decision)
        rows = await self.rows(
            "select payload from whatsapp_messages where id = any ($1) order by sequence",
            list(finished.message_ids),
        )
        told = Told(turn, decision, finished, [json.loads(row["payload"]) for row in rows])
        self.told.append(told)
        return told


def _message(phone: str, text: str, **changes: Any) -> dict[str, Any]:
    event = {
        "kind": "message",
        "channel": "whatsapp",
        "account": NUMBER,
        "external_id": f"wamid.dealer-{next(_ids)}",
        "type": "text",
        "content": text,
        "payload": {},
        "context_id": None,
        "provider_time": int(time.time()),
        "sender": {"phone": phone, "bsuid": None, "parent_bsuid": None, "name": "", "username": None},
        "group_id": None,
        "wants_turn": True,
        "raw": {},
        "identity_change": None,
        "target_id": None,
    }
    return {**event, **changes}
