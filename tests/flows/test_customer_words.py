"""Whole conversations in words, understood on this machine, in three languages."""

from __future__ import annotations

from tests.flows.phone import Phone


async def test_from_hello_to_where_is_my_order_in_italian(phone: Phone) -> None:
    hello = await phone.say("Ciao")
    assert hello.decision.intent == "general_chat"
    order = await phone.say("vorrei 2 shampoo secco e un guinzaglio in pelle taglia L marrone")
    assert order.decision.intent == "order_request"
    assert order.kinds == ("buttons",)
    assert list(order.choices) == ["Conferma", "Modifica", "Annulla"]
    assert await phone.cart() == [
        ("T02", 2, {"formato": "200ml"}),
        ("C02", 1, {"taglia": "L", "colore": "marrone"}),
    ]
    total = 2 * await phone.price("T02") + await phone.price("C02")
    assert f"{total:.2f}".replace(".", ",") + " €" in order.text
    done = await phone.say("sì confermo")
    assert done.outcomes == ("created",)
    [relay] = await phone.relays()
    assert (relay["status"], relay["total_price"]) == ("created", total)
    assert relay["code"] in done.text
    orders = await phone.orders()
    assert sum(order["total_price"] for order in orders) == total
    assert all(order["status"] == "offered" for order in orders)
    status = await phone.say("dov'è il mio ordine?")
    assert relay["code"] in status.text
    assert "aspetto che uno lo accetti" in status.text


async def test_from_hello_to_where_is_my_order_in_english(phone: Phone) -> None:
    assert "Hi Giulia" in (await phone.say("Hello!")).text
    order = await phone.say("I'd like two lavender candles and one leather leash, size L, black")
    assert list(order.choices) == ["Confirm", "Change", "Cancel"]
    assert await phone.cart() == [
        ("H01", 2, {"formato": "180g"}),
        ("C02", 1, {"taglia": "L", "colore": "nero"}),
    ]
    assert "€63.80" in order.text
    assert (await phone.say("yes confirm my order")).outcomes == ("created",)
    assert "waiting for one to accept" in (await phone.say("where is my order?")).text


async def test_from_hello_to_where_is_my_order_in_indonesian(phone: Phone) -> None:
    assert "Halo Giulia" in (await phone.say("Halo kak, selamat pagi")).text
    order = await phone.say("saya mau pesan 3 lilin lavender dan satu air mancur kucing")
    assert list(order.choices) == ["Konfirmasi", "Ubah", "Batalkan"]
    assert await phone.cart() == [("H01", 3, {"formato": "180g"}), ("G12", 1, {})]
    assert "€74,60" in order.text
    assert (await phone.tap(order.choice("Konfirmasi"))).outcomes == ("created",)
    assert "menunggu" in (await phone.say("pesanan saya di mana?")).text


async def test_a_word_that_fits_several_is_asked_and_a_row_adds(phone: Phone) -> None:
    asked = await phone.say("Vorrei un guinzaglio")
    assert asked.kinds == ("list",)
    assert len(asked.choices) == 3
    assert all(title.startswith("Guinzaglio") for title in asked.choices)
    assert await phone.cart() == []
    colour = await phone.tap(asked.choice("Guinzaglio allungabile"))
    assert list(colour.choices) == ["nero", "verde"]
    assert (await phone.say("verde")).outcomes == ("proposed",)
    assert await phone.cart() == [("C03", 1, {"colore": "verde"})]


async def test_the_choice_may_be_made_in_words(phone: Phone) -> None:
    await phone.say("vorrei due guinzagli taglia M")
    await phone.say("quello in pelle")
    assert (await phone.say("nero")).outcomes == ("proposed",)
    assert await phone.cart() == [("C02", 2, {"taglia": "M", "colore": "nero"})]


async def test_several_messages_are_one_order(phone: Phone) -> None:
    answer = await phone.say("Ciao!", "vorrei 2 candele alla lavanda", "e una lampada di sale", "grazie")
    assert len(answer.bubbles) == 1
    assert answer.outcomes == ("proposed",)
    assert [(sku, n) for sku, n, _ in await phone.cart()] == [("H01", 2), ("H17", 1)]


async def test_taking_out_and_changing_amounts(phone: Phone) -> None:
    await phone.say("vorrei 2 candele alla lavanda e una lampada di sale")
    less = await phone.say("togli la lampada")
    assert less.outcomes == ("proposed",)
    assert [(sku, n) for sku, n, _ in await phone.cart()] == [("H01", 2)]
    more = await phone.say("fai 4 candele alla lavanda invece di 2")
    assert [(sku, n) for sku, n, _ in await phone.cart()] == [("H01", 4)]
    assert "59,60 €" in more.text
    await phone.say("aggiungi anche un guanto leva pelo")
    assert [(sku, n) for sku, n, _ in await phone.cart()] == [("H01", 4), ("T06", 1)]
    gone = await phone.say("svuota il carrello")
    assert await phone.cart() == []
    assert "vuoto" in gone.text
    [*_, last] = await phone.relays()
    assert last["status"] == "failed"


async def test_questions_are_answered_with_today_s_price_and_add_nothing(phone: Phone) -> None:
    await phone.admin.execute("update products set price = 41.30 where sku = 'C02'")
    answer = await phone.say("quanto costa il guinzaglio in pelle?")
    assert answer.decision.intent == "product_inquiry"
    assert "Guinzaglio in pelle artigianale" in answer.text
    assert "41,30 €" in answer.text
    assert await phone.cart() == []
    several = await phone.say("avete profumi per cani?")
    assert "Profumo per cani talco" in several.text
    assert several.decision.intent == "product_inquiry"


