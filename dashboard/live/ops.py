"""What a page may ask on `/rt`, and how it is answered. The socket itself is `endpoint`.

From the page, one JSON object each:
    {op: "list", ref, filter, search, cursor}   → {op: "list", ref, number, rows, cursor}
    {op: "open", ref, id}                       → {op: "thread", ref, number, id, row, rows, more, notes},
                                                  and `panel` after it, unasked
    {op: "older", ref, id, before}              → {op: "older", ref, number, id, rows, more}
    {op: "act", ref, act, key, id, …}           → {op: "done", ref, number, result}; see `actions`
    {op: "find", ref, order}                    → {op: "found", ref, id}; the conversation of an order
    {op: "kit", ref}                            → {op: "kit", ref, staff, canned, templates, …}; see `queries.kit`
    {op: "products", ref, business, words}      → {op: "products", ref, rows}; what may go into a cart
    {op: "people", ref, business, words}        → {op: "people", ref, rows}; contacts by name or number
    {op: "cart", ref, id}                       → {op: "cart", ref, number, id, cart}
    {op: "own", ref}                            → {op: "own", ref, number, in_hand, reminders}; see `queries.own`
    {op: "counts", ref}                         → {op: "counts", ref, counts}; behind each filter, 100 at most
    {op: "board", ref, limit}                   → {op: "board", ref, orders, …}; see `queries.orders`
    {op: "phones", ref}                         → {op: "phones", ref, people, …}; who an admin can play
    {op: "phone", ref, id}                      → {op: "phone", ref, phone}; see `queries.phone`
    {op: "seen", id}                            the open conversation was looked at
    {op: "close"}                               none is open any more
    {op: "typing", id, typing}                  the person writes there, or stopped
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast
from uuid import UUID

from postgrest import AsyncPostgrestClient

from dashboard.client import Refused, rows
from dashboard.live.actions import act
from dashboard.live.connection import Connection
from dashboard.live.hub import Hub
from dashboard.queries import cart, contacts, inbox, kit, orders, own, phone, thread
from processors.errors import BadRequest, NotAllowed, NotFound

log = logging.getLogger(__name__)

MAY_ACT = ("admin", "agent")

Answer = dict[str, Any] | None
Finder = Callable[[AsyncPostgrestClient, UUID, str], Awaitable[Any]]
"""What is found in a business by words."""


class Ops:
    """One method per op."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._ops: dict[str, Callable[[Connection, Mapping[str, Any]], Awaitable[Answer]]] = {
            "list": self._list,
            "open": self._open,
            "older": self._older,
            "act": self._act,
            "find": self._find,
            "kit": self._kit,
            "products": self._products,
            "people": self._people,
            "cart": self._cart,
            "own": self._own,
            "counts": self._counts,
            "board": self._board,
            "phones": self._phones,
            "phone": self._phone,
            "seen": self._seen,
            "close": self._close,
            "typing": self._typing,
        }

    async def do(self, connection: Connection, message: Mapping[str, Any]) -> Answer:
        """The answer to one message, None for what has none.

        Raises BadRequest, ValueError, KeyError or TypeError for what is not understood, errors of storage as they are.
        """
        op = self._ops.get(str(message.get("op")))
        if op is None:
            raise BadRequest("unknown op", field="op")
        return await op(connection, message)

    async def _list(self, connection: Connection, message: Mapping[str, Any]) -> Answer:
        shown, search, cursor = message["filter"], message["search"], message["cursor"]
        if shown not in inbox.FILTERS or not isinstance(search, str) or not isinstance(cursor, str | None):
            raise BadRequest("filter, search or cursor is not understood")
        session = connection.session
        client = await self._hub.client(session)
        number = self._hub.number()
        page = await inbox.conversations(
            client,
            session.businesses,
            shown=cast(inbox.Filter, shown),
            search=search,
            cursor=cursor,
            staff=[m.staff_id for m in session.memberships],
        )
        return {"op": "list", "number": number, "rows": page.rows, "cursor": page.cursor}

    async def _open(self, connection: Connection, message: Mapping[str, Any]) -> Answer:
        conversation_id = UUID(message["id"])
        # Before the first read, so that a change while we read reaches this page too.
        self._hub.presence.look(connection, conversation_id)
        client = await self._hub.client(connection.session)
        number = self._hub.number()
        found = await thread.looks(client, [conversation_id], opened=[conversation_id])
        if not found or found[0].thread is None:
            self._hub.presence.look(connection, None)
            raise NotFound("no such conversation, or not theirs")
        row, shown = found[0].row, found[0].thread
        if connection.open_id == conversation_id:
            self._hub.presence.arrive(connection)
        # What stands beside it takes more reads; nobody waits for them to see the messages.
        self._hub.tell_panel_soon(connection, row)
        return {
            "op": "thread",
            "number": number,
            "id": str(conversation_id),
            "row": row,
            "rows": shown.page.rows,
            "more": shown.page.more,
            "notes": shown.asides,
        }

    async def _older(self, connection: Connection, message: Mapping[str, Any]) -> Answer:
        conversation_id, before = UUID(message["id"]), int(message["before"])
        client = await self._hub.client(connection.session)
        number = self._hub.number()
        page = await thread.messages(client, conversation_id, before=before)
        body = {"op": "older", "number": number, "id": str(conversation_id)}
        return body | {"rows": page.rows, "more": page.more}

    async def _act(self, connection: Connection, message: Mapping[str, Any]) -> Answer:
        client = await self._hub.client(connection.session)
        try:
            result = await act(client, message)
            # Taken afterwards, so that a read that began before counts as older.
            return {"op": "done", "number": self._hub.number(), "result": result}
        except Refused as refused:
            return {"op": "failed", "why": "refused", "reason": refused.reason}
        except NotAllowed:
            return {"op": "failed", "why": "refused", "reason": "not_allowed"}

    async def _find(self, connection: Connection, message: Mapping[str, Any]) -> Answer:
        order = message["order"]
        if not isinstance(order, str) or not 0 < len(order) <= 40:
            raise BadRequest("order is not understood", field="order")
        found = await inbox.by_order(await self._hub.client(connection.session), order)
        return {"op": "found", "id": found}

    async def _kit(self, connection: Connection, _: Mapping[str, Any]) -> Answer:
        return {"op": "kit", **await kit.kit(await self._hub.client(connection.session))}

    async def _products(self, connection: Connection, message: Mapping[str, Any]) -> Answer:
        return {"op": "products", "rows": await self._found(connection, message, cart.products)}

    async def _people(self, connection: Connection, message: Mapping[str, Any]) -> Answer:
        return {"op": "people", "rows": await self._found(connection, message, contacts.contacts)}

    async def _found(self, connection: Connection, message: Mapping[str, Any], find: Finder) -> Any:
        business, words = UUID(message["business"]), message["words"]
        if not isinstance(words, str) or not 0 < len(words.strip()) <= inbox.SEARCH_CHARACTERS:
            raise BadRequest("words are not understood", field="words")
        client = await self._hub.client(connection.session)
        try:
            return await find(client, business, words.replace("\x00", "").strip())
        except NotAllowed:
            raise BadRequest("not a business of theirs", field="business") from None

    async def _cart(self, connection: Connection, message: Mapping[str, Any]) -> Answer:
        conversation_id = str(UUID(message["id"]))
        client = await self._hub.client(connection.session)
        number = self._hub.number()
        found = await cart.cart(client, conversation_id)
        return {"op": "cart", "number": number, "id": conversation_id, "cart": found}

    async def _own(self, connection: Connection, _: Mapping[str, Any]) -> Answer:
        client = await self._hub.client(connection.session)
        number = self._hub.number()
        found = await own.own(client, [m.staff_id for m in connection.session.memberships])
        return {"op": "own", "number": number, **found}

    async def _counts(self, connection: Connection, _: Mapping[str, Any]) -> Answer:
        return {"op": "counts", "counts": await inbox.counts(await self._hub.client(connection.session))}

    async def _board(self, connection: Connection, message: Mapping[str, Any]) -> Answer:
        limit = message["limit"]
        if not isinstance(limit, int) or not 0 < limit <= orders.MOST:
            raise BadRequest("limit is not understood", field="limit")
        client = await self._hub.client(connection.session)
        return {"op": "board", **await orders.board(client, connection.session.businesses, limit=limit)}

    async def _phones(self, connection: Connection, _: Mapping[str, Any]) -> Answer:
        try:
            return {"op": "phones", **await phone.people(await self._hub.client(connection.session))}
        except NotAllowed:
            return {"op": "failed", "why": "refused", "reason": "not_allowed"}

    async def _phone(self, connection: Connection, message: Mapping[str, Any]) -> Answer:
        found = await phone.phone(await self._hub.client(connection.session), UUID(message["id"]))
        if found is None:
            raise NotFound("no such phone, or not theirs")
        return {"op": "phone", "phone": found}

    async def _seen(self, connection: Connection, message: Mapping[str, Any]) -> Answer:
        conversation_id = UUID(message["id"])
        if not any(m.role in MAY_ACT for m in connection.session.memberships):
            return None
        client = await self._hub.client(connection.session)
        try:
            await rows(client.rpc("mark_read", {"p_conversation_id": str(conversation_id)}))
        except (NotAllowed, Refused):
            log.info("rt: seen by somebody who only reads")
        return None

    async def _close(self, connection: Connection, _: Mapping[str, Any]) -> Answer:
        self._hub.presence.look(connection, None)
        return None

    async def _typing(self, connection: Connection, message: Mapping[str, Any]) -> Answer:
        conversation_id = UUID(message["id"])
        if connection.open_id == conversation_id:
            self._hub.presence.write(connection, message.get("typing") is True)
        return None
