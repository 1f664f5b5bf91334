"""Orders under way: moved by taps and words, shown, and never moved back."""

from __future__ import annotations

from tests.processors.shop import CUSTOMER, ZAMPA, Shop


async def accepted(shop: Shop, sku: str = "T01", phone: str = CUSTOMER) -> str:
    """An order that Zampa Felice has accepted."""
    code = await shop.order((sku, 2), phone=phone)
    told = await shop.tap(ZAMPA, f"offer:accept:{await shop.offer_of(ZAMPA, code)}")
    assert told.outcomes == ["accepted"]
    return code


async def test_buttons_lead_from_acceptance_to_the_door(shop: Shop) -> None:
    code = await accepted(shop)
    for words, status in (
        ("Pronto", "ready"),
        ("In consegna", "out_for_delivery"),
        ("Consegnato", "delivered"),
    ):
        told = await shop.tap(ZAMPA, shop.told[-1].id_of(words))
        assert told.outcomes == ["updated"]
        assert await shop.value("select status from market_orders where code = $1", code) == status
    assert told.ids == []
    await shop.announce()
    heard = [bubble["text"] for bubble in await shop.heard(CUSTOMER)]
    assert len(heard) == 4
    assert all(code in text for text in heard)
    # Delivered goods have left the shelf, and support hears of it.
    assert await shop.stock(ZAMPA, "T01") == (58, 0)
    assert await shop.value("select count(*) from notifications where kind = 'delivered'") == 1


async def test_one_order_is_moved_in_words(shop: Shop) -> None:
    for words, status in (
        ("pronto", "ready"),
        ("pronta la {number}", "ready"),
        ("{code}, pronto", "ready"),
        ("sto preparando", "preparing"),
        ("in consegna", "out_for_delivery"),
        ("consegnato", "delivered"),
        ("ready {code}", "ready"),
        ("sudah dikirim", "out_for_delivery"),
    ):
        code = await accepted(shop)
        told = await shop.say(ZAMPA, words.format(code=code, number=code[1:]))
        assert told.outcomes == ["updated"], words
        assert await shop.value("select status from market_orders where code = $1", code) == status
        await shop.admin.execute("update market_orders set status = 'delivered' where code = $1", code)


async def test_with_several_orders_the_dealer_is_asked_which(shop: Shop) -> None:
    codes = [await accepted(shop), await accepted(shop, "C07", phone="393470000001")]
    asked = await shop.say(ZAMPA, "pronto")
    assert asked.outcomes == []
    assert [choice.split(":")[1] for choice in asked.ids] == ["ready", "ready"]
    told = await shop.say(ZAMPA, codes[1])
    assert told.outcomes == ["updated"]
    assert await shop.value("select status from market_orders where code = $1", codes[1]) == "ready"
    # Only one is left that can become ready.
    assert (await shop.say(ZAMPA, "pronto")).outcomes == ["updated"]


async def test_an_order_never_goes_back(shop: Shop) -> None:
    code = await accepted(shop)
    await shop.say(ZAMPA, "in consegna")
    told = await shop.say(ZAMPA, f"pronto {code}")
    assert told.outcomes == ["refused"]
    assert code in told.text
    assert (await shop.say(ZAMPA, f"in consegna {code}")).outcomes == ["already"]


async def test_not_ready_yet_moves_nothing(shop: Shop) -> None:
    code = await accepted(shop)
    assert (await shop.say(ZAMPA, f"non è ancora pronto {code}")).outcomes == []
    assert await shop.value("select status from market_orders where code = $1", code) == "accepted"


async def test_nothing_under_way(shop: Shop) -> None:
    assert "non hai ordini" in (await shop.say(ZAMPA, "pronto")).text
    assert "nessun ordine" in (await shop.say(ZAMPA, "ordini")).text


async def test_the_overview_lists_offers_and_orders(shop: Shop) -> None:
    mine = await accepted(shop)
    assert mine in (await shop.say(ZAMPA, "ordini")).text
    offered = await shop.order(("C07", 1), phone="393470000001")
    told = await shop.say(ZAMPA, "ordini")
    assert [row["title"] for row in told.bubbles[0]["rows"]] == [offered, mine]

    offer_card = await shop.tap(ZAMPA, told.ids[0])
    assert offer_card.ids[0] == f"offer:accept:{await shop.offer_of(ZAMPA, offered)}"
    order_card = await shop.tap(ZAMPA, told.ids[1])
    assert mine in order_card.text
    assert order_card.ids[0].startswith("status:preparing:")
    assert (await shop.tap(ZAMPA, "menu:orders")).ids == told.ids


async def test_a_tap_on_somebody_elses_order_finds_nothing(shop: Shop) -> None:
    foreign = await shop.value("select id from market_orders where code = 'D1000'")
    assert (await shop.tap(ZAMPA, f"status:delivered:{foreign}")).outcomes == ["not_found"]
    assert "Non trovo" in (await shop.tap(ZAMPA, f"status:show:{foreign}")).text


async def test_odd_taps_are_answered_with_what_works(shop: Shop) -> None:
    order = await shop.value("select id from market_orders where code = 'D1000'")
    for choice in (
        f"status:cancelled:{order}",
        "status:ready:nonsense",
        f"offer:eat:{order}",
        "hello",
        "x" * 256,
    ):
        told = await shop.tap(ZAMPA, choice)
        assert told.outcomes == [], choice
        assert told.bubbles


async def test_a_past_order_tells_where_it_went(shop: Shop) -> None:
    code = await accepted(shop)
    await shop.say(ZAMPA, "consegnato")
    assert "consegnato" in (await shop.say(ZAMPA, code)).text
    assert "consegnato" in (await shop.say(ZAMPA, f"pronto {code}")).text


async def test_what_the_customer_collects_is_never_in_delivery(shop: Shop) -> None:
    code = await accepted(shop)
    await shop.admin.execute(
        'update market_orders set delivery = \'{"way": "pickup"}\' where code = $1', code
    )
    order = await shop.value("select id from market_orders where code = $1", code)
    for told in (
        await shop.tap(ZAMPA, f"status:preparing:{order}"),
        await shop.say(ZAMPA, code),
        await shop.tap(ZAMPA, f"status:ready:{order}"),
    ):
        assert told.ids
        assert not [i for i in told.ids if "out_for_delivery" in i]
