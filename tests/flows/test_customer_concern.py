"""A person is asked for wherever patience ends, also where no understanding read the words."""

from __future__ import annotations

import pytest

from tests.flows.phone import Phone


async def test_a_threat_beside_an_address_is_heard_and_told(newcomer: Phone) -> None:
    await newcomer.tap(await newcomer.add_id("T06"))
    answer = await newcomer.say("via Dante 7, 20121 Milano", "e se non arriva vi denuncio alla polizia")
    assert answer.decision.escalation == "legal"
    assert await newcomer.escalations() == ["legal"]


async def test_the_same_thing_said_three_times_calls_a_person_once(phone: Phone) -> None:
    first = await phone.say("a che ora aprite il sabato?")
    again = await phone.say("A che ora aprite il sabato")
    assert (first.decision.escalation, again.decision.escalation) == (None, None)
    third = await phone.say("a che ora aprite il sabato???")
    assert third.decision.escalation == "repeated"
    assert "collega" in third.text
    assert await phone.escalations() == ["repeated"]
    assert (await phone.say("a che ora aprite il sabato?")).decision.escalation is None
    assert await phone.value("select understood ->> 'concern' from turns order by finished_at limit 1") == ""


@pytest.mark.parametrize("text", ["ok", "confermo", "catalogo", "menu"])
async def test_what_people_say_often_calls_nobody(phone: Phone, text: str) -> None:
    for _ in range(4):
        assert (await phone.say(text)).decision.escalation is None
