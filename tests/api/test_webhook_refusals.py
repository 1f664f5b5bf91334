"""What the webhook refuses, and that it never needs storage for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.api.service import OLD_SECRET, VERIFY_TOKEN, WEBHOOKS, api_settings, serving, signed

LIMIT = 64 * 1024

pytestmark = pytest.mark.parametrize("path", WEBHOOKS)


@pytest.fixture
async def api() -> AsyncIterator[httpx.AsyncClient]:
    async with serving(api_settings(webhook_max_body_bytes=LIMIT)) as client:
        yield client


def handshake(**changed: str) -> dict[str, str]:
    return {
        "hub.mode": "subscribe",
        "hub.verify_token": VERIFY_TOKEN,
        "hub.challenge": "1158201444",
    } | changed


async def test_handshake_answers_the_challenge_alone(api: httpx.AsyncClient, path: str) -> None:
    answer = await api.get(path, params=handshake())
    assert answer.status_code == 200
    assert answer.text == "1158201444"
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "params",
    [
        {},
        handshake(**{"hub.verify_token": "wrong"}),
        handshake(**{"hub.mode": "unsubscribe"}),
        handshake(**{"hub.challenge": ""}),
        {f"p{n}": "x" for n in range(50)},
    ],
    ids=["nothing", "token", "mode", "challenge", "many"],
)
async def test_a_wrong_handshake_is_refused(
    api: httpx.AsyncClient, path: str, params: dict[str, str]
) -> None:
    assert (await api.get(path, params=params)).status_code == 403


@pytest.mark.parametrize(
    "header",
    [None, "", "sha256=", "sha256=" + "0" * 64, "sha1=" + "0" * 40, "sha256=perché"],
    ids=["missing", "empty", "no digest", "wrong", "sha1", "not ascii"],
)
async def test_without_a_right_signature_it_is_401(
    api: httpx.AsyncClient, path: str, header: str | None
) -> None:
    headers = {} if header is None else {b"x-hub-signature-256": header.encode()}
    answer = await api.post(path, content=b"{}", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["field"] == "X-Hub-Signature-256"


async def test_the_signature_is_over_the_raw_bytes(api: httpx.AsyncClient, path: str) -> None:
    headers = signed(b'{"object":"x"}')
    assert (await api.post(path, content=b'{"object": "x"}', headers=headers)).status_code == 401


@pytest.mark.parametrize(
    "body",
    [b"", b"not json", b"[]", b'"text"', b"null", b'{"a":', b"\xff\xfe{}", b"[" * 5000, b'{"a":NaN}'],
)
async def test_a_signed_body_that_is_no_json_object_is_400(
    api: httpx.AsyncClient, path: str, body: bytes
) -> None:
    answer = await api.post(path, content=body, headers=signed(body, OLD_SECRET))
    assert answer.status_code == 400
    assert answer.json()["field"] == "body"


async def test_a_body_over_the_limit_is_413(api: httpx.AsyncClient, path: str) -> None:
    body = b" " * (LIMIT + 1)
    answer = await api.post(path, content=body, headers=signed(body))
    assert answer.status_code == 413


async def test_a_chunked_body_over_the_limit_is_413(api: httpx.AsyncClient, path: str) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100 * LIMIT:
            sent += 8192
            yield b" " * 8192
            await asyncio.sleep(0)

    answer = await api.post(path, content=endless(), headers={"X-Hub-Signature-256": "sha256=00"})
    assert answer.status_code == 413


async def test_an_absurd_content_length_is_413(api: httpx.AsyncClient, path: str) -> None:
    headers = {"Content-Length": "9" * 5000}
    assert (await api.post(path, content=b"{}", headers=headers)).status_code == 413


async def test_other_methods_are_405(api: httpx.AsyncClient, path: str) -> None:
    answer = await api.delete(path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"


async def test_an_empty_secret_verifies_nothing(path: str) -> None:
    async with serving(api_settings(whatsapp_app_secrets="")) as api:
        answer = await api.post(path, content=b"{}", headers=signed(b"{}", ""))
        assert answer.status_code == 401


async def test_an_empty_verify_token_lets_nobody_subscribe(path: str) -> None:
    async with serving(api_settings(whatsapp_verify_token="")) as api:
        params = handshake(**{"hub.verify_token": ""})
        assert (await api.get(path, params=params)).status_code == 403
