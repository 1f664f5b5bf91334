"""Calls SQL functions with the service's rights and reads rows with a superuser's."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from tests.fixtures.cluster import Database

NUMBER = "106540352242922"
CUSTOMER = "393471234567"
DEALERS = ("393331000001", "393331000002", "393331000003")
BUSINESS = "00000000-0000-4000-8000-000000000001"
ADDRESS = {"address": "Via Solferino 5, 20121 Milano", "postcode": "20121"}
_ids = itertools.count(1)


def message(text: str = "ciao", *, sender: str | dict[str, Any] = CUSTOMER, **changes: Any) -> dict[str, Any]:
    """A message event as a channel's parser makes it."""
    who = {"phone": sender} if isinstance(sender, str) else sender
    event = {
        "kind": "message",
        "channel": "whatsapp",
        "account": NUMBER,
        "external_id": f"wamid.test-{next(_ids)}",
        "type": "text",
        "content": text,
        "payload": {},
        "context_id": None,
        "provider_time": int(time.time()),
        "sender": {"phone": None, "bsuid": None, "parent_bsuid": None, "name": "", "username": None, **who},
        "group_id": None,
        "wants_turn": True,
        "raw": {"text": text},
        "identity_change": None,
        "target_id": None,
    }
    return {**event, **changes}


def receipt(external_id: str, status: str, *, callback: str | None = None, **changes: Any) -> dict[str, Any]:
    """A receipt event."""
    event = {
        "kind": "receipt",
        "channel": "whatsapp",
        "account": NUMBER,
        "external_id": external_id,
        "status": status,
        "provider_time": int(time.time()),
        "participant": "",
        "callback_data": callback,
        "errors": [],
        "pricing": None,
        "recipient_phone": CUSTOMER,
        "recipient_bsuid": None,
        "raw": {},
    }
    return {**event, **changes}


def text_reply(text: str) -> dict[str, Any]:
    return {"kind": "text", "text": text}


