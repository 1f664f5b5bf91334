"""What every answer shares: opt-out, language, privacy notice, one bubble."""

from __future__ import annotations

import pytest

from processors import dealer, router
from processors.model import Decision
from tests.factories import make_business, make_contact, make_dealer, make_message, make_turn
from tests.flows.phone import Phone


@pytest.mark.parametrize("word", ["STOP", "Alt", "berhenti", "stop!"])
async def test_stop_is_confirmed_once_and_then_there_is_silence(phone: Phone, word: str) -> None:
    await phone.say("Ciao")
    answer = await phone.say(word)
    assert len(answer.bubbles) == 1
    assert "START" in answer.text
    assert await phone.value("select opted_out_at from contacts where phone = $1", phone.number) is not None
    for text in ("Ciao", word, "menu"):
        silent = await phone.say(text)
        assert silent.bubbles == ()
    back = await phone.say("START")
    assert len(back.bubbles) == 1
    assert await phone.value("select opted_out_at from contacts where phone = $1", phone.number) is None
    assert (await phone.say("Ciao")).bubbles


async def test_the_last_wish_of_a_turn_counts(phone: Phone) -> None:
    await phone.say("Ciao")
    out = await phone.say("Ciao", "START", "stop")
    assert out.decision.preference == "opt_out"
    back = await phone.say("vorrei ordinare", "start", "menu")
    assert back.decision.preference == "opt_in"
    assert len(back.bubbles) == 1
    assert "Catalogo" in back.choices


async def test_a_sentence_with_stop_is_no_opt_out(phone: Phone) -> None:
    answer = await phone.say("come stop al tappeto cosa avete?")
    assert answer.decision.preference is None
    assert answer.bubbles


async def test_the_language_is_kept_and_follows_a_clear_switch(phone: Phone) -> None:
    assert (await phone.say("Good morning, how are you?")).decision.language == "en"
    kept = await phone.say("ok 👍")
    assert kept.decision.language == "en"
    assert await phone.value("select language from contacts where phone = $1", phone.number) == "en"
    tapped = await phone.tap("menu:show", "Il menu")
    assert tapped.decision.language == "en"
    assert "This is what I can do" in tapped.text
    assert (await phone.say("Buongiorno, vorrei parlare in italiano")).decision.language == "it"
    assert (await phone.say("halo kak, selamat siang, apa kabar?")).decision.language == "id"


async def test_a_language_the_business_does_not_speak_is_not_spoken() -> None:
    turn = make_turn(
        "hello, do you have something for my dog?",
        language=None,
        business=make_business(languages=("it",)),
    )
    assert router.language_of(turn) == "it"


async def test_the_privacy_notice_waits_for_a_bubble_it_fits_into(phone: Phone) -> None:
    first = await phone.tap(await phone.add_id("T06"))
    assert first.outcomes == ("proposed",)
    assert first.text.count("STOP") == 1
    assert first.decision.privacy_noticed
    assert len(first.text) <= 1024


@pytest.mark.parametrize("kind", ["menu", "order_flow", "onboarding"])
async def test_bots_to_come_are_honest_and_call_a_person(phone: Phone, kind: str) -> None:
    turn = make_turn(
        "Ciao", business=make_business(bot_kind=kind), contact=make_contact(privacy_noticed=False)
    )
    decision = await router.respond(turn, phone.services)
    assert len(decision.replies) == 1
    assert decision.escalation == "asked"
    assert decision.privacy_noticed


async def test_who_forwards_a_job_offer_hears_which_tricks_are_in_it(phone: Phone) -> None:
    await phone.admin.execute("update businesses set bot_kind = 'scam_check'")
    assert "Forward me" in (await phone.say("Good morning, how are you?")).text
    warned = await phone.say(
        "Home based assistant: receive packages at your door and ship them abroad, $4,000 monthly.",
        "Before your first day send a photo of your ID and your online banking password.",
    )
    assert len(warned.bubbles) == 1
    assert "parcels" in warned.text
    assert "passwords" in warned.text
    calm = await phone.say(
        "Line cook, $20 an hour, contract from day one, come to the restaurant for an interview."
    )
    assert "no guarantee" in calm.text
    assert (await phone.say("operator")).decision.escalation == "asked"
    await phone.admin.execute("update businesses set bot_kind = 'commerce'")


async def test_a_dealer_s_conversation_goes_to_the_dealer_s_processor() -> None:
    turn = make_turn("ordini", conversation_type="dealer", dealer=make_dealer())
    assert router.processor_of(turn) is dealer.respond
    assert router.processor_of(make_turn("ordini")) is not dealer.respond


def test_start_words_of_daily_speech_mean_start_only_to_who_is_out() -> None:
    messages = (make_message("mulai"),)
    assert router.preference_in(messages, opted_out=False)[0] is None
    assert router.preference_in(messages, opted_out=True)[0] == "opt_in"
    assert router.preference_in((make_message("START"),), opted_out=False)[0] == "opt_in"


async def test_an_opted_out_contact_gets_an_empty_decision(phone: Phone) -> None:
    turn = make_turn("Ciao", contact=make_contact(opted_out=True))
    assert await router.respond(turn, phone.services) == Decision()
