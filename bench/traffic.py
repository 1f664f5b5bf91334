"""Customers and dealers at the simulated WhatsApp, and what became of their messages in the database."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import asyncpg


class Wire:
    """The control routes of the simulated Graph API."""

    def __init__(self, simulators_url: str) -> None:
        self._url = simulators_url

    async def inbound(
        self,
        sender: str,
        text: str | None = None,
        message: dict[str, Any] | None = None,
        wamid: str | None = None,
    ) -> Any:
        """Deliver a message as Meta would; again with the wamid of before. Returns {wamid, status, body}."""
        content = {"text": text} if text is not None else {"message": message}
        return await self._call("/graph/_inbound", {"from": sender, "id": wamid, **content})

    async def tap(self, sender: str, button: str, title: str = "Ok") -> Any:
        """Tap a reply button by its id."""
        reply = {"type": "button_reply", "button_reply": {"id": button, "title": title}}
        return await self.inbound(sender, message={"type": "interactive", "interactive": reply})

    async def control(self, **faults: Any) -> None:
        await self._call("/graph/_control", faults)

    async def log(self) -> list[dict[str, Any]]:
        """Every request that the simulated Graph API received, oldest first."""
        return list(await self._call("/graph/_log"))

    async def sent_to(self, phone: str) -> list[dict[str, Any]]:
        """Bodies accepted for a phone, oldest first."""
        entries = await self._call(f"/graph/_log?to={phone}")
        return [e["body"] for e in entries if e["wamid"] and e["body"].get("type")]

    async def _call(self, path: str, body: Any = None) -> Any:
        return await asyncio.to_thread(self._request, path, body)

    def _request(self, path: str, body: Any) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self._url + path, data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.loads(response.read() or b"null")


def buttons(body: dict[str, Any]) -> dict[str, str]:
    """Title → id of the buttons of a message, interactive or template."""
    if body.get("type") == "interactive":
        choices = body["interactive"]["action"].get("buttons", [])
        return {b["reply"]["title"]: b["reply"]["id"] for b in choices}
    if body.get("type") == "template":
        parts = body["template"].get("components", [])
        payloads = [p["parameters"][0]["payload"] for p in parts if p["type"] == "button"]
        return {payload: payload for payload in payloads}
    return {}


@dataclass
class Ledger:
    """What the database and the simulator's log say about the same messages."""

    inbound: int = 0
    unanswered: int = 0
    turns: int = 0
    turns_without_reply: int = 0
    turns_answered_twice: int = 0
    outbound: int = 0
    by_status: dict[str, int] = field(default_factory=dict)
    never_sent: int = 0
    sent_twice: int = 0
    unknown_to_database: int = 0
    resends: int = 0

    @property
    def faults(self) -> int:
        return (
            self.unanswered
            + self.turns_without_reply
            + self.turns_answered_twice
            + self.never_sent
            + self.sent_twice
            + self.unknown_to_database
        )

    def lines(self) -> list[str]:
        return [f"{name.replace('_', ' '):22} {value}" for name, value in vars(self).items()]


async def settled(database_url: str, *, seconds: float, since: datetime | None = None) -> bool:
    """Wait until no turn, send or announcement is left and every send has its receipts.

    With `since` only what came from then on counts.
    """
    since = since or datetime(2000, 1, 1, tzinfo=UTC)
    until = asyncio.get_running_loop().time() + seconds
    connection = await asyncpg.connect(database_url)
    try:
        while asyncio.get_running_loop().time() < until:
            left = await connection.fetchval(
                "select (select count(*) from turn_queue where first_pending_at >= $1) "
                "+ (select count(*) from outbox o join whatsapp_messages m on m.id = o.message_id "
                "where m.created_at >= $1) "
                "+ (select count(*) from order_events where audience is not null and announced_at is null "
                "and created_at >= $1) "
                "+ (select count(*) from whatsapp_messages where status in ('pending', 'sending', 'unknown', 'sent', "
                "'delivered') and direction = 'outbound' and created_at > greatest($1, now() - interval '1 hour'))",
                since,
            )
            if left == 0:
                return True
            await asyncio.sleep(0.2)
    finally:
        await connection.close()
    return False


async def now(database_url: str) -> datetime:
    """The time by the database's clock."""
    connection = await asyncpg.connect(database_url)
    try:
        moment: datetime = await connection.fetchval("select now()")
    finally:
        await connection.close()
    return moment


async def audit(
    database_url: str, log: list[dict[str, Any]], phones: list[str], since: datetime | None = None
) -> Ledger:
    """Compare the rows of these phones, from `since` on, with the simulator's log, message by message."""
    since = since or datetime(2000, 1, 1, tzinfo=UTC)
    connection = await asyncpg.connect(database_url)
    try:
        inbound = await connection.fetch(
            "select turn_id from whatsapp_messages where direction = 'inbound' and wants_turn "
            "and phone = any ($1) and created_at >= $2",
            phones,
            since,
        )
        outbound = await connection.fetch(
            "select id::text, turn_id, status, meta_message_id, resends from whatsapp_messages "
            "where direction = 'outbound' and phone = any ($1) and created_at >= $2",
            phones,
            since,
        )
        turns = await connection.fetch(
            "select t.id, t.outcome, (select count(*) from whatsapp_messages m where m.turn_id = t.id "
            "and m.direction = 'outbound') as replies, (select count(distinct m.client_key) from whatsapp_messages m "
            "where m.turn_id = t.id and m.direction = 'outbound') as keys from turns t "
            "join whatsapp_conversations c on c.id = t.conversation_id "
            "where c.phone = any ($1) and t.finished_at >= $2",
            phones,
            since,
        )
        accepted = [
            e for e in log if e["wamid"] and e["body"].get("type") and _recipient(e["body"]) in phones
        ]
        sends = Counter(e["body"].get("biz_opaque_callback_data") for e in accepted)
        # What was written before `since` may have been sent after it: the database knows it all the same.
        known = await connection.fetch(
            "select id::text from whatsapp_messages where direction = 'outbound' and id::text = any ($1)",
            [callback for callback in sends if callback],
        )
    finally:
        await connection.close()
    ids = {row["id"] for row in known}
    live = [row for row in outbound if row["status"] != "cancelled"]
    return Ledger(
        inbound=len(inbound),
        unanswered=sum(row["turn_id"] is None for row in inbound),
        turns=len(turns),
        turns_without_reply=sum(t["outcome"] in ("answered", "failed") and t["replies"] == 0 for t in turns),
        turns_answered_twice=sum(t["replies"] != t["keys"] for t in turns),
        outbound=len(outbound),
        by_status=dict(Counter(row["status"] for row in outbound)),
        never_sent=sum(row["id"] not in sends for row in live),
        sent_twice=sum(count - 1 for count in sends.values()),
        unknown_to_database=sum(callback not in ids for callback in sends),
        resends=sum(row["resends"] for row in outbound),
    )


def _recipient(body: dict[str, Any]) -> str:
    return str(body.get("to", "")).lstrip("+")
