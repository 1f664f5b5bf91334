"""The FCM simulator, used through the real firebase-admin."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import firebase_admin
import httpx
import pytest
from firebase_admin import exceptions, messaging
from google.auth.credentials import Credentials

from devstack.simulators.fcm import KINDS
from tests.devstack.simulators.conftest import Running

SEND = "/fcm/v1/projects/myproject/messages:send"
HEADERS = {"Authorization": "Bearer token"}
OK_NAME = "projects/myproject/messages/0:1500415314455276%31bd1c9631bd1c96"


class Offline(Credentials):
    """A credential that is always valid and never asks anybody."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # google-auth has no types here.
        self.token = "token"

    @property
    def valid(self) -> bool:
        return True

    @property
    def expired(self) -> bool:
        return False

    def refresh(self, request: object) -> None:
        """Nothing to renew."""


@pytest.fixture(scope="module")
async def app(running: Running) -> AsyncIterator[Any]:
    app = firebase_admin.initialize_app(Offline(), {"projectId": "myproject"}, name="simulator")
    messaging._get_messaging_service(app)._fcm_url = f"{running.url}{SEND}"
    yield app
    # Its close runs a loop of its own, which a running loop forbids.
    await asyncio.to_thread(firebase_admin.delete_app, app)


async def control(http: httpx.AsyncClient, **patch: Any) -> None:
    response = await http.post("/fcm/_control", json=patch)
    assert response.status_code == 200, response.text


async def refusal(http: httpx.AsyncClient, message: Any) -> dict[str, Any]:
    response = await http.post(SEND, json={"message": message}, headers=HEADERS)
    assert response.status_code >= 400, response.text
    error = response.json()["error"]
    assert isinstance(error, dict)
    assert error["code"] == response.status_code
    return error


async def test_send_answers_with_a_name(app: Any, http: httpx.AsyncClient) -> None:
    with pytest.warns(DeprecationWarning, match="fid"):
        message = messaging.Message(token="device-1", data={"order_id": "8812"})
    name = await asyncio.to_thread(messaging.send, message, app=app)
    assert name.startswith("projects/myproject/messages/0:")
    assert len(name) == len(OK_NAME)
    (entry,) = (await http.get("/fcm/_log")).json()
    assert set(entry) == {"at", "path", "body", "status"}
    assert (entry["path"], entry["status"]) == ("/v1/projects/myproject/messages:send", 200)
    assert entry["body"]["message"] == {"token": "device-1", "data": {"order_id": "8812"}}


async def test_each_device_has_its_own_outcome(app: Any, http: httpx.AsyncClient) -> None:
    await control(http, dead_tokens=["device-2"])
    messages = [messaging.Message(fid=f"device-{n}") for n in range(3)]
    batch = await messaging.send_each_async(messages, app=app)
    assert [response.success for response in batch.responses] == [True, True, False]
    assert isinstance(batch.responses[2].exception, messaging.UnregisteredError)


@pytest.mark.parametrize(
    ("target", "error"),
    [
        ("unregistered-1", messaging.UnregisteredError),
        ("invalid-1", exceptions.InvalidArgumentError),
        ("mismatch-1", messaging.SenderIdMismatchError),
        ("quota-1", messaging.QuotaExceededError),
        ("auth-1", messaging.ThirdPartyAuthError),
    ],
)
async def test_prefix_of_a_target_decides(
    app: Any, http: httpx.AsyncClient, target: str, error: type[Exception]
) -> None:
    batch = await messaging.send_each_async([messaging.Message(fid=target)], app=app)
    assert isinstance(batch.responses[0].exception, error)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("UNREGISTERED", "unregistered"),
        ("INVALID_ARGUMENT", "invalid_argument_token"),
        ("QUOTA_EXCEEDED", "quota"),
        ("UNAVAILABLE", "unavailable"),
        ("INTERNAL", "internal"),
        ("THIRD_PARTY_AUTH_ERROR", "third_party_auth"),
    ],
)
async def test_scripted_failure_has_the_documented_body(
    http: httpx.AsyncClient, kind: str, name: str
) -> None:
    status, status_name, message = KINDS[kind]
    await control(http, fail_next=[{"kind": kind}])
    assert await refusal(http, {"token": "device"}) == {
        "code": status,
        "message": message,
        "status": status_name,
        "details": [{"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": kind}],
    }
    assert (await http.post(SEND, json={"message": {"token": "d"}}, headers=HEADERS)).status_code == 200


