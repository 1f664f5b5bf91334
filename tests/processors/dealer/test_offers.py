"""Offers: told, accepted, declined, lost, expired; by taps and by words, through the database."""

from __future__ import annotations

import asyncio

from tests.processors.shop import CUSTOMER, MILANO, ZAMPA, Shop

SHAMPOO = ("T01", 2)
"""Two of the three dealers have it."""


async def test_the_first_yes_wins_the_others_and_the_customer_are_told(shop: Shop) -> None:
    code = await shop.order(SHAMPOO)
    assert await shop.announce() == 2
    (offer,) = await shop.heard(ZAMPA)
    assert code in offer["text"]
    assert "2 × Shampoo delicato per cani all'avena" in offer["text"]
    told = await shop.tap(ZAMPA, offer["buttons"][0]["id"])

    assert told.outcomes == ["accepted"]
    assert code in told.text
    order = await shop.value("select id from market_orders where code = $1", code)
    assert told.ids == [f"status:preparing:{order}", f"status:ready:{order}", f"change:ask:{order}"]

    late = await shop.tap(MILANO, f"offer:accept:{await shop.offer_of(MILANO, code)}")
    assert late.outcomes == ["lost"]
    await shop.announce()
    assert "altro negozio" in (await shop.heard(MILANO))[-1]["text"]
    assert "Zampa Felice" in (await shop.heard(CUSTOMER))[-1]["text"]

    dealers = await shop.rows("select dealer_id, status from market_orders where code = $1", code)
    assert [(str(d["dealer_id"])[-2:], d["status"]) for d in dealers] == [("42", "accepted")]
    pushes = await shop.rows(
        "select n.kind, n.audience, count(d.id) as devices from notifications n "
        "left join notification_deliveries d on d.notification_id = n.id group by n.id"
    )
    assert [(p["kind"], p["audience"], p["devices"]) for p in pushes] == [("new_order", "rider", 1)]


async def test_one_open_offer_is_accepted_in_words(shop: Shop) -> None:
    for words in ("accetto", "ok accetto la {number}", "{code} sì", "va bene", "I'll take it", "terima"):
        code = await shop.order(SHAMPOO)
        await shop.announce()
        told = await shop.say(ZAMPA, words.format(code=code, number=code[1:]))
        assert told.outcomes == ["accepted"], words
        assert told.decision.intent == "dealer_offer"


async def test_an_offer_is_declined_in_words(shop: Shop) -> None:
    for words in ("rifiuto", "no non posso", "no", "{code} no", "tidak bisa", "I can't"):
        code = await shop.order(SHAMPOO)
        await shop.announce()
        assert (await shop.say(ZAMPA, words.format(code=code))).outcomes == ["declined"], words


async def test_a_no_passes_the_order_on(shop: Shop) -> None:
    await shop.order(SHAMPOO)
    await shop.announce()
    assert (await shop.say(MILANO, "rifiuto")).outcomes == ["declined"]
    # The reservation moved to the dealer who is still thinking.
    assert (await shop.stock(MILANO, "T01"))[1] == 0
    assert (await shop.stock(ZAMPA, "T01"))[1] == 2

    assert (await shop.say(ZAMPA, "rifiuto")).outcomes == ["declined"]
    await shop.announce()
    assert "collega" in (await shop.heard(CUSTOMER))[-1]["text"]
    assert await shop.value("select reason from escalations where reason = 'no_dealer'") == "no_dealer"


async def test_silence_passes_the_order_on(shop: Shop) -> None:
    code = await shop.order(SHAMPOO)
    await shop.announce()
    await shop.admin.execute(
        "update order_offers set expires_at = now() - interval '1 second' where outcome = 'pending'"
    )
    assert await shop.services.store.call("expire_offers", {}) == 1
    await shop.announce()
    assert "scaduto" in (await shop.heard(MILANO))[-1]["text"]
    assert "collega" in (await shop.heard(CUSTOMER))[-1]["text"]

    told = await shop.say(MILANO, f"accetto {code}")
    assert told.outcomes == ["expired"]
    assert code in told.text


async def test_of_many_at_once_exactly_one_wins(shop: Shop) -> None:
    code = await shop.order(SHAMPOO)
    await shop.announce()
    both = await asyncio.gather(
        *[shop.tap(phone, f"offer:accept:{await shop.offer_of(phone, code)}") for phone in (MILANO, ZAMPA)]
    )
    assert sorted(outcome for told in both for outcome in told.outcomes) == ["accepted", "lost"]


