"""Pushes through the real firebase-admin to a server that answers as Firebase does."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from processors.errors import ConfigurationError
from processors.push.fcm import FcmClient, Push, client_for, close_clients, topic_of
from processors.settings import Settings
from tests.devstack.simulators.serving import serving
from tests.processors.firebase import Firebase

NOWHERE = "http://127.0.0.1:9"
PUSH = Push(
    address_kind="token",
    address="device-1",
    title="Nuovo ordine D1042",
    body="Tocca per i dettagli.",
    data={"kind": "new_order", "order_code": "D1042"},
    collapse_key="new_order:1",
    link="https://desk.example/?order=1",
    ttl_seconds=3600,
)


def push_settings(url: str, *, credentials: str = "") -> Settings:
    return Settings(
        _env_file=None,  # type: ignore[call-arg]  # Known at run time.
        environment="test",
        supabase_url=NOWHERE,
        supabase_anon_key=SecretStr("a"),
        supabase_service_role_key=SecretStr("s"),
        fcm_project_id="relaydesk-test",
        fcm_api_url=url,
        fcm_credentials_json=SecretStr(credentials),
    )


@pytest_asyncio.fixture
async def client(firebase: Firebase) -> AsyncIterator[FcmClient]:
    opened = await asyncio.to_thread(client_for, push_settings(firebase.url))
    yield opened
    await asyncio.to_thread(close_clients)


async def test_a_push_carries_text_data_link_and_collapse_key(client: FcmClient, firebase: Firebase) -> None:
    verdict = await client.send(PUSH)
    assert verdict.outcome == "sent"
    assert verdict.external_id is not None
    assert verdict.external_id.startswith("projects/relaydesk-test/messages/")
    (message,) = await firebase.messages()
    assert message["token"] == "device-1"
    assert message["notification"] == {"title": PUSH.title, "body": PUSH.body}
    assert message["data"] == {**PUSH.data, "link": PUSH.link}
    assert message["android"]["collapse_key"] == "new_order:1"
    assert message["android"]["ttl"] == "3600s"
    assert message["webpush"]["fcm_options"]["link"] == PUSH.link
    assert message["apns"]["headers"]["apns-collapse-id"] == topic_of("new_order:1")


async def test_an_installation_id_is_addressed_as_such(client: FcmClient, firebase: Firebase) -> None:
    await client.send(replace(PUSH, address_kind="fid", address="cIqQ1m7NQm6rK5zEXAMPLE"))
    (message,) = await firebase.messages()
    assert message["fid"] == "cIqQ1m7NQm6rK5zEXAMPLE"
    assert "token" not in message


async def test_a_link_without_tls_travels_in_the_data_only(client: FcmClient, firebase: Firebase) -> None:
    link = "http://127.0.0.1:8501/?order=1"
    assert (await client.send(replace(PUSH, link=link))).outcome == "sent"
    (message,) = await firebase.messages()
    assert message["data"]["link"] == link
    assert "fcm_options" not in message["webpush"]


@pytest.mark.parametrize(
    ("kind", "outcome", "dead", "pause"),
    [
        ("UNREGISTERED", "failed", True, None),
        ("SENDER_ID_MISMATCH", "failed", True, None),
        ("INVALID_ARGUMENT", "failed", True, None),
        ("QUOTA_EXCEEDED", "retry", False, 10.0),
        ("UNAVAILABLE", "retry", False, 1.0),
        ("INTERNAL", "retry", False, 1.0),
    ],
)
async def test_each_refusal_has_its_verdict_after_one_request(
    client: FcmClient, firebase: Firebase, kind: str, outcome: str, dead: bool, pause: float | None
) -> None:
    await firebase.fail(kind)
    verdict = await client.send(PUSH)
    assert (verdict.outcome, verdict.dead, verdict.pause_seconds) == (outcome, dead, pause)
    assert verdict.error is not None
    assert verdict.error.startswith(kind)
    assert len(await firebase.log()) == 1


async def test_an_outage_costs_one_request_and_no_wait(client: FcmClient, firebase: Firebase) -> None:
    await firebase.fail(*["UNAVAILABLE"] * 5, retry_after_seconds=30)
    started = time.monotonic()
    verdict = await client.send(PUSH)
    assert time.monotonic() - started < 20
    assert (verdict.outcome, verdict.pause_seconds, verdict.told_pause) == ("retry", 30.0, True)
    assert len(await firebase.log()) == 1


async def test_a_connection_that_breaks_is_a_passing_failure(client: FcmClient, firebase: Firebase) -> None:
    (await firebase.http.post("/fcm/_control", json={"drop_next": 1})).raise_for_status()
    broken = await client.send(PUSH)
    assert (broken.outcome, broken.dead) == ("retry", False)
    assert (await client.send(PUSH)).outcome == "sent"
    assert len(await firebase.log()) == 2


async def test_refused_keys_are_ours_to_mend(
    client: FcmClient, firebase: Firebase, caplog: pytest.LogCaptureFixture
) -> None:
    # The SDK asks three times on 401, with a fresh token each time.
    await firebase.fail(*["THIRD_PARTY_AUTH_ERROR"] * 3)
    verdict = await client.send(PUSH)
    assert (verdict.outcome, verdict.dead, verdict.pause_seconds) == ("retry", False, 300.0)
    assert "THIRD_PARTY_AUTH_ERROR" in caplog.text


async def test_a_wrong_address_of_the_service_harms_no_device(firebase: Firebase) -> None:
    client = await asyncio.to_thread(client_for, push_settings(f"{firebase.url}/nowhere"))
    verdict = await client.send(PUSH)
    assert (verdict.outcome, verdict.dead) == ("retry", False)
    await asyncio.to_thread(close_clients)


async def test_a_message_of_ours_that_is_malformed_harms_no_device(
    client: FcmClient, caplog: pytest.LogCaptureFixture
) -> None:
    verdict = await client.send(replace(PUSH, data={"text": "x" * 4096}))
    assert (verdict.outcome, verdict.dead) == ("failed", False)
    # The SDK itself refuses other mistakes, before anything is sent.
    verdict = await client.send(replace(PUSH, data={"n": 1}))  # type: ignore[dict-item]  # The mistake itself.
    assert (verdict.outcome, verdict.dead, verdict.error) == ("failed", False, "INVALID_MESSAGE")
    assert "device-1" not in caplog.text


async def test_nobody_listening_is_a_passing_failure() -> None:
    client = await asyncio.to_thread(client_for, push_settings(NOWHERE))
    verdict = await client.send(PUSH)
    assert (verdict.outcome, verdict.dead, verdict.error) == ("retry", False, "UNAVAILABLE")
    await asyncio.to_thread(close_clients)


async def test_the_loop_runs_on_while_pushes_are_under_way(client: FcmClient, firebase: Firebase) -> None:
    await firebase.http.post("/fcm/_control", json={"latency_ms": 1000})
    verdicts = await asyncio.gather(*[client.send(replace(PUSH, address=f"device-{n}")) for n in range(8)])
    # The simulator runs on this very loop: with the loop blocked none of them would have been answered.
    assert {verdict.outcome for verdict in verdicts} == {"sent"}


@pytest.mark.parametrize("text", ["{}", json.dumps({"type": "service_account"})])
def test_a_credential_that_is_none_is_named(text: str) -> None:
    with pytest.raises(ConfigurationError, match="FCM_CREDENTIALS_JSON"):
        client_for(push_settings(NOWHERE, credentials=text))


def test_the_sdk_is_loaded_at_the_first_push_only() -> None:
    code = "import sys, processors.notifier; assert 'firebase_admin' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def service_account(token_uri: str) -> str:
    """The JSON of a service account with a key made for this test."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return json.dumps(
        {
            "type": "service_account",
            "project_id": "relaydesk-test",
            "private_key_id": "1",
            "private_key": pem.decode(),
            "client_email": "push@relaydesk-test.iam.gserviceaccount.com",
            "token_uri": token_uri,
        }
    )


@pytest.mark.parametrize(
    ("status", "outcome", "error"), [(200, "sent", None), (400, "retry", "CREDENTIAL_REFUSED")]
)
async def test_a_service_account_signs_in_first(
    firebase: Firebase, status: int, outcome: str, error: str | None
) -> None:
    asked: list[bytes] = []

    async def token(request: Request) -> JSONResponse:
        asked.append(await request.body())
        granted = {"access_token": "granted", "expires_in": 3600, "token_type": "Bearer"}
        return JSONResponse(granted if status == 200 else {"error": "invalid_grant"}, status_code=status)

    async with serving(Starlette(routes=[Route("/token", token, methods=["POST"])])) as url:
        settings = push_settings(firebase.url, credentials=service_account(f"{url}/token"))
        client = await asyncio.to_thread(client_for, settings)
        verdict = await client.send(PUSH)
        await asyncio.to_thread(close_clients)
    assert (verdict.outcome, verdict.error, verdict.dead) == (outcome, error, False)
    assert asked
    assert b"assertion=" in asked[0]
