"""The client against a network that refuses, tears and hangs."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from processors.channels.whatsapp.client import WhatsAppClient, create_http
from tests.processors.channels.whatsapp.samples import NUMBER_ID
from tests.processors.channels.whatsapp.wire import (
    BODY,
    Behaviour,
    client_for,
    free_socket,
    settings_for,
    url_of,
    wire,
)


async def close_silently(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    return


async def tear_the_answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"messages": [')
    await writer.drain()


async def speak_nonsense(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 smtp ready\r\n\r\n")
    await writer.drain()


async def claim_to_be_zipped(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope")
    await writer.drain()


async def hang_until_the_client_leaves(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


@pytest.mark.parametrize(
    "behaviour",
    [
        close_silently,
        tear_the_answer,
        speak_nonsense,
        claim_to_be_zipped,
        hang_until_the_client_leaves,
    ],
)
async def test_a_request_that_left_without_a_whole_answer_is_unknown(behaviour: Behaviour) -> None:
    async with wire(behaviour) as url, client_for(url, timeout_seconds=0.3) as client:
        result = await client.send(NUMBER_ID, BODY)
    assert result.outcome == "unknown"
    assert result.error
    assert result.error.startswith("no answer from WhatsApp")


async def test_a_refused_connection_is_tried_again() -> None:
    # Bound but not listening: the system refuses, and nobody else can take the port meanwhile.
    with free_socket() as found:
        async with client_for(url_of(found)) as client:
            first = await client.send(NUMBER_ID, BODY)
            later = await client.send(NUMBER_ID, BODY, attempt=3)
    assert (first.outcome, first.scope, first.retry_after_seconds) == ("retry", "account", 2)
    assert later.retry_after_seconds == 8


async def test_waiting_for_a_free_connection_is_not_sending() -> None:
    settings = settings_for("http://127.0.0.1:1")
    arrived, release = asyncio.Event(), asyncio.Event()

    async def hold(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await release.wait()

    async with wire(hold) as url:
        timeout = httpx.Timeout(5, pool=0.05)
        async with httpx.AsyncClient(limits=httpx.Limits(max_connections=1), timeout=timeout) as http:
            client = WhatsAppClient(settings.model_copy(update={"whatsapp_api_url": url}), http)
            held = asyncio.create_task(client.send(NUMBER_ID, BODY))
            await arrived.wait()
            waited = await client.send(NUMBER_ID, BODY)
            release.set()
            assert (await held).outcome == "unknown"
    assert waited.outcome == "retry"
    assert waited.error == "WhatsApp can't be reached (PoolTimeout)"


async def test_an_address_that_is_none_fails_at_once() -> None:
    # The settings refuse such an address; the client must not depend on it.
    settings = settings_for("http://127.0.0.1").model_copy(update={"whatsapp_api_url": "http://"})
    async with create_http(settings) as http:
        client = WhatsAppClient(settings, http)
        result = await client.send(NUMBER_ID, BODY)
    assert (result.outcome, result.scope) == ("failed", "account")
