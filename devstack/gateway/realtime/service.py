"""Realtime: the websocket as the Python client 2.34 speaks it (vsn 1.0.0, JSON objects), and broadcast over HTTP.

`session.py` answers what a client sends; `hub.py` knows who has joined what; `feed.py` and `changes/` bring what the
database commits.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging

import asyncpg
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from devstack.gateway.database import CONNECTION_ERRORS
from devstack.gateway.realtime import frames
from devstack.gateway.realtime.access import Access
from devstack.gateway.realtime.changes.service import Changes
from devstack.gateway.realtime.channel import Channel
from devstack.gateway.realtime.claims import Verify, claims_of
from devstack.gateway.realtime.feed import Broadcast, BroadcastFeed, broadcast_of
from devstack.gateway.realtime.http import HttpBroadcast
from devstack.gateway.realtime.hub import Hub
from devstack.gateway.realtime.joining import Replay
from devstack.gateway.realtime.limits import MAX_FRAME_BYTES, Limits
from devstack.gateway.realtime.partitions import Partitions
from devstack.gateway.realtime.refused import Refused, database_unreachable
from devstack.gateway.realtime.session import ClosedByUs, Session
from devstack.gateway.realtime.socket import Socket

log = logging.getLogger(__name__)

POOL_SIZE = 4
REFUSAL_SECONDS = 2.0
"""A handshake that is refused is answered so much later, unless refused joins are answered sooner."""
READY_SECONDS = 30.0
START_SECONDS = 1.0
JANITOR_SECONDS = 3600.0

_REPLAY = (
    "select id, topic, event, private, payload::text as payload from realtime.messages "
    "where topic = $1 and private and extension = 'broadcast' and inserted_at > now() - interval '3 days' "
    "and inserted_at >= to_timestamp($2::float8 / 1000) at time zone 'utc' order by inserted_at desc, id limit $3"
)


class RealtimeService:
    """The routes of `/realtime/v1`. `dsn` belongs to a superuser; `verify` says what a token proves."""

    def __init__(
        self, dsn: str, *, verify: Verify, limits: Limits, join_error_delay_seconds: float = 5.0
    ) -> None:
        self._dsn = dsn
        self._verify = verify
        self._limits = limits
        self._delay = join_error_delay_seconds
        self._sockets: set[Socket] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self.feed = BroadcastFeed(dsn, self._deliver)
        self.hub = Hub(limits, self._left)

    async def start(self) -> None:
        """Begin to listen to the database. Works before the database does."""
        self._pool = await asyncpg.create_pool(
            self._dsn,
            min_size=0,
            max_size=POOL_SIZE,
            server_settings={"application_name": "gateway realtime", "timezone": "UTC"},
        )
        self._partitions = Partitions(self._pool)
        self._access = Access(self._pool, self._partitions)
        self._changes = Changes(self._dsn, self._pool, self._limits)
        self._tasks = [
            asyncio.create_task(self.feed.run(), name="realtime messages"),
            asyncio.create_task(self._clean(), name="realtime partitions"),
        ]
        # Whoever finds this process open should be heard already; but it opens without a database, too.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(START_SECONDS):
                await self.feed.ready.wait()

    async def stop(self) -> None:
        """End it, and cut every socket."""
        for socket in list(self._sockets):
            socket.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._changes.stop()
        self._pool.terminate()

    def routes(self) -> list[BaseRoute]:
        """To be mounted below `/realtime/v1`."""
        http = HttpBroadcast(self.hub, lambda: self._access, self._verify, self._limits)
        return [WebSocketRoute("/websocket", self.websocket), *http.routes()]

    @property
    def connections(self) -> int:
        """How many clients are connected."""
        return len(self._sockets)

    # The socket.

    async def websocket(self, websocket: WebSocket) -> None:
        """Serve one client until it goes."""
        refusal = self._handshake_refusal(websocket)
        if refusal is not None:
            await asyncio.sleep(min(REFUSAL_SECONDS, self._delay))
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await websocket.send_denial_response(refusal)
            return
        socket = Socket(websocket, websocket.query_params["apikey"], self._limits)
        session = Session(
            socket,
            hub=self.hub,
            access=self._access,
            subscriptions=self._changes,
            past=self,
            verify=self._verify,
            limits=self._limits,
            join_error_seconds=self._delay,
        )
        # Counted before the first await, so that many handshakes at once don't pass together.
        self._sockets.add(socket)
        writer: asyncio.Task[None] | None = None
        try:
            await websocket.accept()
            writer = asyncio.create_task(socket.drain())
            await self._converse(websocket, socket, session)
        except (WebSocketDisconnect, RuntimeError, OSError):
            return
        finally:
            self._sockets.discard(socket)
            session.close()
            if writer is not None:
                writer.cancel()

    def _handshake_refusal(self, websocket: WebSocket) -> JSONResponse | None:
        parameters = websocket.query_params
        if parameters.get("vsn", "1.0.0") != "1.0.0":
            return JSONResponse({"error": "only vsn 1.0.0 is spoken here"}, 400)
        try:
            claims_of(parameters.get("apikey", ""), self._verify)
        except Refused as refused:
            return JSONResponse({"error": refused.reason}, 401)
        if len(self._sockets) >= self._limits.connections:
            log.warning("%d clients are connected: the limit of the plan", self._limits.connections)
            return JSONResponse({"error": "ConnectionRateLimitReached: Too many connected users"}, 429)
        return None

    async def _converse(self, websocket: WebSocket, socket: Socket, session: Session) -> None:
        """Answer what the client sends, until it goes or is told to."""
        while True:
            try:
                async with asyncio.timeout(self._limits.idle_seconds):
                    message = await websocket.receive()
            except TimeoutError:
                await socket.close(1000)
                return
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            if text is None:
                log.info("a binary frame, which version 1 has none of, was left alone")
                continue
            if len(text) > MAX_FRAME_BYTES:
                await socket.close(1009)
                return
            try:
                await session.receive(frames.parse(text))
            except frames.BadFrame as error:
                log.info("a frame was left alone: %s", error)
            except ClosedByUs:
                await socket.close(1000)
                return

    # What the database says.

    def _deliver(self, message: Broadcast) -> None:
        try:
            self.hub.broadcast((message.topic, message.private), message.body)
        except ValueError as error:
            log.warning("a message can't be told: %s", error)

    def _left(self, channel: Channel) -> None:
        self._changes.forget(channel)

    async def replay(self, topic: str, wanted: Replay) -> list[Broadcast]:
        """The latest messages of a private topic, oldest first. Raises Refused."""
        try:
            rows = await self._pool.fetch(_REPLAY, topic, float(wanted.since), wanted.limit)
        except CONNECTION_ERRORS:
            raise database_unreachable() from None
        messages = [broadcast_of(row) for row in reversed(rows)]
        return [message for message in messages if message is not None]

    async def wait_ready(self) -> bool:
        """Whether what the database sends is listened to, at the latest after READY_SECONDS."""
        try:
            async with asyncio.timeout(READY_SECONDS):
                await self.feed.ready.wait()
        except TimeoutError:
            return False
        return True

    async def _clean(self) -> None:
        """Make tomorrow's partitions, and drop what is old, also when nobody joins for days."""
        while True:
            await asyncio.sleep(JANITOR_SECONDS)
            if self._sockets:
                with contextlib.suppress(*CONNECTION_ERRORS, asyncpg.PostgresError):
                    await self._partitions.ensure()
