"""An HTTP load generator that costs little: ready-made requests over raw sockets, one in flight per connection."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import socket
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Result:
    """What a run saw. Latencies in seconds, from the moment a request was due."""

    statuses: dict[int, int] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return self.statuses.get(200, 0) / self.seconds

    def percentile(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def webhook_requests(url: str, secret: str, number: str, *, people: int) -> Iterator[bytes]:
    """Signed webhooks without end, each a text of its own from one of `people` senders."""
    parts = urlsplit(url)
    for n in iter(int, 1):
        del n
        unique = uuid.uuid4().hex
        body = json.dumps(_payload(number, unique, f"3934{int(unique[:6], 16) % people:08d}")).encode()
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        head = (
            f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
            f"X-Hub-Signature-256: sha256={signature}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        yield head.encode() + body


def _payload(number: str, unique: str, sender: str) -> dict[str, object]:
    message = {
        "from": sender,
        "id": f"wamid.{unique}",
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": "vorrei due candele alla lavanda e un guinzaglio"},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": number},
        "contacts": [{"profile": {"name": "Ada"}, "wa_id": sender}],
        "messages": [message],
    }
    entry = {"id": "102290129340398", "changes": [{"value": value, "field": "messages"}]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


async def closed_loop(url: str, requests: list[bytes], *, connections: int, seconds: float) -> Result:
    """As many as the server takes: each connection sends its next request when the last was answered."""
    result, supply = Result(), iter(requests)
    until = time.perf_counter() + seconds

    async def client() -> None:
        stream = await _connect(url)
        for request in supply:
            started = time.perf_counter()
            if started > until:
                break
            _count(result, await _exchange(stream, request), started)
        stream[1].close()

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(connections)))
    result.seconds = time.perf_counter() - started
    return result


async def open_loop(url: str, requests: list[bytes], *, rate: float, connections: int) -> Result:
    """At a fixed rate; a late answer does not slow the next request, and its latency counts from when it was due."""
    result = Result()
    due: asyncio.Queue[tuple[float, bytes] | None] = asyncio.Queue()

    async def client() -> None:
        stream = await _connect(url)
        while (item := await due.get()) is not None:
            _count(result, await _exchange(stream, item[1]), item[0])
        stream[1].close()

    clients = [asyncio.create_task(client()) for _ in range(connections)]
    started = time.perf_counter()
    for n, request in enumerate(requests):
        when = started + n / rate
        if (pause := when - time.perf_counter()) > 0:
            await asyncio.sleep(pause)
        due.put_nowait((when, request))
    for _ in clients:
        due.put_nowait(None)
    await asyncio.gather(*clients)
    result.seconds = time.perf_counter() - started
    return result


Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _connect(url: str) -> Stream:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return reader, writer


async def _exchange(stream: Stream, request: bytes) -> int:
    reader, writer = stream
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    lowered = head.lower()
    at = lowered.find(b"content-length:")
    if at >= 0:
        await reader.readexactly(int(lowered[at + 15 : lowered.index(b"\r\n", at)]))
    return status


def _count(result: Result, status: int, started: float) -> None:
    result.statuses[status] = result.statuses.get(status, 0) + 1
    result.latencies.append(time.perf_counter() - started)
