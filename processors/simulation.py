"""Talk to the service without a phone: the same parser, ingest, claim and processors, on a simulated account.

Nothing of it leaves the service: the outbox never sends for a simulated account.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import orjson

from processors.channels.base import MessageEvent
from processors.channels.whatsapp.bodies import build_body
from processors.channels.whatsapp.payloads import OBJECT, parse
from processors.errors import BadRequest, ChannelError, Conflict, StorageUnavailable
from processors.ingest import Ingest, StoredMessage, ingest_options
from processors.model import Json
from processors.reads import one, rows
from processors.services import Services
from processors.turns import run_turn

ACCOUNT = "simulator"
"""The external id of the simulated WhatsApp account in `channel_accounts`."""

HOLD_MS = 10_000
"""Quiet window of a simulated message: claimed here at once, by name; workers leave it alone so long."""

POLL_SECONDS = 0.1

PHONE_PREFIX = "3900"
"""Begins no number that anybody has, so a customer who is played is never mistaken for a real one."""


@dataclass(frozen=True, kw_only=True)
class SimulatedReply:
    """One stored answer: `body` is `Reply.to_json()`, `would_send` what Meta would have been sent."""

    message_id: UUID
    body: Json
    would_send: Json | None

    def to_json(self) -> dict[str, Any]:
        """`type` is text, buttons, list, image or template; beside it what that type holds."""
        return {"type": self.body.get("kind", "text"), **{k: v for k, v in self.body.items() if k != "kind"}}


@dataclass(frozen=True, kw_only=True)
class SimulatedTurn:
    """What one simulated message led to. `turn_id` is None when it asks for no answer."""

    conversation_id: UUID
    turn_id: UUID | None
    intent: str | None
    language: str | None
    replies: tuple[SimulatedReply, ...]
    timings_ms: Mapping[str, int]


class Simulator:
    """Speaks as anybody to the simulated account. One per process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._store = services.store
        # A rate limit would only stop those who test; people are never simulated here.
        self._ingest = Ingest(
            services.store, ingest_options(services.settings, quiet_ms=HOLD_MS, limited=False)
        )
        self._business_id: UUID | None = None

    async def business_id(self) -> UUID:
        """The business of the simulated account. Raises Conflict when there is no such account."""
        if self._business_id is None:
            query = self._store.client.table("channel_accounts").select("business_id", "simulated")
            found = await one(query.eq("channel", "whatsapp").eq("external_id", ACCOUNT))
            if found is None or not found["simulated"]:
                raise Conflict(
                    "there is no simulated account",
                    remedy=f"Add one to channel_accounts: external_id '{ACCOUNT}', simulated true.",
                )
            self._business_id = UUID(found["business_id"])
        return self._business_id

    async def say(
        self,
        phone: str,
        *,
        message: Json,
        name: str = "",
        language: str | None = None,
        deadline_seconds: float | None = None,
    ) -> SimulatedTurn:
        """Send one message as `phone` and wait for its answer.

        Args: `phone` digits without `+`; `message` a message object of the Graph webhook, whose id, time and
        sender are filled in; `name` of the sender's profile; `language` it, en or id to set the conversation's
        language first.
        Raises BadRequest when the message can't be read, Conflict without a simulated account, and
        StorageUnavailable when storage is down or the turn is not finished in time.
        """
        started = time.monotonic()
        await self.business_id()
        event = read_message(phone, message, name=name)
        result = await self._ingest.store([event.to_json()], detail=True)
        stored = await self._located(result.messages, event)
        ingested = time.monotonic()
        if stored.conversation_id is None or stored.message_id is None:
            raise StorageUnavailable("the message was not stored")
        if language is not None:
            await self._set_language(stored.conversation_id, language)
        turn_id = None
        if stored.wants_turn:
            if event.type == "audio":
                await self._listened(stored.message_id)
            seconds = deadline_seconds or self._services.settings.inline_deadline_seconds
            turn_id = await self._answered(stored.conversation_id, stored.message_id, started + seconds)
        timings = {
            "ingest": round((ingested - started) * 1000),
            "turn": round((time.monotonic() - ingested) * 1000),
        }
        return await self._outcome(phone, stored.conversation_id, turn_id, timings, started)

    async def close(self) -> None:
        """Wait until what was accepted is stored."""
        await self._ingest.close()

    async def _located(self, messages: Sequence[StoredMessage], event: MessageEvent) -> StoredMessage:
        """Where the message is; one with a used id is found as it was stored the first time."""
        stored = messages[0] if messages else None
        if stored is not None and stored.result == "new":
            return stored
        query = self._store.client.table("whatsapp_messages").select("id", "conversation_id", "wants_turn")
        found = await one(query.eq("meta_message_id", event.external_id).eq("direction", "inbound"))
        if found is None:
            raise StorageUnavailable("the message was not stored")
        return StoredMessage(
            external_id=event.external_id,
            result="duplicate",
            message_id=UUID(found["id"]),
            conversation_id=UUID(found["conversation_id"]),
            wants_turn=bool(found["wants_turn"]),
        )

    async def _set_language(self, conversation_id: UUID, language: str) -> None:
        table = self._store.client.table("whatsapp_conversations")
        await rows(table.update({"language": language}).eq("id", str(conversation_id)))

    async def _listened(self, message_id: UUID) -> None:
        """Wait for the words of a recording, as long as an answer to a real one would."""
        query = self._store.client.table("message_media").select("transcription")
        query = query.eq("message_id", str(message_id))
        until = time.monotonic() + self._services.settings.voice_wait_seconds
        while time.monotonic() < until:
            found = await one(query)
            if found is None or found["transcription"] != "waiting":
                return
            await asyncio.sleep(POLL_SECONDS)

    async def _answered(self, conversation_id: UUID, message_id: UUID, until: float) -> UUID:
        """Run the turn, or wait for whoever claimed it first."""
        query = self._store.client.table("whatsapp_messages").select("turn_id").eq("id", str(message_id))
        while True:
            turns = await self._store.claim_turns(
                limit=1,
                lease_seconds=self._services.settings.turn_lease_seconds,
                conversation_id=conversation_id,
            )
            for turn in turns:
                await run_turn(turn, self._services)
            found = await one(query)
            if found is not None and found["turn_id"]:
                return UUID(found["turn_id"])
            if time.monotonic() > until:
                raise StorageUnavailable("the turn was not finished in time")
            await asyncio.sleep(POLL_SECONDS)

    async def _outcome(
        self,
        phone: str,
        conversation_id: UUID,
        turn_id: UUID | None,
        timings: dict[str, int],
        started: float,
    ) -> SimulatedTurn:
        turn: Json = {}
        replies: list[Json] = []
        if turn_id is not None:
            client = self._store.client
            columns = ("intent", "language", "timings")
            turn = await one(client.table("turns").select(*columns).eq("id", str(turn_id))) or {}
            query = client.table("whatsapp_messages").select("id", "payload").eq("turn_id", str(turn_id))
            replies = await rows(query.eq("direction", "outbound").order("sequence"))
        for name, milliseconds in (turn.get("timings") or {}).items():
            timings[name.removesuffix("_ms")] = round(milliseconds)
        timings["total"] = round((time.monotonic() - started) * 1000)
        return SimulatedTurn(
            conversation_id=conversation_id,
            turn_id=turn_id,
            intent=turn.get("intent"),
            language=turn.get("language"),
            replies=tuple(_reply(row, phone) for row in replies),
            timings_ms=timings,
        )


