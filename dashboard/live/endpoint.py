"""`/rt`: the socket of one open desk. The page asks for lists and threads here, and gets changes unasked.

From the page, one JSON object each:
    {op: "list", ref, filter, search, cursor}   → {op: "list", ref, number, rows, cursor}
    {op: "open", ref, id}                       → {op: "thread", ref, number, id, row, rows, more, panel}
    {op: "older", ref, id, before}              → {op: "older", ref, number, id, rows, more}
    {op: "seen", id}                            the open conversation was looked at
Unasked: `rows`, `messages`, `panel` (see `hub`), `live`, `beat`. What can't be answered: {op: "failed", ref, why}
with why = "refused" | "unavailable". After a lost connection the page asks again, which is the whole catch-up.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

from dashboard.client import rows
from dashboard.guard import is_same_origin
from dashboard.live.connection import SIGNED_OUT, Connection
from dashboard.live.hub import Hub
from dashboard.queries import inbox, thread
from dashboard.queries.panel import panel
from dashboard.sessions import Sessions
from dashboard.settings import DeskSettings
from processors.errors import BadRequest, NotAllowed, NotFound, NotSignedIn, StorageError
from processors.logs import describe

log = logging.getLogger(__name__)

FRAME_CHARACTERS = 4096
BEAT_SECONDS = 15.0
"""A page that hears nothing for twice as long takes the connection for dead."""

MAY_ACT = ("admin", "agent")


class LiveEndpoint:
    """Answers pages. One request at a time per page: the next one waits, so a page can't flood storage."""

    def __init__(self, settings: DeskSettings, sessions: Sessions, hub: Hub) -> None:
        self._settings = settings
        self._sessions = sessions
        self._hub = hub

    async def serve(self, websocket: WebSocket) -> None:
        """The route."""
        if not is_same_origin(websocket, self._settings.hosts):
            await websocket.close(1008)
            return
        await websocket.accept()
        session = self._sessions.find(websocket.cookies.get(self._settings.cookie_name))
        if session is None:
            await websocket.close(SIGNED_OUT)
            return
        connection = Connection(session)
        self._hub.join(connection)
        connection.send({"op": "live", "live": self._hub.is_live(session)})
        writer = asyncio.create_task(_write(websocket, connection))
        reader = asyncio.create_task(self._read(websocket, connection))
        try:
            await asyncio.wait({writer, reader}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._hub.leave(connection)
            writer.cancel()
            reader.cancel()
            await asyncio.gather(writer, reader, return_exceptions=True)

    async def _read(self, websocket: WebSocket, connection: Connection) -> None:
        while True:
            try:
                text = await websocket.receive_text()
            except (WebSocketDisconnect, KeyError, RuntimeError):
                # KeyError: a binary frame, which the page never sends.
                return
            if len(text) > FRAME_CHARACTERS:
                connection.close(1009)
                return
            await self._answer(connection, text)

    async def _answer(self, connection: Connection, text: str) -> None:
        ref = None
        try:
            message = orjson.loads(text)
            if not isinstance(message, dict):
                raise BadRequest("a message is an object")
            ref = message.get("ref")
            answer = await self._do(connection, message)
        except NotSignedIn:
            self._sessions.end(connection.session)
        except (BadRequest, ValueError, KeyError, TypeError) as error:
            log.info("rt: refused, %s", type(error).__name__)
            connection.send({"op": "failed", "ref": ref, "why": "refused"})
        except StorageError as error:
            log.warning("rt: storage: %s", error.code or type(error).__name__)
            connection.send({"op": "failed", "ref": ref, "why": "unavailable"})
        except Exception as error:
            log.error("rt: %s", describe(error))
            connection.send({"op": "failed", "ref": ref, "why": "unavailable"})
        else:
            if answer is not None:
                connection.send({"ref": ref, **answer})

    async def _do(self, connection: Connection, message: Mapping[str, Any]) -> dict[str, Any] | None:
        match message.get("op"):
            case "list":
                return await self._list(connection, message)
            case "open":
                return await self._open(connection, UUID(message["id"]))
            case "older":
                return await self._older(connection, UUID(message["id"]), int(message["before"]))
            case "seen":
                await self._seen(connection, UUID(message["id"]))
                return None
            case _:
                raise BadRequest("unknown op", field="op")

    async def _list(self, connection: Connection, message: Mapping[str, Any]) -> dict[str, Any]:
        shown, search, cursor = message["filter"], message["search"], message["cursor"]
        if shown not in inbox.FILTERS or not isinstance(search, str) or not isinstance(cursor, str | None):
            raise BadRequest("filter, search or cursor is not understood")
        client = await self._hub.client(connection.session)
        number = self._hub.number()
        page = await inbox.conversations(
            client,
            connection.session.businesses,
            shown=cast(inbox.Filter, shown),
            search=search,
            cursor=cursor,
        )
        return {"op": "list", "number": number, "rows": page.rows, "cursor": page.cursor}

    async def _open(self, connection: Connection, conversation_id: UUID) -> dict[str, Any]:
        # Before the first read, so that a change while we read reaches this page too.
        connection.open_id = conversation_id
        client = await self._hub.client(connection.session)
        number = self._hub.number()
        found, page = await asyncio.gather(
            inbox.by_ids(client, [conversation_id]), thread.messages(client, conversation_id)
        )
        if not found:
            connection.open_id = None
            raise NotFound("no such conversation, or not theirs")
        beside = await panel(client, found[0])
        return {
            "op": "thread",
            "number": number,
            "id": str(conversation_id),
            "row": found[0],
            "rows": page.rows,
            "more": page.more,
            "panel": beside,
        }

    async def _older(self, connection: Connection, conversation_id: UUID, before: int) -> dict[str, Any]:
        client = await self._hub.client(connection.session)
        number = self._hub.number()
        page = await thread.messages(client, conversation_id, before=before)
        body = {"op": "older", "number": number, "id": str(conversation_id)}
        return body | {"rows": page.rows, "more": page.more}

    async def _seen(self, connection: Connection, conversation_id: UUID) -> None:
        if not any(m.role in MAY_ACT for m in connection.session.memberships):
            return
        client = await self._hub.client(connection.session)
        try:
            await rows(client.rpc("mark_read", {"p_conversation_id": str(conversation_id)}))
        except NotAllowed:
            log.info("rt: seen by somebody who only reads")


async def _write(websocket: WebSocket, connection: Connection) -> None:
    """Send what is queued; a beat when nothing was for a while."""
    while True:
        frame: bytes | None
        try:
            async with asyncio.timeout(BEAT_SECONDS):
                frame = await connection.next_frame()
        except TimeoutError:
            frame = b'{"op":"beat"}'
        try:
            if frame is None:
                await websocket.close(connection.close_code or 1000)
                return
            await websocket.send_text(frame.decode())
        except (WebSocketDisconnect, RuntimeError):
            return
