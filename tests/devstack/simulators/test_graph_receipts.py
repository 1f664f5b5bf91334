"""Receipts: shape, order, every mode, and a receiver that is not there yet."""

from __future__ import annotations

from typing import Any

import pytest

from devstack.simulators import receipts, webhooks
from tests.devstack.simulators.graph_client import PHONE, GraphClient, sample, text
from tests.devstack.simulators.receiver import Receiver


def statuses(items: list[dict[str, Any]]) -> list[str]:
    return [item["status"] for item in items]


async def test_receipts_come_in_order_and_in_the_documented_shape(
    graph: GraphClient, receiver: Receiver
) -> None:
    wamid = await graph.accepted(sample("out_text"))
    items = await receiver.receipts_of(wamid)
    assert statuses(items) == ["sent", "delivered", "read"]
    for item, name in zip(items, ("st_sent", "st_delivered", "st_read"), strict=True):
        documented = sample(name)["entry"][0]["changes"][0]["value"]
        (expected,) = documented["statuses"]
        assert item == expected | {"id": wamid, "timestamp": item["timestamp"]}
        (value,) = [w.value for w in receiver.webhooks if w.value["statuses"] == [item]]
        assert value == documented | {"statuses": [item]}
    assert all(isinstance(item["timestamp"], str) for item in items)


async def test_callback_data_is_echoed_in_each_receipt(graph: GraphClient, receiver: Receiver) -> None:
    wamid = await graph.accepted(text(biz_opaque_callback_data="row-1"))
    items = await receiver.receipts_of(wamid)
    assert [item["biz_opaque_callback_data"] for item in items] == ["row-1"] * 3


async def test_receipts_of_a_bsuid_have_no_phone(graph: GraphClient, receiver: Receiver) -> None:
    wamid = await graph.accepted(sample("out_text_to_bsuid"))
    sent, *_ = await receiver.receipts_of(wamid)
    assert "recipient_id" not in sent
    assert sent["recipient_user_id"] == "US.13491208655302741918"
    (contact,) = receiver.webhooks[0].value["contacts"]
    assert set(contact) == {"profile", "user_id"}


async def test_template_is_priced_by_its_category(graph: GraphClient, receiver: Receiver) -> None:
    await graph.control(
        templates={"order_confirmation": {"language": "en_US", "params": 2, "category": "marketing"}}
    )
    wamid = await graph.accepted(sample("out_template_text"))
    sent, delivered, read = await receiver.receipts_of(wamid)
    assert sent["pricing"]["category"] == delivered["pricing"]["category"] == "marketing"
    assert "pricing" not in read


async def test_reaction_is_only_sent(graph: GraphClient, receiver: Receiver) -> None:
    reaction = await graph.accepted(sample("out_reaction"))
    later = await graph.accepted(text())
    await receiver.receipts_of(later)
    assert statuses(receiver.receipts(reaction)) == ["sent"]


async def test_reset_loses_no_receipt(graph: GraphClient, receiver: Receiver) -> None:
    await graph.control(receipt_delay_ms=20)
    wamid = await graph.accepted(text())
    await graph.http.post("/graph/_reset")
    assert statuses(await receiver.receipts_of(wamid)) == ["sent", "delivered", "read"]


async def test_mode_none_sends_nothing(graph: GraphClient, receiver: Receiver) -> None:
    await graph.control(receipts="none")
    silent = await graph.accepted(text())
    await graph.control(receipts="normal")
    await receiver.receipts_of(await graph.accepted(text()))
    assert receiver.receipts(silent) == []


async def test_mode_shuffled_is_complete_but_out_of_order(graph: GraphClient, receiver: Receiver) -> None:
    await graph.control(receipts="shuffled")
    for _ in range(5):
        items = await receiver.receipts_of(await graph.accepted(text()))
        assert sorted(statuses(items)) == ["delivered", "read", "sent"]
        assert statuses(items) != ["sent", "delivered", "read"]


async def test_mode_duplicated_repeats_the_same_bytes(graph: GraphClient, receiver: Receiver) -> None:
    await graph.control(receipts="duplicated")
    wamid = await graph.accepted(text())
    items = await receiver.receipts_of(wamid, 6)
    assert statuses(items) == ["sent", "sent", "delivered", "delivered", "read", "read"]
    ours = [w.raw for w in receiver.webhooks if w.value["statuses"][0]["id"] == wamid]
    assert ours[0] == ours[1]


async def test_mode_late_waits_first(
    graph: GraphClient, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert receipts.LATE_SECONDS == 10
    monkeypatch.setattr(receipts, "LATE_SECONDS", 0.4)
    await graph.control(receipts="late")
    late = await graph.accepted(text())
    await graph.control(receipts="normal")
    prompt = await graph.accepted(text())
    await receiver.receipts_of(prompt)
    assert receiver.receipts(late) == []
    assert statuses(await receiver.receipts_of(late)) == ["sent", "delivered", "read"]


async def test_accepted_message_can_fail_later(graph: GraphClient, receiver: Receiver) -> None:
    await graph.control(fail_later=[{"code": 131026}])
    wamid = await graph.accepted(text(to="+16505551234"))
    (failed,) = await receiver.receipts_of(wamid, 1)
    documented = sample("st_failed_131026")["entry"][0]["changes"][0]["value"]
    (expected,) = documented["statuses"]
    assert failed == expected | {"id": wamid, "timestamp": failed["timestamp"]}
    (value,) = [w.value for w in receiver.webhooks if w.value["statuses"] == [failed]]
    assert "contacts" not in value
    assert statuses(await receiver.receipts_of(await graph.accepted(text()))) == ["sent", "delivered", "read"]


async def test_refused_receipts_are_tried_again_until_accepted(
    graph: GraphClient, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "BACKOFF_FIRST_SECONDS", 0.01)
    await graph.control(receipts="none")
    receiver.answers[:] = [503, 500, 404]
    await graph.control(receipts="normal")
    wamid = await graph.accepted(text(to=f"+{PHONE}"))
    assert statuses(await receiver.receipts_of(wamid)) == ["sent", "delivered", "read"]


async def test_receipts_are_given_up_after_the_last_try(
    graph: GraphClient, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "BACKOFF_FIRST_SECONDS", 0.0)
    receiver.answers[:] = [503] * webhooks.TRIES
    wamid = await graph.accepted(sample("out_reaction"))
    await receiver.until(lambda: len(receiver.receipts(wamid, accepted_only=False)) == webhooks.TRIES)
    await receiver.receipts_of(await graph.accepted(text()))
    assert receiver.receipts(wamid) == []


def test_backoff_spans_a_restart() -> None:
    pauses = [
        min(webhooks.BACKOFF_FIRST_SECONDS * 2**n, webhooks.BACKOFF_MAX_SECONDS)
        for n in range(webhooks.TRIES - 1)
    ]
    assert 30 <= sum(pauses) <= 60
