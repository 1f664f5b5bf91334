"""Sending through the simulated Graph API: what is accepted, what is answered, what the log says."""

from __future__ import annotations

import base64
import time

import pytest

from tests.devstack.simulators.graph_client import HEADERS, PHONE, GraphClient, sample, text
from tests.devstack.simulators.receiver import Receiver

SENDS = [
    *("out_text", "out_text_reply_with_callback", "out_text_to_bsuid", "out_image_id", "out_image_link"),
    *("out_video", "out_document", "out_audio_voice", "out_sticker", "out_location", "out_contacts"),
    *("out_reaction", "out_template_text", "out_template_named_media_buttons", "out_interactive_buttons"),
    *("out_interactive_list", "out_interactive_cta_url", "out_interactive_flow", "out_interactive_product"),
    *("out_interactive_location_request", "out_interactive_product_list"),
    "out_interactive_request_contact_info",
]


@pytest.mark.parametrize("name", SENDS)
async def test_every_documented_message_is_accepted(graph: GraphClient, name: str) -> None:
    await graph.accepted(sample(name))


async def test_answer_has_the_documented_shape(graph: GraphClient) -> None:
    answer = (await graph.send(sample("out_text"))).json()
    expected = sample("resp_send_phone")
    expected["messages"][0]["id"] = answer["messages"][0]["id"]
    assert answer == expected


async def test_answer_for_a_bsuid_has_no_phone(graph: GraphClient) -> None:
    answer = (await graph.send(sample("out_text_to_bsuid"))).json()
    expected = sample("resp_send_bsuid")
    expected["messages"][0]["id"] = answer["messages"][0]["id"]
    assert answer == expected


async def test_phone_wins_over_bsuid_when_both_are_given(graph: GraphClient) -> None:
    answer = (await graph.send(text(recipient="IT.123"))).json()
    assert answer["contacts"] == [{"input": f"+{PHONE}", "wa_id": PHONE}]


async def test_template_answer_has_a_status(graph: GraphClient) -> None:
    answer = (await graph.send(sample("out_template_text"))).json()
    assert answer["messages"][0]["message_status"] == "accepted"


async def test_message_ids_are_unique_and_opaque_base64(graph: GraphClient) -> None:
    ids = [await graph.accepted(text(to=f"+39333000{n:04}")) for n in range(20)]
    assert len(set(ids)) == 20
    assert all(wamid.startswith("wamid.HBgM") and base64.b64decode(wamid[6:]) for wamid in ids)


@pytest.mark.parametrize("name", ["out_mark_read", "out_mark_read_typing"])
async def test_read_marks_are_answered_and_logged(graph: GraphClient, receiver: Receiver, name: str) -> None:
    response = await graph.send(sample(name))
    assert (response.status_code, response.json()) == (200, sample("resp_success_true"))
    (entry,) = await graph.log()
    assert (entry["status"], entry["wamid"], entry["body"]) == (200, None, sample(name))
    assert receiver.receipts(sample(name)["message_id"]) == []


@pytest.mark.parametrize(
    ("given", "reached"),
    [
        ("+39 333 111-2223", "393331112223"),
        ("+1 (650) 555-1234", "16505551234"),
        ("393331112223", "1393331112223"),
        ("39 333 111-2223", "1393331112223"),
        ("6505551234", "16505551234"),
        ("03331112223", "103331112223"),
        ("+6581234567", "6581234567"),
    ],
)
async def test_number_without_plus_gets_the_country_code_of_the_business(
    graph: GraphClient, given: str, reached: str
) -> None:
    answer = (await graph.send(text(to=given))).json()
    assert answer["contacts"] == [{"input": given, "wa_id": reached}]


async def test_number_that_wrote_to_us_needs_no_plus(graph: GraphClient, receiver: Receiver) -> None:
    await graph.inbound(sender="6581234567", text="hello")
    answer = (await graph.send(text(to="6581234567"))).json()
    assert answer["contacts"][0]["wa_id"] == "6581234567"


async def test_log_holds_everything_oldest_first(graph: GraphClient) -> None:
    began = time.time()
    wamid = await graph.accepted(text("uno"))
    await graph.refusal(text("x" * 5000))
    await graph.http.post("/graph/v26.0/106540352242922/messages", content=b"not json", headers=HEADERS)
    await graph.http.get("/graph/v26.0/106540352242922", headers=HEADERS)
    entries = await graph.log()
    assert [set(entry) for entry in entries] == [{"at", "path", "body", "status", "wamid"}] * 4
    assert [entry["status"] for entry in entries] == [200, 400, 400, 200]
    assert [entry["wamid"] for entry in entries] == [wamid, None, None, None]
    assert [entry["path"] for entry in entries] == [
        *["/v26.0/106540352242922/messages"] * 3,
        "/v26.0/106540352242922",
    ]
    assert entries[0]["body"] == text("uno")
    assert [entries[2]["body"], entries[3]["body"]] == [None, None]
    times = [entry["at"] for entry in entries]
    assert all(isinstance(at, float) for at in times)
    assert began <= times[0] <= times[-1] <= time.time()
    assert times == sorted(times)


async def test_log_can_be_read_in_parts(graph: GraphClient) -> None:
    for n in range(4):
        await graph.accepted(text(str(n), to=f"+3933300000{n % 2}0"))
    assert [entry["body"]["text"]["body"] for entry in await graph.log(since=2)] == ["2", "3"]
    ours = await graph.log(to="+393330000010")
    assert [entry["body"]["text"]["body"] for entry in ours] == ["1", "3"]
    assert (await graph.http.get("/graph/_log")).headers["X-Log-Next"] == "4"
    assert (await graph.http.get("/graph/_log?since=last")).status_code == 422


async def test_reset_empties_the_log_and_restores_defaults(graph: GraphClient) -> None:
    await graph.control(receipts="none", latency_ms=5, fail_next=[{"code": 131000}], window="closed")
    await graph.refusal(text())
    assert (await graph.http.post("/graph/_reset")).status_code == 200
    assert await graph.log() == []
    state = (await graph.http.get("/graph/_control")).json()
    assert (state["receipts"], state["latency_ms"], state["fail_next"]) == ("normal", 0, [])
    await graph.accepted(text())


async def test_unknown_number_version_and_token_are_refused(graph: GraphClient) -> None:
    unknown = (await graph.send(text(), number="1")).json()["error"]
    expected = sample("err_100_33_unknown_phone_id")["error"]
    assert unknown | {"fbtrace_id": "AbC"} == expected
    ended = await graph.send(text(), version="v20.0")
    assert (ended.status_code, ended.json()["error"]["code"]) == (400, 2500)
    for headers in ({}, {"Authorization": "Basic x"}):
        refused = await graph.http.post("/graph/v26.0/106540352242922/messages", json=text(), headers=headers)
        body = refused.json()["error"] | {"fbtrace_id": "AbC"}
        assert (refused.status_code, body) == (401, sample("err_190_malformed_token")["error"])


async def test_business_number_describes_itself(graph: GraphClient) -> None:
    described = (await graph.http.get("/graph/v26.0/106540352242933", headers=HEADERS)).json()
    assert described["display_phone_number"] == "15550783882"


async def test_second_number_sends(graph: GraphClient, receiver: Receiver) -> None:
    response = await graph.send(text(), number="106540352242933")
    await receiver.receipts_of(response.json()["messages"][0]["id"])
    assert {webhook.value["metadata"]["phone_number_id"] for webhook in receiver.webhooks} == {
        "106540352242933"
    }
