"""The functions behind keys: who may call them, what they refuse, what they answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.api.backend import Backend
from tests.api.service import DEVELOPER_KEY, SERVICE_KEY, api_settings, serving

SIMULATE = "/functions/v1/whatsapp-simulate"
SCENARIOS = "/functions/v1/whatsapp-test-webhook"
NOTIFY = "/functions/v1/whatsapp-notify"
BY_DEVELOPER = {"X-Api-Key": DEVELOPER_KEY}
BY_SERVICE = {"Authorization": f"Bearer {SERVICE_KEY}"}
RIDER = "00000000-0000-4000-8000-000000000131"


@pytest.fixture
async def offline() -> AsyncIterator[httpx.AsyncClient]:
    """The api while storage is down: whatever is refused here was refused without it."""
    async with serving(api_settings()) as client:
        yield client


@pytest.mark.parametrize("path", [SIMULATE, SCENARIOS, NOTIFY])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Api-Key": "wrong"},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic eA=="},
        {"X-Api-Key": ""},
    ],
    ids=["none", "wrong", "empty bearer", "basic", "empty"],
)
async def test_without_the_key_it_is_401(
    offline: httpx.AsyncClient, path: str, headers: dict[str, str]
) -> None:
    answer = await offline.post(path, json={"phone": "393470000001", "text": "ciao"}, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_one_key_does_not_open_the_other_door(offline: httpx.AsyncClient) -> None:
    body = {"phone": "393470000001", "text": "ciao"}
    assert (await offline.post(SIMULATE, json=body, headers=BY_SERVICE)).status_code == 401
    assert (await offline.post(NOTIFY, json={"kind": "escalation"}, headers=BY_DEVELOPER)).status_code == 401


async def test_an_empty_key_in_the_settings_closes_the_door() -> None:
    async with serving(api_settings(developer_key="")) as api:
        answer = await api.post(SIMULATE, json={}, headers={"X-Api-Key": ""})
        assert answer.status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"phone": "393470000001", "text": ""}, "text"),
        ({"phone": "393470000001", "text": "   "}, "text"),
        ({"phone": "393470000001", "text": "a" * 4097}, "text"),
        ({"phone": "393470000001"}, "text"),
        ({"phone": "393470000001", "text": 7}, "text"),
        ({"text": "ciao"}, "phone"),
        ({"phone": "12", "text": "ciao"}, "phone"),
        ({"phone": "39347-nobody", "text": "ciao"}, "phone"),
        ({"phone": "393470000001", "text": "ciao", "language": "xx"}, "language"),
        ({"phone": "393470000001", "message": "ciao"}, "message"),
        ([], "body"),
    ],
)
async def test_wrong_input_names_its_field(offline: httpx.AsyncClient, body: Any, field: str) -> None:
    answer = await offline.post(SIMULATE, json=body, headers=BY_DEVELOPER)
    assert answer.status_code == 422
    assert answer.json()["field"] == field
    assert field in answer.json()["error"]


async def test_an_error_does_not_repeat_what_was_sent(offline: httpx.AsyncClient) -> None:
    answer = await offline.post(SIMULATE, json={"phone": "secret-phone", "text": "x"}, headers=BY_DEVELOPER)
    assert "secret-phone" not in answer.text


async def test_not_json_is_400(offline: httpx.AsyncClient) -> None:
    headers = BY_DEVELOPER | {"Content-Type": "application/json"}
    answer = await offline.post(SIMULATE, content=b"{", headers=headers)
    assert (answer.status_code, answer.json()["field"]) == (400, "body")


async def test_too_large_is_413() -> None:
    async with serving(api_settings(webhook_max_body_bytes=2048)) as api:
        body = {"phone": "393470000001", "text": "a" * 3000}
        assert (await api.post(SIMULATE, json=body, headers=BY_DEVELOPER)).status_code == 413


async def test_storage_down_is_503(offline: httpx.AsyncClient) -> None:
    body = {"phone": "393470000001", "text": "ciao"}
    answer = await offline.post(SIMULATE, json=body, headers=BY_DEVELOPER)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


async def test_simulate_answers_a_turn(api: httpx.AsyncClient, backend: Backend) -> None:
    body = {"phone": "+39 347 0000 002", "text": "Ciao!"}
    answer = (await api.post(SIMULATE, json=body, headers=BY_DEVELOPER)).raise_for_status().json()
    assert answer["intent"]
    assert answer["language"] == "it"
    assert answer["replies"][0]["type"] in ("text", "buttons", "list")
    assert answer["replies"][0]["text"]
    assert answer["would_send"][0]["to"] == "+393470000002"
    assert answer["timings_ms"]["total"] >= answer["timings_ms"]["turn"]
    turn = await backend.rows("select outcome from turns where id = $1::uuid", answer["turn_id"])
    assert turn[0]["outcome"] == "answered"
    assert await backend.value("select count(*) from outbox") == 0, "nothing of it may be sent"


async def test_simulate_twice_with_one_id_answers_once(api: httpx.AsyncClient, backend: Backend) -> None:
    message = {"id": "wamid.again", "type": "text", "text": {"body": "Ciao"}}
    body = {"phone": "393470000003", "message": message}
    first = (await api.post(SIMULATE, json=body, headers=BY_DEVELOPER)).raise_for_status().json()
    second = (await api.post(SIMULATE, json=body, headers=BY_DEVELOPER)).raise_for_status().json()
    assert first["turn_id"] == second["turn_id"]
    assert first["replies"] == second["replies"]


async def test_simulate_sets_the_language(api: httpx.AsyncClient) -> None:
    body = {"phone": "393470000004", "text": "ok", "language": "id"}
    answer = (await api.post(SIMULATE, json=body, headers=BY_DEVELOPER)).raise_for_status().json()
    assert answer["language"] == "id"


async def test_simulate_refuses_a_broken_message(api: httpx.AsyncClient) -> None:
    for message in ({}, {"type": "text", "text": "ciao"}, {"type": "text", "timestamp": "yesterday"}):
        body = {"phone": "393470000005", "message": message}
        answer = await api.post(SIMULATE, json=body, headers=BY_DEVELOPER)
        assert (answer.status_code, answer.json()["field"]) == (422, "message"), message


async def test_simulate_a_message_that_asks_nothing(api: httpx.AsyncClient) -> None:
    message = {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "👍"}}
    body = {"phone": "393470000006", "message": message}
    answer = (await api.post(SIMULATE, json=body, headers=BY_DEVELOPER)).raise_for_status().json()
    assert (answer["turn_id"], answer["replies"]) == (None, [])


async def test_simulate_without_a_simulated_account_is_409(api: httpx.AsyncClient, backend: Backend) -> None:
    await backend.execute("update channel_accounts set simulated = false where external_id = 'simulator'")
    body = {"phone": "393470000007", "text": "ciao"}
    answer = await api.post(SIMULATE, json=body, headers=BY_DEVELOPER)
    assert answer.status_code == 409
    assert "channel_accounts" in answer.json()["remedy"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "kind"),
        ({"kind": "weather"}, "kind"),
        ({"kind": "new_order", "data": {}}, "rider_id"),
        ({"kind": "new_order", "rider_id": "x", "data": {}}, "rider_id"),
        ({"kind": "new_order", "rider_id": RIDER, "data": {"order_code": "D1"}}, "data.market_order_id"),
        ({"kind": "escalation", "data": {"conversation_id": "x"}}, "data.conversation_id"),
    ],
)
async def test_notify_names_what_is_wrong(offline: httpx.AsyncClient, body: Any, field: str) -> None:
    answer = await offline.post(NOTIFY, json=body, headers=BY_SERVICE)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_notify_reaches_the_riders_devices_once_per_key(
    api: httpx.AsyncClient, backend: Backend
) -> None:
    data = {"market_order_id": "00000000-0000-4000-8000-000000000999", "order_code": "D1001"}
    body = {"kind": "new_order", "rider_id": RIDER, "data": data, "dedupe_key": "new_order:D1001"}
    first = (await api.post(NOTIFY, json=body, headers=BY_SERVICE)).raise_for_status().json()
    again = (await api.post(NOTIFY, json=body, headers=BY_SERVICE)).raise_for_status().json()
    assert first["new"] is True
    assert again["new"] is False
    assert first["notification_id"] == again["notification_id"]
    assert len(first["devices"]) == 1
    # No FCM project is set in this test, so the push waits for one.
    assert first["devices"][0]["status"] == "pending"


async def test_notify_somebody_unknown_is_404(api: httpx.AsyncClient) -> None:
    unknown = "00000000-0000-4000-8000-0000000000ff"
    data = {"market_order_id": unknown, "order_code": "D1"}
    body = {"kind": "new_order", "rider_id": unknown, "data": data}
    assert (await api.post(NOTIFY, json=body, headers=BY_SERVICE)).status_code == 404
    body = {"kind": "delivered", "data": data}
    assert (await api.post(NOTIFY, json=body, headers=BY_SERVICE)).status_code == 404


async def test_an_unknown_scenario_is_422(offline: httpx.AsyncClient) -> None:
    answer = await offline.post(SCENARIOS, json={"scenarios": ["nope"]}, headers=BY_DEVELOPER)
    assert (answer.status_code, answer.json()["field"]) == (422, "scenarios")
    assert "greeting" in answer.json()["remedy"]