@dataclass
class Engine:
    """A pool of service connections and one for looking."""

    database: Database
    pool: asyncpg.Pool[Any]
    admin: asyncpg.Connection
    looking: asyncio.Lock = field(default_factory=asyncio.Lock)
    options: dict[str, Any] = field(
        default_factory=lambda: {"quiet_ms": 0, "quiet_max_ms": 0, "detail": True}
    )

    @classmethod
    async def open(cls, database: Database) -> Engine:
        pool = await asyncpg.create_pool(database.url("authenticator"), min_size=1, max_size=16)
        return cls(database, pool, await asyncpg.connect(database.admin_url))

    async def close(self) -> None:
        await self.pool.close()
        await self.admin.close()

    async def call(
        self, function: str, *arguments: Any, role: str = "service_role", claims: Any = None
    ) -> Any:
        """`select function(arguments)` in a transaction of `role`; dicts and lists of dicts travel as jsonb."""
        places = ", ".join(_place(i, value) for i, value in enumerate(arguments, 1))
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)",
                role,
                json.dumps({"role": role, **(claims or {})}),
            )
            value = await connection.fetchval(f"select {function}({places})", *[_bound(a) for a in arguments])
        return json.loads(value) if isinstance(value, str) and value[:1] in "{[" else value

    async def call_named(self, function: str, params: Mapping[str, Any]) -> Any:
        """The same with named arguments, as an rpc over REST makes it."""
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.execute("set local role service_role")
            kinds = await connection.fetch(
                "select unnest(proargnames) as name, unnest(proargtypes::regtype[])::text as kind from pg_proc "
                "where proname = $1 and pronamespace = 'public'::regnamespace",
                function,
            )
            types = {row["name"]: row["kind"] for row in kinds}
            given = {name: value for name, value in params.items() if value is not None}
            places = ", ".join(
                f"{name} => ${i}::text::{types[name]}" if types[name] != "text[]" else f"{name} => ${i}"
                for i, name in enumerate(given, 1)
            )
            texts = [_as_text(value, types[name]) for name, value in given.items()]
            value = await connection.fetchval(f"select {function}({places})", *texts)
        return json.loads(value) if isinstance(value, str) and value[:1] in "{[" else value

    async def rows(self, sql: str, *arguments: Any) -> list[dict[str, Any]]:
        async with self.looking:
            return [dict(row) for row in await self.admin.fetch(sql, *arguments)]

    async def value(self, sql: str, *arguments: Any) -> Any:
        async with self.looking:
            return await self.admin.fetchval(sql, *arguments)

    # Short ways to common states.

    async def ingest(self, *events: dict[str, Any], **options: Any) -> Any:
        return await self.call("ingest_events", [{"events": list(events)}], {**self.options, **options})

    async def claim(self, *, limit: int = 50, lease: int = 30) -> list[dict[str, Any]]:
        return list((await self.call("claim_turns", limit, lease))["turns"])

    async def finish(self, turn: dict[str, Any], *replies: str, **decision: Any) -> Any:
        body = {"replies": [text_reply(r) for r in replies], **decision}
        ids = [uuid.UUID(m["id"]) for m in turn["messages"]]
        return await self.call("finish_turn", uuid.UUID(turn["token"]), ids, body)

    async def answer(self, text: str, *replies: str, sender: str = CUSTOMER, **decision: Any) -> Any:
        """One message in, one finished turn."""
        stored = await self.ingest(message(text, sender=sender))
        conversation = uuid.UUID(stored["results"][0]["conversation_id"])
        [turn] = (await self.call("claim_turns", 1, 30, conversation))["turns"]
        return await self.finish(turn, *replies, **decision)

    async def claim_sends(
        self, *, limit: int = 50, lease: int = 30, settle: int = 120
    ) -> list[dict[str, Any]]:
        """What a sender gets that looks again at once while something is due, as the worker's loop does."""
        for _ in range(10):
            claimed = await self.call("claim_outbox", limit, lease, settle)
            if claimed["messages"] or claimed["next_ms"] is None or claimed["next_ms"] > 0:
                break
        return list(claimed["messages"])

    async def record(self, send: dict[str, Any], outcome: str = "sent", **more: Any) -> str:
        external_id = f"wamid.sent-{next(_ids)}"
        result = {"message_id": send["message_id"], "token": send["token"], "outcome": outcome, **more}
        if outcome == "sent":
            result.setdefault("external_id", external_id)
        await self.call("record_sends", [result], 120, 6)
        return str(result.get("external_id", ""))

    async def product(self, sku: str) -> str:
        return str(await self.value("select id from products where sku = $1", sku))

    async def order(self, *lines: tuple[str, int], sender: str = CUSTOMER) -> Any:
        """A customer confirms a cart; the result of the last action."""
        cart = [{"product_id": await self.product(s), "quantity": n, "variant": {}} for s, n in lines]
        relay = str(uuid.uuid4())
        args = {"relay_id": relay}
        actions = [
            {"kind": "set_delivery", "args": {"address": ADDRESS}, "outcomes": {}},
            {"kind": "propose_order", "args": args, "outcomes": {}},
            {"kind": "confirm_order", "args": args, "outcomes": {}},
        ]
        finished = await self.answer("ordino", sender=sender, cart=cart, actions=actions)
        return finished["actions"][-1]

    async def act(self, sender: str, kind: str, **args: Any) -> Any:
        """Somebody's turn does one action; its result."""
        finished = await self.answer(
            kind, sender=sender, actions=[{"kind": kind, "args": args, "outcomes": {}}]
        )
        return finished["actions"][0]

    async def dealer_conversation(self, phone: str) -> uuid.UUID:
        """The dealer's conversation, opened by a message that is answered with nothing."""
        await self.answer("ciao", sender=phone)
        return uuid.UUID(
            str(
                await self.value(
                    "select id from whatsapp_conversations where phone = $1 and status <> 'resolved'", phone
                )
            )
        )

    async def raw_action(self, conversation: uuid.UUID, kind: str, **args: Any) -> Any:
        """One action outside a turn, for races that want nothing else in the way."""
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.execute("set local role service_role")
            value = await connection.fetchval(
                "select private.run_action(c, $2, $3::text::jsonb) from whatsapp_conversations c where c.id = $1",
                conversation,
                kind,
                json.dumps(args),
            )
        return json.loads(value)

    async def turn_action(self, conversation: uuid.UUID, kind: str, **args: Any) -> Any:
        """One action as a finished turn does it: with the conversation of whoever acts locked."""
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.execute("set local role service_role")
            await connection.execute(
                "select 1 from whatsapp_conversations where id = $1 for update", conversation
            )
            value = await connection.fetchval(
                "select private.run_action(c, $2, $3::text::jsonb) from whatsapp_conversations c where c.id = $1",
                conversation,
                kind,
                json.dumps(args),
            )
        return json.loads(value)

    async def make_due(self, table: str) -> None:
        """Let time pass for leases and pauses."""
        await self.admin.execute(f"update {table} set run_at = now() - interval '1 second'")


def _place(number: int, value: Any) -> str:
    if isinstance(value, dict) or (isinstance(value, list) and value and isinstance(value[0], dict)):
        return f"${number}::text::jsonb"
    return f"${number}"


def _bound(value: Any) -> Any:
    is_json = isinstance(value, dict) or (isinstance(value, list) and value and isinstance(value[0], dict))
    return json.dumps(value) if is_json else value


def _as_text(value: Any, kind: str) -> Any:
    if kind == "text[]":
        return value
    return json.dumps(value) if kind == "jsonb" or isinstance(value, bool) else str(value)


async def together(*calls: Any) -> list[Any]:
    """Run at once; errors come back as results."""
    return await asyncio.gather(*calls, return_exceptions=True)