async def test_failures_are_used_up_in_order(http: httpx.AsyncClient) -> None:
    await control(
        http,
        fail_next=[
            {"kind": "QUOTA_EXCEEDED", "retry_after_seconds": 7},
            {"status": 404},
            {"code": "INTERNAL"},
        ],
    )
    answers = [
        await http.post(SEND, json={"message": {"token": "device"}}, headers=HEADERS) for _ in range(4)
    ]
    assert [answer.status_code for answer in answers] == [429, 404, 500, 200]
    assert answers[0].headers["Retry-After"] == "7"
    assert [entry["status"] for entry in (await http.get("/fcm/_log")).json()] == [429, 404, 500, 200]


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"data": {"a": "b"}},
        {"token": "a", "fid": "b"},
        {"token": "a", "topic": "b"},
        {"token": 5},
        {"token": "a", "data": {"n": 1}},
        {"token": "a", "data": ["n"]},
        {"token": "a", "data": {"from": "x"}},
        {"token": "a", "data": {"google.x": "x"}},
        {"token": "a", "data": {"text": "x" * 4096}},
        {"topic": "a", "data": {"text": "x" * 2048}},
        {"token": "a", "notificaton": {"title": "x"}},
        "token",
    ],
    ids=range(13),
)
async def test_our_own_mistake_is_a_bad_request(http: httpx.AsyncClient, message: Any) -> None:
    error = await refusal(http, message)
    assert error["status"] == "INVALID_ARGUMENT"
    (detail,) = error["details"]
    assert detail["@type"].endswith("google.rpc.BadRequest")


async def test_documented_requests_pass(http: httpx.AsyncClient) -> None:
    for message in (
        {"token": "bk3", "notification": {"title": "New chat"}, "android": {"ttl": "3600s"}, "apns": {}},
        {"fid": "cIqQ1m7NQm6rK5zEXAMPLE", "notification": {"title": "New chat", "body": "hi"}},
        {"topic": "orders", "data": {"text": "x" * 1900}},
        {"condition": "'a' in topics"},
        {"token": "a", "data": {"text": "x" * 4000}},
    ):
        assert (await http.post(SEND, json={"message": message}, headers=HEADERS)).status_code == 200


async def test_unknown_address_and_missing_token_are_refused(http: httpx.AsyncClient) -> None:
    assert (await http.post("/fcm/v1/projects/p/messages", json={}, headers=HEADERS)).status_code == 404
    assert (await http.post(SEND, json={"message": {"token": "a"}})).status_code == 401


@pytest.mark.parametrize(
    "patch", [{"fail_next": [{"kind": "TIRED"}]}, {"fail_next": [{}, 1]}, {"dead": ["a"]}]
)
async def test_control_that_makes_no_sense_is_refused(http: httpx.AsyncClient, patch: dict[str, Any]) -> None:
    assert (await http.post("/fcm/_control", json=patch)).status_code == 422


async def test_reset_brings_dead_tokens_back(http: httpx.AsyncClient) -> None:
    await control(http, dead_tokens=["device"])
    assert (await refusal(http, {"token": "device"}))["status"] == "NOT_FOUND"
    await http.post("/fcm/_reset")
    assert (await http.post(SEND, json={"message": {"token": "device"}}, headers=HEADERS)).status_code == 200
    assert len((await http.get("/fcm/_log")).json()) == 1
