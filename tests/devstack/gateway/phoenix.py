"""A websocket that speaks Realtime's protocol frame by frame, to see what the real client hides."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import websockets

from tests.fixtures.gateway import RunningGateway

SECONDS = 30.0


@dataclass
class Phoenix:
    """An open socket. Frames that were not asked for wait for `next`."""

    connection: websockets.ClientConnection
    refs: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    waiting: list[dict[str, Any]] = field(default_factory=list)

    async def send(self, topic: str, event: str, payload: Any = None, *, join_ref: str | None = None) -> str:
        """Send a frame; the topic is given without its prefix. Returns its reference."""
        ref = str(next(self.refs))
        frame = {"topic": f"realtime:{topic}", "event": event, "payload": payload or {}, "ref": ref}
        await self.connection.send(json.dumps({**frame, "join_ref": join_ref or ref}))
        return ref

    async def next(self, event: str, topic: str | None = None, ref: str | None = None) -> Any:
        """The payload of the next frame of that kind; others are kept."""
        async with asyncio.timeout(SECONDS):
            while True:
                for frame in self.waiting:
                    fits = frame["event"] == event and ref in (None, frame["ref"])
                    if fits and topic in (None, frame["topic"].removeprefix("realtime:")):
                        self.waiting.remove(frame)
                        return frame["payload"]
                self.waiting.append(json.loads(await self.connection.recv()))

    async def join(self, topic: str, token: str | None = None, **config: Any) -> Any:
        """Join and return the payload of the reply."""
        config = {"broadcast": {}, "presence": {"enabled": False}, **config}
        payload: dict[str, Any] = {"config": config}
        if token is not None:
            payload["access_token"] = token
        ref = await self.send(topic, "phx_join", payload)
        return await self.next("phx_reply", ref=ref)

    async def alive(self) -> None:
        """A heartbeat is answered: all that was sent before it has been read, and what followed was told."""
        ref = f"heartbeat-{next(self.refs)}"
        await self.connection.send(
            json.dumps({"topic": "phoenix", "event": "heartbeat", "payload": {}, "ref": ref})
        )
        assert (await self.next("phx_reply", "phoenix", ref))["status"] == "ok"

    def received(self, event: str) -> list[Any]:
        """Payloads of the frames of that kind that nobody has taken."""
        return [frame["payload"] for frame in self.waiting if frame["event"] == event]


def address(gateway: RunningGateway, key: str | None = None) -> str:
    """Where the websocket is."""
    base = gateway.url.replace("http", "ws", 1)
    return f"{base}/realtime/v1/websocket?apikey={key or gateway.anon_key}&vsn=1.0.0"


@contextlib.asynccontextmanager
async def phoenix(gateway: RunningGateway, key: str | None = None) -> AsyncIterator[Phoenix]:
    """An open socket, closed at the end."""
    async with websockets.connect(address(gateway, key), max_size=None) as connection:
        yield Phoenix(connection)
