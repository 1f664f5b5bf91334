"""The least of Meta's Graph API on the wire: takes messages and keeps their bodies."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import orjson


class GraphServer:
    """Answers every send with a new id. `sent` holds the bodies, `url` is where it listens."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.arrived = asyncio.Condition()
        self.url = ""

    async def until(self, count: int, seconds: float = 30) -> list[dict[str, Any]]:
        """The bodies, once there are at least `count`."""
        async with asyncio.timeout(seconds), self.arrived:
            await self.arrived.wait_for(lambda: len(self.sent) >= count)
        return self.sent

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                length = int(head.split("content-length:")[1].split("\r\n")[0])
                await self._answer(orjson.loads(await reader.readexactly(length)), writer)
        writer.close()

    async def _answer(self, body: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        if body.get("type"):
            async with self.arrived:
                self.sent.append(body)
                self.arrived.notify_all()
        answer = {"success": True, "messages": [{"id": f"wamid.sent.{len(self.sent)}"}]}
        content = orjson.dumps(answer)
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
        writer.write(head.encode() + content)
        await writer.drain()


@contextlib.asynccontextmanager
async def graph_server() -> AsyncIterator[GraphServer]:
    """A running one, on a free port."""
    graph = GraphServer()
    server = await asyncio.start_server(graph._serve, "127.0.0.1", 0)
    graph.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield graph
    finally:
        server.close()