async def test_what_we_do_not_sell_is_said(phone: Phone) -> None:
    answer = await phone.say("vorrei una lavatrice")
    assert answer.outcomes == ()
    assert await phone.cart() == []
    assert answer.bubbles


async def test_known_and_unknown_in_one_order(phone: Phone) -> None:
    answer = await phone.say("vorrei 2 candele alla lavanda e un frigorifero")
    assert [(sku, n) for sku, n, _ in await phone.cart()] == [("H01", 2)]
    assert "frigorifero" in answer.text
    assert answer.outcomes == ("proposed",)


async def test_a_person_is_called_for_who_is_angry(phone: Phone) -> None:
    answer = await phone.say(
        "è una vergogna, sono due settimane che aspetto!! voglio parlare con un responsabile"
    )
    assert answer.decision.escalation
    assert answer.decision.intent == "support_request"
    assert await phone.escalations()


async def test_opening_hours_come_from_the_business(phone: Phone) -> None:
    hours = '{"mon": ["09:00", "19:30"], "tue": ["09:00", "19:30"], "sun": null}'
    await phone.admin.execute("update businesses set hours = $1::text::jsonb", hours)
    answer = await phone.say("a che ora aprite?")
    assert "09:00–19:30" in answer.text
    assert "domenica: chiuso" in answer.text


async def test_taking_out_and_putting_in_at_once(phone: Phone) -> None:
    await phone.say("vorrei un guanto leva pelo e una lampada di sale")
    answer = await phone.say("togli il guanto e metti 2 candele alla lavanda")
    assert answer.outcomes == ("proposed",)
    assert [(sku, n) for sku, n, _ in await phone.cart()] == [("H17", 1), ("H01", 2)]


async def test_the_language_is_set_on_request(phone: Phone) -> None:
    await phone.say("Ciao")
    answer = await phone.say("english please")
    assert answer.decision.language == "en"
    assert "Hi Giulia" in answer.text
    assert (await phone.say("ok")).decision.language == "en"


async def test_a_code_alone_asks_for_that_order(phone: Phone) -> None:
    await phone.tap(await phone.add_id("T06"))
    await phone.say("confermo")
    [relay] = await phone.relays()
    assert "Stato" in (await phone.say(relay["code"])).text


async def test_what_nobody_answers_is_not_asked_for_ever(phone: Phone) -> None:
    await phone.say("vorrei un guinzaglio")
    asked = await phone.say("vorrei 2 candele alla lavanda")
    assert "Guinzaglio in pelle" in asked.text
    left = await phone.say("aggiungi una lampada di sale")
    assert left.outcomes == ("proposed",)
    assert "Lascio da parte" in left.text
    assert [(sku, n) for sku, n, _ in await phone.cart()] == [("H01", 2), ("H17", 1)]


async def test_pictures_places_and_cards_get_a_friendly_word(phone: Phone) -> None:
    for kind, words in (
        ("image", "foto"),
        ("sticker", "Bello"),
        ("location", "posizione"),
        ("contacts", "contatti"),
    ):
        await phone.send(type=kind, content="45.4, 9.1" if kind == "location" else "")
        answer = await phone.answered()
        assert words in answer.text
        assert answer.decision.actions == ()
    await phone.send(type="audio", payload={"media": {"id": "1", "voice": True}})
    assert "vocale" in (await phone.answered()).text
    await phone.send(content="")
    assert "vuoto" in (await phone.answered()).text
    await phone.send(content="parole " * 90)
    assert "breve" in (await phone.answered()).text


async def test_both_halves_of_a_swap_are_done(phone: Phone) -> None:
    await phone.say("due candele alla lavanda")
    await phone.say("scambia la candela alla lavanda con una candela alla cannella")
    assert await phone.cart() == [("H02", 1, {"formato": "180g"})]


async def test_naming_the_kind_again_begins_again_with_all_of_it(phone: Phone) -> None:
    asked = await phone.say("Vorrei un guinzaglio")
    await phone.tap(asked.choice("Guinzaglio in pelle"))
    again = await phone.say("un guinzaglio")
    assert again.kinds == ("list",)
    assert list(again.choices) == list(asked.choices)


async def test_places_in_a_list_are_understood(phone: Phone) -> None:
    asked = await phone.say("Vorrei un guinzaglio")
    place = next(n for n, title in enumerate(asked.choices) if title.startswith("Guinzaglio in pelle"))
    sizes = await phone.say(("il primo", "il secondo", "l'ultimo")[place])
    assert list(sizes.choices) == ["M", "L"]
    await phone.say("la seconda")
    await phone.say("il primo")
    assert await phone.cart() == [("C02", 1, {"taglia": "L", "colore": "marrone"})]


async def test_places_in_a_list_are_understood_in_other_languages(phone: Phone) -> None:
    await phone.say("I'd like a retractable leash please")
    await phone.say("the last one")
    assert await phone.cart() == [("C03", 1, {"colore": "verde"})]
    shown = await phone.say("kak, ada lilin?")
    assert len(shown.choices) >= 2
    await phone.say("saya mau yang kedua")
    assert [line[0] for line in await phone.cart()][1] in ("H01", "H02")


async def test_words_that_name_nothing_for_sure_never_reach_the_cart(phone: Phone) -> None:
    for text in ("messaggio 12", "vorrei il messaggio 12", "aggiungi due messaggi", "12 messaggi"):
        await phone.say(text)
        assert await phone.cart() == [], text
