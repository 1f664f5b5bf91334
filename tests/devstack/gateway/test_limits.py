"""Callers that send too much, too slowly, or nonsense: they are refused, and the others are served."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx
import pytest

from devstack.gateway import intake, server
from tests.devstack.gateway.conftest import Project


@contextlib.asynccontextmanager
async def connection(project: Project) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A bare connection."""
    parts = urlsplit(project.gateway.url)
    assert parts.hostname is not None
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def answer_to(project: Project, *parts: bytes) -> bytes:
    """What comes back until the gateway closes the connection."""
    async with connection(project) as (reader, writer), asyncio.timeout(30):
        with contextlib.suppress(OSError):
            for part in parts:
                writer.write(part)
                await writer.drain()
        with contextlib.suppress(OSError):
            return await reader.read()
        return b""


async def still_serves(project: Project) -> bool:
    return (await project.http.get(f"{project.gateway.url}/health")).is_success


async def test_endless_headers(project: Project) -> None:
    line = b"x-filler: " + b"x" * 8000 + b"\r\n"
    answer = await answer_to(project, b"GET /rest/v1/shops HTTP/1.1\r\nhost: x\r\n", *[line] * 40)
    # A caller who is still sending may see the connection end before the answer.
    assert answer == b"" or answer.startswith(b"HTTP/1.1 431")
    one = await answer_to(project, b"GET / HTTP/1.1\r\nhost: x\r\nx-one: " + b"x" * 200_000 + b"\r\n\r\n")
    assert one == b"" or one.startswith(b"HTTP/1.1 431")
    assert await still_serves(project)


async def test_long_addresses_are_refused_as_by_the_edge_of_the_platform(project: Project) -> None:
    ids = ",".join(f"00000000-0000-0000-0000-{number:012d}" for number in range(500))
    answer = await project.get(f"/rest/v1/shops?owner=in.({ids})")
    assert answer.status_code == 414
    assert (await project.get("/rest/v1/shops?owner=in.(00000000-0000-0000-0000-000000000001)")).is_success


async def test_a_head_that_does_not_come(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HEAD_SECONDS", 0.3)
    assert await answer_to(project, b"GET /health HT") == b""
    assert await answer_to(project) == b""
    monkeypatch.undo()
    assert await still_serves(project)


async def test_a_body_that_does_not_come(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "PAUSE_SECONDS", 0.3)
    head = (
        b"POST /rest/v1/rpc/add HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n"
        b"apikey: " + project.gateway.anon_key.encode() + b'\r\n\r\n{"a": '
    )
    assert (await answer_to(project, head)).startswith(b"HTTP/1.1 408")
    monkeypatch.undo()
    assert await still_serves(project)


@pytest.mark.parametrize("path", ["/auth/v1/token?grant_type=password", "/realtime/v1/api/broadcast"])
async def test_large_bodies(project: Project, path: str) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(6 * 16):
            yield b"x" * 64 * 1024

    with contextlib.suppress(httpx.TransportError):
        answer = await project.request("POST", path, content=endless())
        assert answer.status_code == 413
    assert await still_serves(project)


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /auth/v1/token HTTP/1.1\r\nhost: x\r\ncontent-length: -5\r\n\r\n",
        b"POST /auth/v1/token HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        b"GET /storage/v1/object/%00/%00 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    ],
)
async def test_nonsense(project: Project, sent: bytes) -> None:
    answer = await answer_to(project, sent)
    assert answer.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4"))
    assert await still_serves(project)


async def test_many_connections(project: Project) -> None:
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(200):
            await stack.enter_async_context(connection(project))
        assert await still_serves(project)
    assert await still_serves(project)


async def test_callers_that_leave(project: Project) -> None:
    head = (
        b"POST /storage/v1/object/files/a HTTP/1.1\r\nhost: x\r\ncontent-length: 5000000\r\n"
        b"apikey: " + project.gateway.service_role_key.encode() + b"\r\n\r\n"
    )
    for path in (b"/storage/v1/object/files/a", b"/rest/v1/rpc/add", b"/functions/v1/x", b"/auth/v1/token"):
        async with connection(project) as (_, writer):
            writer.write(head.replace(b"/storage/v1/object/files/a", path) + b"x" * 1000)
            await writer.drain()
    assert await still_serves(project)
