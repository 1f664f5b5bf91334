"""A client of ours and the loopback servers it is tested against."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from pydantic import SecretStr

from processors.channels.whatsapp.bodies import build_body
from processors.channels.whatsapp.client import WhatsAppClient, create_http
from processors.model import Reply
from processors.settings import Settings

TOKEN = "EAAJtestTokenThatMustNeverBeSeen"
BODY = build_body(Reply(text="hello").to_json(), phone="16505551234", bsuid=None, callback_data="row-1")


def free_socket() -> socket.socket:
    found = socket.socket()
    found.bind(("127.0.0.1", 0))
    return found


def url_of(found: socket.socket) -> str:
    return f"http://127.0.0.1:{found.getsockname()[1]}"


def settings_for(url: str, *, token: str = TOKEN, timeout_seconds: float = 5.0) -> Settings:
    return Settings(
        _env_file=None,  # type: ignore[call-arg]  # A parameter of pydantic-settings that mypy can't see.
        supabase_url="http://127.0.0.1:1",
        supabase_anon_key=SecretStr("anon"),
        supabase_service_role_key=SecretStr("service"),
        whatsapp_api_url=url,
        whatsapp_api_version="v25.0",
        whatsapp_access_token=SecretStr(token),
        whatsapp_send_timeout_seconds=timeout_seconds,
    )


@contextlib.asynccontextmanager
async def client_for(url: str, **settings: Any) -> AsyncIterator[WhatsAppClient]:
    chosen = settings_for(url, **settings)
    async with create_http(chosen) as http:
        yield WhatsAppClient(chosen, http)


Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def wire(behaviour: Behaviour) -> AsyncIterator[str]:
    """A server that reads one whole request and then behaves as told."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        size = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(size.partition(b":")[2]))
        await behaviour(reader, writer)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield url_of(server.sockets[0])
