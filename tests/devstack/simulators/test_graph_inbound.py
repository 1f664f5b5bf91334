"""Customers who write: the webhook, its signature, and what the script is told."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from devstack.simulators import webhooks
from tests.devstack.simulators.conftest import Running
from tests.devstack.simulators.graph_client import PHONE, SAMPLES, GraphClient, sample, text
from tests.devstack.simulators.receiver import Receiver


async def test_text_arrives_as_meta_would_send_it(graph: GraphClient, receiver: Receiver) -> None:
    report = await graph.inbound(
        sender="16505551234",
        text="Does it come in another color?",
        id="wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQzQTk4MkQ5RTNFQjk5NkY1NTlFNgA=",
        name="Sheena Nelson",
        timestamp=1793520000,
    )
    assert report == {
        "wamid": "wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQzQTk4MkQ5RTNFQjk5NkY1NTlFNgA=",
        "status": 200,
        "body": {"received": True},
    }
    assert json.loads(receiver.webhooks[-1].raw) == sample("in_text")


async def test_what_is_missing_is_filled(graph: GraphClient, receiver: Receiver) -> None:
    report = await graph.inbound(sender=f"+{PHONE}", text="Ciao")
    message = receiver.webhooks[-1].message
    assert message["from"] == PHONE
    assert message["id"] == report["wamid"]
    assert message["id"].startswith("wamid.")
    assert abs(int(message["timestamp"]) - time.time()) < 60
    (contact,) = receiver.webhooks[-1].value["contacts"]
    assert contact["wa_id"] == PHONE
    assert contact["user_id"] == message["from_user_id"]
    assert contact["user_id"].startswith("IT.")
    assert contact["profile"]["name"]


async def test_person_keeps_id_and_name(graph: GraphClient, receiver: Receiver) -> None:
    await graph.inbound(text="uno", name="Giulia")
    await graph.inbound(text="due")
    first, second = (webhook.value["contacts"] for webhook in receiver.webhooks[-2:])
    assert first == second
    await receiver.receipts_of(await graph.accepted(text()))
    assert receiver.webhooks[-1].value["contacts"] == first


async def test_graph_message_is_completed(graph: GraphClient, receiver: Receiver) -> None:
    reply = {"type": "button_reply", "button_reply": {"id": "confirm", "title": "Conferma"}}
    await graph.inbound(message={"type": "interactive", "interactive": reply, "context": {"id": "wamid.x"}})
    message = receiver.webhooks[-1].message
    assert (message["type"], message["interactive"]) == ("interactive", reply)
    assert message["context"] == {"id": "wamid.x"}
    assert {"from", "from_user_id", "id", "timestamp"} <= set(message)


async def test_own_fields_of_a_message_win(graph: GraphClient, receiver: Receiver) -> None:
    given = sample("in_image")["entry"][0]["changes"][0]["value"]["messages"][0]
    response = await graph.http.post("/graph/_inbound", json={"message": given})
    assert response.json()["wamid"] == given["id"]
    assert receiver.webhooks[-1].message == given


async def test_type_follows_from_the_content(graph: GraphClient, receiver: Receiver) -> None:
    await graph.inbound(message={"location": {"latitude": 45.4, "longitude": 9.2}})
    assert receiver.webhooks[-1].message["type"] == "location"


async def test_bsuid_sender_has_no_phone_anywhere(graph: GraphClient, receiver: Receiver) -> None:
    await graph.inbound(sender="US.13491208655302741918", text="Ciao")
    webhook = receiver.webhooks[-1]
    assert "from" not in webhook.message
    assert webhook.message["from_user_id"] == "US.13491208655302741918"
    assert webhook.value["contacts"] == [
        {"profile": {"name": "Sheena Nelson"}, "user_id": "US.13491208655302741918"}
    ]


async def test_system_message_has_no_contacts(graph: GraphClient, receiver: Receiver) -> None:
    await graph.inbound(message={"type": "system", "system": {"type": "user_changed_number"}})
    assert "contacts" not in receiver.webhooks[-1].value


async def test_bytes_are_escaped_as_meta_does(graph: GraphClient, receiver: Receiver) -> None:
    await graph.inbound(text="Grüße 😀 a/b")
    raw = receiver.webhooks[-1].raw
    assert raw.isascii()
    assert rb"Gr\u00fc\u00dfe \ud83d\ude00 a\/b" in raw


def test_signature_and_escaping_equal_the_vector() -> None:
    vector = sample("vec_wa_signature")
    raw = (SAMPLES / vector["body_file"]).read_bytes()
    assert webhooks.signature(vector["app_secret"], raw) == vector["x_hub_signature_256"]
    assert webhooks.encode(json.loads(raw)) == raw


async def test_other_number_and_address_can_be_named(
    graph: GraphClient, receiver: Receiver, running: Running
) -> None:
    await graph.inbound(text="uno", phone_number_id="106540352242933")
    assert receiver.webhooks[-1].value["metadata"] == {
        "display_phone_number": "15550783882",
        "phone_number_id": "106540352242933",
    }
    report = await graph.inbound(text="due", url=f"{running.receiver_url}/elsewhere")
    assert report["status"] == 200
    assert receiver.webhooks[-1].path == "/elsewhere"


async def test_unreachable_receiver_is_reported(
    graph: GraphClient, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "BACKOFF_FIRST_SECONDS", 0.0)
    unreachable = await graph.http.post(
        "/graph/_inbound", json={"from": PHONE, "text": "x", "url": "http://127.0.0.1:9/hook"}
    )
    assert unreachable.status_code == 502
    assert unreachable.json()["status"] is None
    assert "ConnectError" in unreachable.json()["body"]
    await running.webhooks.settled()


async def test_refused_message_is_reported_and_tried_again(
    graph: GraphClient, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "BACKOFF_FIRST_SECONDS", 0.01)
    receiver.answers[:] = [503]
    report = await graph.inbound(text="Ciao")
    assert report["status"] == 503

    def arrivals() -> list[int]:
        return [
            webhook.status
            for webhook in receiver.webhooks
            for message in webhook.value.get("messages", [])
            if message["id"] == report["wamid"]
        ]

    await receiver.until(lambda: len(arrivals()) == 2)
    assert arrivals() == [503, 200]


@pytest.mark.parametrize(
    "given",
    [
        {"from": PHONE},
        {"from": PHONE, "text": "a", "message": {"type": "text"}},
        {"text": "a"},
        {"from": "somebody", "text": "a"},
        {"from": PHONE, "text": "a", "timestamp": "yesterday"},
        {"from": PHONE, "text": "a", "timestamp": 1793520000000},
        {"from": PHONE, "message": {"timestamp": "soon", "type": "text"}},
        {"from": PHONE, "message": {}},
        {"from": PHONE, "text": "a", "colour": "red"},
        ["from", PHONE],
    ],
)
async def test_unclear_request_is_refused_and_delivers_nothing(
    graph: GraphClient, receiver: Receiver, given: Any
) -> None:
    response = await graph.http.post("/graph/_inbound", json=given)
    assert response.status_code == 422
    assert response.json()["error"]
    assert not [webhook for webhook in receiver.webhooks if "messages" in webhook.value]
