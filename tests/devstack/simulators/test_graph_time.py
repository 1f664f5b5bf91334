"""The 24 h window, the pair rate and the throughput, over the wire and by the clock."""

from __future__ import annotations

import asyncio
import time

import pytest

from devstack.simulators.pacing import PairRate, Throughput, Windows
from tests.devstack.simulators.graph_client import PHONE, GraphClient, sample, text
from tests.devstack.simulators.receiver import Receiver

HOUR = 3600
NUMBER = "106540352242922"


async def test_stranger_counts_as_inside_the_window(graph: GraphClient) -> None:
    await graph.accepted(text())


@pytest.mark.parametrize(("hours_ago", "is_open"), [(23.9, True), (24.1, False)])
async def test_message_of_a_customer_opens_a_real_window(
    graph: GraphClient, receiver: Receiver, hours_ago: float, is_open: bool
) -> None:
    await graph.inbound(text="Ciao", timestamp=int(time.time() - hours_ago * HOUR))
    response = await graph.send(text())
    assert (response.status_code == 200) is is_open


async def test_older_message_does_not_shorten_the_window(graph: GraphClient, receiver: Receiver) -> None:
    await graph.inbound(text="now")
    await graph.inbound(text="late", timestamp=int(time.time() - 30 * HOUR))
    await graph.accepted(text())


async def test_closed_window_refuses_all_but_templates(graph: GraphClient, receiver: Receiver) -> None:
    await graph.control(window="closed", to=f"+{PHONE}")
    error = await graph.refusal(text())
    expected = sample("err_131047_window")["error"]
    assert error | {"fbtrace_id": expected["fbtrace_id"]} == expected | {"http": 400}
    await graph.accepted(sample("out_template_text") | {"to": PHONE})
    await graph.accepted(text(to="+393339999999"))
    await graph.inbound(text="Ciao")
    await graph.accepted(text())


async def test_window_can_be_closed_for_all_and_opened_again(graph: GraphClient, receiver: Receiver) -> None:
    await graph.inbound(text="Ciao")
    await graph.control(window="closed")
    assert (await graph.refusal(text()))["code"] == 131047
    assert (await graph.refusal(text(to="+393339999999")))["code"] == 131047
    await graph.control(window="open", to=PHONE)
    await graph.accepted(text())
    assert (await graph.refusal(text(to="+393339999999")))["code"] == 131047
    await graph.control(window="open")
    await graph.accepted(text(to="+393339999999"))


async def test_window_belongs_to_the_business_number(graph: GraphClient, receiver: Receiver) -> None:
    await graph.control(window="closed", to=PHONE)
    await graph.inbound(text="Ciao", phone_number_id="106540352242933")
    assert (await graph.refusal(text()))["code"] == 131047
    assert (await graph.send(text(), number="106540352242933")).status_code == 200


async def test_phone_and_bsuid_of_a_person_share_a_window(graph: GraphClient, receiver: Receiver) -> None:
    await graph.inbound(text="Ciao")
    bsuid = receiver.webhooks[-1].message["from_user_id"]
    await graph.control(window="closed", to=bsuid)
    assert (await graph.refusal(text()))["code"] == 131047


async def test_burst_of_45_to_one_person_then_the_pair_rate(graph: GraphClient) -> None:
    await graph.control(receipts="none")
    for n in range(45):
        await graph.accepted(text(str(n)))
    error = await graph.refusal(text())
    expected = sample("err_131056_pair_rate")["error"]
    assert error | {"fbtrace_id": expected["fbtrace_id"]} == expected | {"http": 400}
    await graph.accepted(text(to="+393339999999"))
    await graph.control(pair_rate=False)
    await graph.accepted(text())


async def test_more_than_the_throughput_of_a_number_is_refused(graph: GraphClient) -> None:
    assert (await graph.http.get("/graph/_control")).json()["throughput_mps"] == 80
    await graph.control(receipts="none", throughput_mps=5)
    answers = await asyncio.gather(*(graph.send(text(to=f"+3933300{n:05}")) for n in range(40)))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    expected = sample("err_130429_throughput")["error"]
    assert refused[0].json()["error"] | {"fbtrace_id": expected["fbtrace_id"]} == expected
    assert (await graph.send(text(), number="106540352242933")).status_code == 200
    await graph.control(throughput_mps=0)
    await graph.accepted(text())


def test_pair_rate_gives_one_message_back_every_six_seconds() -> None:
    pairs = PairRate()
    now = 1_795_000_000.25
    for _ in range(45):
        assert pairs.allows(NUMBER, "IT.1", now)
        pairs.count(NUMBER, "IT.1", now)
    assert not pairs.allows(NUMBER, "IT.1", now + 5.9)
    assert pairs.allows(NUMBER, "IT.1", now + 6.1)
    pairs.count(NUMBER, "IT.1", now + 6.1)
    assert not pairs.allows(NUMBER, "IT.1", now + 6.2)
    assert pairs.allows("another number", "IT.1", now)


def test_throughput_counts_the_last_second() -> None:
    throughput = Throughput()
    for n in range(80):
        assert throughput.allows(NUMBER, 100 + n / 100, per_second=80)
        throughput.count(NUMBER, 100 + n / 100)
    assert not throughput.allows(NUMBER, 100.99, per_second=80)
    assert throughput.allows(NUMBER, 101.0, per_second=80)


def test_window_ends_24_hours_after_the_message() -> None:
    windows = Windows()
    windows.customer_wrote(NUMBER, "IT.1", 1000)
    assert windows.is_open(NUMBER, "IT.1", 1000 + 24 * HOUR - 1)
    assert not windows.is_open(NUMBER, "IT.1", 1000 + 24 * HOUR)
