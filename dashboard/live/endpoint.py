"""`/rt`: the socket of one open desk. The page asks for lists and threads here, acts, and gets changes unasked.

What it may ask is in `ops`. Unasked come `rows`, `messages`, `panel`, `present`, `team`, `orders`
(see `hub`), `live` and `beat`. What
can't be answered: {op: "failed", ref, why} with why = "refused" | "unavailable". After a lost connection the page asks
again, which is the whole catch-up.
"""

from __future__ import annotations

import asyncio
import logging

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

from dashboard.guard import is_same_origin
from dashboard.live.connection import SIGNED_OUT, TRY_AGAIN, Connection
from dashboard.live.hub import Hub
from dashboard.live.ops import Ops
from dashboard.sessions import Sessions
from dashboard.settings import DeskSettings
from processors.errors import BadRequest, NotSignedIn, StorageError
from processors.logs import describe

log = logging.getLogger(__name__)

FRAME_CHARACTERS = 24_000
"""Room for the longest answer, 4096 signs, even where JSON spells each of them out."""
BEAT = b'{"op":"beat"}'
BEAT_SECONDS = 15.0
"""A page that hears nothing for twice as long takes the connection for dead."""


class LiveEndpoint:
    """Answers pages. One request at a time per page: the next one waits, so a page can't flood storage."""

    def __init__(self, settings: DeskSettings, sessions: Sessions, hub: Hub) -> None:
        self._settings = settings
        self._sessions = sessions
        self._hub = hub
        self._ops = Ops(hub)

    async def serve(self, websocket: WebSocket) -> None:
        """The route."""
        if not is_same_origin(websocket, self._settings.hosts):
            await websocket.close(1008)
            return
        await websocket.accept()
        try:
            session = await self._sessions.look(websocket.cookies.get(self._settings.cookie_name))
        except StorageError:
            await websocket.close(TRY_AGAIN)
            return
        if session is None:
            await websocket.close(SIGNED_OUT)
            return
        connection = Connection(session)
        self._hub.join(connection)
        connection.send({"op": "live", "live": self._hub.is_live(session)})
        writer = asyncio.create_task(_write(websocket, connection))
        reader = asyncio.create_task(self._read(websocket, connection))
        beats = asyncio.create_task(_beat(connection))
        try:
            await asyncio.wait({writer, reader}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._hub.leave(connection)
            for task in (writer, reader, beats):
                task.cancel()
            await asyncio.gather(writer, reader, beats, return_exceptions=True)

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
            answer = await self._ops.do(connection, message)
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


async def _write(websocket: WebSocket, connection: Connection) -> None:
    """Send what is queued, as it comes."""
    while True:
        frame = await connection.next_frame()
        try:
            if frame is None:
                await websocket.close(connection.close_code or 1000)
                return
            await websocket.send_text(frame.decode())
        except (WebSocketDisconnect, RuntimeError):
            return


async def _beat(connection: Connection) -> None:
    """Tell the page every so often that it is still connected, whatever else it is told."""
    while True:
        await asyncio.sleep(BEAT_SECONDS)
        connection.send_bytes(BEAT)