async def test_a_second_tap_says_that_it_is_theirs_already(shop: Shop) -> None:
    code = await shop.order(SHAMPOO)
    choice = f"offer:accept:{await shop.offer_of(ZAMPA, code)}"
    await shop.tap(ZAMPA, choice)
    assert (await shop.tap(ZAMPA, choice)).outcomes == ["already"]
    told = await shop.say(ZAMPA, f"accetto {code}")
    assert told.outcomes == []
    assert "già tuo" in told.text


async def test_with_several_offers_the_dealer_is_asked_which(shop: Shop) -> None:
    first, second = await shop.order(SHAMPOO), await shop.order(("C07", 1), phone="393470000001")
    await shop.announce()
    asked = await shop.say(ZAMPA, "accetto")
    assert asked.outcomes == []
    assert asked.ids == [f"offer:accept:{await shop.offer_of(ZAMPA, code)}" for code in (first, second)]
    assert asked.bubbles[0]["kind"] == "list"

    # The code alone answers the question.
    told = await shop.say(ZAMPA, second[1:])
    assert told.outcomes == ["accepted"]
    assert second in told.text


async def test_several_answers_in_one_message(shop: Shop) -> None:
    first, second = await shop.order(SHAMPOO), await shop.order(("C07", 1), phone="393470000001")
    told = await shop.say(ZAMPA, f"accetto la {first[1:]} e rifiuto la {second[1:]}")
    assert told.outcomes == ["accepted", "declined"]


async def test_two_taps_in_one_turn_are_both_done(shop: Shop) -> None:
    first, second = await shop.order(SHAMPOO), await shop.order(("C07", 1), phone="393470000001")
    for code in (first, second):
        await shop.ingest(ZAMPA, choice=f"offer:accept:{await shop.offer_of(ZAMPA, code)}")
    told = await shop.answer(ZAMPA)
    assert told.outcomes == ["accepted", "accepted"]


async def test_a_courtesy_accepts_nothing(shop: Shop) -> None:
    await shop.say(ZAMPA, "disponibili 5 pettini antipulci")
    code = await shop.order(SHAMPOO)
    # The offer has not been told yet: this "ok" answers what was said before.
    told = await shop.say(ZAMPA, "ok")
    assert told.outcomes == []
    assert told.ids[0] == f"offer:accept:{await shop.offer_of(ZAMPA, code)}"


async def test_an_offer_not_yet_told_is_not_accepted_for_the_one_that_was(shop: Shop) -> None:
    first = await shop.order(SHAMPOO)
    await shop.announce()
    await shop.tap(MILANO, f"offer:accept:{await shop.offer_of(MILANO, first)}")
    await shop.order(("C07", 1), phone="393470000001")
    assert (await shop.say(ZAMPA, "ok")).outcomes == []


async def test_a_yes_to_nothing_is_a_courtesy(shop: Shop) -> None:
    told = await shop.say(ZAMPA, "ok")
    assert (told.outcomes, told.text) == ([], "👍")


async def test_too_little_stock_says_so_and_passes_on(shop: Shop) -> None:
    code = await shop.order(SHAMPOO)
    await shop.admin.execute(
        "update dealer_stock set on_hand = 1 where dealer_id::text like '%42' and on_hand = 60"
    )
    told = await shop.say(ZAMPA, "accetto")
    assert told.outcomes == ["no_stock"]
    assert code in told.text


async def test_nobody_accepts_for_somebody_else(shop: Shop) -> None:
    code = await shop.order(SHAMPOO)
    told = await shop.tap(MILANO, f"offer:accept:{await shop.offer_of(ZAMPA, code)}")
    assert told.outcomes == ["not_found"]


async def test_unknown_codes_and_empty_boards_are_answered(shop: Shop) -> None:
    assert "D9999" in (await shop.say(ZAMPA, "accetto D9999")).text
    assert "non ci sono ordini" in (await shop.say(ZAMPA, "rifiuto")).text


async def test_a_code_alone_shows_the_offer(shop: Shop) -> None:
    code = await shop.order(SHAMPOO)
    told = await shop.say(ZAMPA, code)
    offer = await shop.offer_of(ZAMPA, code)
    order = await shop.value("select id from market_orders where code = $1", code)
    assert told.ids == [f"offer:accept:{offer}", f"offer:decline:{offer}", f"change:ask:{order}"]
    total = await shop.value("select total_price from market_orders where code = $1", code)
    assert f"{total:.2f}".replace(".", ",") + " €" in told.text


async def test_the_dealers_language_is_spoken(shop: Shop) -> None:
    for language, words in (("en", "yours"), ("id", "milik Anda")):
        await shop.order(SHAMPOO)
        assert words in (await shop.say(ZAMPA, "accetto", language=language)).text
