"""The shop as a whole: breaks, a person, help; and messages that hold several things."""

from __future__ import annotations

import pytest

from processors.dealer import respond
from processors.errors import BadRequest
from tests.factories import make_turn
from tests.processors.shop import MILANO, ZAMPA, Shop


async def test_a_break_keeps_new_offers_away(shop: Shop) -> None:
    for away, back in (("pausa", "riapro"), ("closing now", "we're back"), ("tutup", "buka lagi")):
        assert (await shop.say(MILANO, away)).outcomes == ["paused"], away
        code = await shop.order(("T01", 1))
        offers = await shop.rows(
            "select 1 from order_offers o join market_orders m on m.id = o.market_order_id where m.code = $1",
            code,
        )
        assert len(offers) == 1
        assert (await shop.say(MILANO, back)).outcomes == ["resumed"], back
        assert await shop.value("select count(*) from dealers where paused") == 0


async def test_a_person_is_called(shop: Shop) -> None:
    told = await shop.say(ZAMPA, "voglio parlare con un operatore")
    assert told.decision.escalation == "asked"
    assert told.bubbles
    assert (
        await shop.value("select count(*) from escalations where reason = 'asked' and status = 'open'") == 2
    )


async def test_what_is_not_understood_gets_help(shop: Shop) -> None:
    for words in ("boh", "🙂", "?", "la mia nonna fa i ravioli", "a" * 4000):
        told = await shop.say(ZAMPA, words)
        assert told.outcomes == []
        assert len(told.bubbles) == 1
        assert told.ids == ["menu:orders"]


async def test_a_greeting_and_help_show_what_works(shop: Shop) -> None:
    for words in ("ciao", "aiuto", "help", "halo"):
        assert "«ordini»" in (await shop.say(ZAMPA, words)).text


async def test_several_messages_are_answered_in_one_turn(shop: Shop) -> None:
    await shop.order(("T01", 1))
    told = await shop.say(ZAMPA, "accetto", "finite le pettorine", "quante museruole ho?")
    assert told.outcomes == ["accepted", "updated"]
    assert "Museruola" in told.text


async def test_thanks_change_nothing(shop: Shop) -> None:
    await shop.order(("T01", 1))
    assert (await shop.say(ZAMPA, "grazie mille")).outcomes == []


async def test_a_message_without_words_is_answered(shop: Shop) -> None:
    await shop.ingest(ZAMPA, "", type="sticker", payload={"media": {"id": "1", "mime_type": "image/webp"}})
    assert (await shop.answer(ZAMPA)).bubbles


async def test_a_voice_note_counts_by_its_transcript(shop: Shop) -> None:
    await shop.ingest(ZAMPA, "", type="audio")
    await shop.admin.execute(
        "update whatsapp_messages set transcript = 'finite le pettorine' where type = 'audio'"
    )
    assert (await shop.answer(ZAMPA)).outcomes == ["updated"]


async def test_whoever_is_no_dealer_is_refused(shop: Shop) -> None:
    with pytest.raises(BadRequest):
        await respond(make_turn("accetto"), shop.services)
