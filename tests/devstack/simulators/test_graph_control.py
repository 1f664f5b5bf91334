"""The switches of the Graph simulator."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from tests.devstack.simulators.graph_client import HEADERS, GraphClient, sample, text
from tests.devstack.simulators.receiver import Receiver


async def test_fail_next_is_used_up_by_sends_only_and_in_order(graph: GraphClient) -> None:
    await graph.control(fail_next=[{"status": 500, "code": 131000}, {"status": 429, "code": 130429}])
    assert (await graph.send(sample("out_mark_read"))).status_code == 200
    await graph.http.get("/graph/v26.0/106540352242922", headers=HEADERS)
    first, second = await graph.refusal(text()), await graph.refusal(text("x" * 5000))
    assert [(e["http"], e["code"]) for e in (first, second)] == [(500, 131000), (429, 130429)]
    await graph.accepted(text())
    assert [entry["status"] for entry in await graph.log()] == [200, 200, 500, 429, 200]


@pytest.mark.parametrize(
    "name",
    [
        *("err_131000_unknown", "err_131016_unavailable", "err_131026_undeliverable", "err_131031_locked"),
        *("err_131042_payment", "err_131048_spam", "err_190_token_expired", "err_4_app_rate"),
    ],
)
async def test_scripted_failure_has_the_documented_body(graph: GraphClient, name: str) -> None:
    expected = sample(name)["error"]
    await graph.control(fail_next=[{"code": expected["code"]}])
    error = await graph.refusal(text())
    error.pop("http")
    assert error | {"fbtrace_id": expected["fbtrace_id"]} == expected


async def test_unusual_status_and_code_are_taken_as_given(graph: GraphClient) -> None:
    await graph.control(fail_next=[{"status": 502, "code": 999999}])
    error = await graph.refusal(text())
    assert (error["http"], error["code"]) == (502, 999999)


async def test_hanging_sends_are_accepted_and_get_receipts_but_no_answer(
    graph: GraphClient, receiver: Receiver
) -> None:
    await graph.control(accept_then_hang=2)
    for n in range(2):
        with pytest.raises(httpx.ReadTimeout):
            await graph.http.post(
                "/graph/v26.0/106540352242922/messages",
                json=text(f"{n}", biz_opaque_callback_data=f"row-{n}"),
                headers=HEADERS,
                timeout=httpx.Timeout(30, read=0.3),
            )
    await graph.accepted(text("2"))
    entries = await graph.log()
    assert [entry["status"] for entry in entries] == [None, None, 200]
    for n, entry in enumerate(entries[:2]):
        items = await receiver.receipts_of(entry["wamid"])
        assert [item["biz_opaque_callback_data"] for item in items] == [f"row-{n}"] * 3


async def test_refused_send_does_not_use_up_a_hang(graph: GraphClient) -> None:
    await graph.control(accept_then_hang=1)
    await graph.refusal(text(""))
    assert (await graph.http.get("/graph/_control")).json()["accept_then_hang"] == 1


async def test_latency_delays_answers(graph: GraphClient) -> None:
    await graph.control(latency_ms=150)
    began = time.monotonic()
    await graph.accepted(text())
    assert time.monotonic() - began >= 0.15


async def test_control_merges_and_null_restores_a_default(graph: GraphClient) -> None:
    await graph.control(receipts="late", latency_ms=3)
    assert (await graph.control(latency_ms=4))["receipts"] == "late"
    assert (await graph.control(receipts=None))["receipts"] == "normal"


@pytest.mark.parametrize(
    "patch",
    [
        {"latency": 5},
        {"receipts": "sometimes"},
        {"accept_then_hang": -1},
        {"fail_next": [{"status": 200}]},
        {"fail_next": "all"},
        {"window": "ajar"},
        {"to": "393331112223"},
        {"window": "closed", "to": 39},
        ["latency_ms"],
    ],
)
async def test_control_that_makes_no_sense_is_refused_and_changes_nothing(
    graph: GraphClient, patch: Any
) -> None:
    before = (await graph.http.get("/graph/_control")).json()
    response = await graph.http.post("/graph/_control", json=patch)
    assert response.status_code == 422
    assert response.json()["error"]
    assert (await graph.http.get("/graph/_control")).json() == before


async def test_index_and_health_tell_what_there_is(http: httpx.AsyncClient) -> None:
    index = (await http.get("/")).text
    for route in (
        "/graph/_inbound",
        "/graph/_control",
        "/openai/_control",
        "/fcm/_control",
        "_log",
        "_reset",
    ):
        assert route in index
    health = (await http.get("/health")).json()
    assert health["status"] == "ok"
    assert isinstance(health["webhooks_pending"], int)