def text_message(text: str) -> dict[str, Any]:
    """A message object with plain text."""
    return {"type": "text", "text": {"body": text}}


def tap_message(choice_id: str, title: str, *, is_row: bool) -> dict[str, Any]:
    """A message object for a tapped reply button or list row."""
    kind = "list_reply" if is_row else "button_reply"
    choice = {"id": choice_id, "title": title}
    return {"type": "interactive", "interactive": {"type": kind, kind: choice}}


def read_message(phone: str, message: Json, *, name: str = "") -> MessageEvent:
    """A Graph message object → the event it becomes, through the real parser. Raises BadRequest."""
    filled = {
        "id": f"wamid.simulated.{uuid4().hex}",
        "timestamp": str(int(time.time())),
        **message,
        "from": phone,
    }
    filled.pop("from_user_id", None)
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": ACCOUNT, "phone_number_id": ACCOUNT},
        "contacts": [{"profile": {"name": name}, "wa_id": phone}],
        "messages": [filled],
    }
    change = {"field": "messages", "value": value}
    events = parse(orjson.dumps({"object": OBJECT, "entry": [{"id": "0", "changes": [change]}]}))
    if len(events) == 1 and isinstance(events[0], MessageEvent):
        return events[0]
    problem = getattr(events[0], "error", None) if events else None
    raise BadRequest(f"message can't be read: {problem or 'it is not one message'}", field="message")


def _reply(row: Json, phone: str) -> SimulatedReply:
    message_id = UUID(row["id"])
    body: Json | None
    try:
        body = build_body(row["payload"], phone=phone, bsuid=None, callback_data=str(message_id))
    except ChannelError:
        body = None
    return SimulatedReply(message_id=message_id, body=row["payload"], would_send=body)
