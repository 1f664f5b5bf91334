"""What customers write, and what is understood without a model: carts, pointing, questions, people."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.evaluation.__main__ import DATA
from bench.memory_catalogue import catalogue_rows
from processors.understanding.numbers import words_of
from tests.processors.understanding.shop import Shop, Shown


@pytest.fixture(scope="module")
def shop() -> Shop:
    return Shop()


ONE_THING: list[tuple[str, Shown]] = [
    ("vorrei un guinzaglio in pelle taglia L marrone", (1, "C02", {"taglia": "L", "colore": "marrone"})),
    ("mi serve uno shampoo secco", (1, "T02", {})),
    ("not the leather one, the nylon leash in blue, size M", (1, "C01", {"taglia": "M", "colore": "blu"})),
    ("not the red collar but the blue one", (1, "C04", {"colore": "blu"})),
    ("niente guinzaglio, solo la pettorina anti tiro M", (1, "C06", {"taglia": "M"})),
    ("piglio nu chilo 'e fieno", (1, "A01", {"formato": "1kg"})),
    ("mezza dozzina di sacchetti igienici", (6, "C23", {})),
    ("crocchette al salmone 12kg x2", (2, "C10", {"formato": "12kg"})),
    ("2 sacchi da 12 kg di crocchette al salmone", (2, "C10", {"formato": "12kg"})),
    ("mezzo chilo di snack al pollo", (1, "C14", {"formato": "500g"})),
    ("una museruola media", (1, "C25", {"taglia": "M"})),
    ("prendo le crocchette sterilizzati da 7 kg per il mio gatto di 3 anni", (1, "G01", {"formato": "7kg"})),
    ("due (2) amache da finestra", (2, "G16", {})),
    ("profumo muschio bianco 50 ml", (1, "P07", {"formato": "50ml"})),
    ("bustine di tonno e gamberetti, ventiquattro", (24, "G03", {})),
    ("du gunzagli in nailon tagla m rossi", (2, "C01", {"taglia": "M", "colore": "rosso"})),
    ("me serve 'na lettiera vegetale", (1, "G05", {})),
    ("5 kg no anzi 3 kg di crocchette puppy", (1, "C12", {"formato": "3kg"})),
    ("due, anzi tre candele alla lavanda", (3, "H01", {})),
    ("ciao allora guarda mi metti una lampada di sale che mia zia la vuole", (1, "H17", {})),
    ("a dozen dental bones packs of 7", (12, "C15", {"formato": "7pz"})),
    ("one leather leash, size L, black", (1, "C02", {"taglia": "L", "colore": "nero"})),
    ("could you add two hand creams", (2, "P10", {})),
    ("kak mau 3 lilin lavender", (3, "H01", {})),
    ("beli 2 tali anjing ukuran M warna merah", (2, "C01", {"taglia": "M", "colore": "rosso"})),
    ("pesen sampo kering 1 ya kak", (1, "T02", {})),
]


@pytest.mark.parametrize(("text", "item"), ONE_THING)
async def test_one_thing(shop: Shop, text: str, item: Shown) -> None:
    read = await shop.read(text)
    assert (read.cart_action, shop.items(read.items)) == ("add", [item])
    assert read.intent == "order_request"


@pytest.mark.parametrize(
    ("form", "action", "quantity"),
    [
        ("vorrei 2 {}", "add", 2),
        ("{} x3", "add", 3),
        ("togli {}", "remove", 1),
        ("I want 2 {}", "add", 2),
        ("saya mau beli {} 2", "add", 2),
    ],
)
async def test_every_article_is_found_by_its_name(shop: Shop, form: str, action: str, quantity: int) -> None:
    for row in catalogue_rows(DATA / "search_catalogue.jsonl"):
        text = form.format(row["name"].lower())
        read = await shop.read(text)
        found = [item[:2] for item in shop.items(read.items)]
        assert (read.cart_action, found) == (action, [(quantity, row["sku"])]), text


SEVERAL: list[tuple[str, list[Shown]]] = [
    (
        "2 shampoo secco e un guinzaglio in pelle taglia L marrone",
        [(2, "T02", {}), (1, "C02", {"taglia": "L", "colore": "marrone"})],
    ),
    ("4 candele: 2 lavanda e 2 cannella", [(2, "H01", {}), (2, "H02", {})]),
    ("una candela alla lavanda e una alla cannella", [(1, "H01", {}), (1, "H02", {})]),
    (
        "tre palline di cui una rossa e due gialle",
        [(1, "C17", {"colore": "rosso"}), (2, "C17", {"colore": "giallo"})],
    ),
    ("due trasportini, uno rigido e uno morbido", [(1, "C22", {}), (1, "G13", {})]),
    ("due crocchette salmone 3kg e una da 12kg", [(2, "C10", {"formato": "3kg"}), (1, "C10", {"formato": "12kg"})]),
    ("- 2 shampoo secco\n- 1 balsamo districante\n- 4 salviette", [(2, "T02", {}), (1, "T03", {}), (4, "T09", {})]),
    ("1) crema mani 2) bagnoschiuma", [(1, "P10", {}), (1, "P12", {})]),
    ("prendo 1 museruola m 1 pettorina l", [(1, "C25", {"taglia": "M"}), (1, "C06", {"taglia": "L"})]),
    ("prendo sia la lampada di sale che il cuscino in lino beige", [(1, "H17", {}), (1, "H10", {"colore": "beige"})]),
    ("three cans of beef wet food and a rope toy", [(3, "C13", {}), (1, "C16", {})]),
    ("mio marito vuole l'olio da barba, ne prendo due", [(2, "P09", {})]),
    ("il dentifricio e la lampada di sale, senza salviette", [(1, "T13", {}), (1, "H17", {})]),
    ("profumo oud 100ml, è un regalo per i suoi 40 anni", [(1, "P04", {"formato": "100ml"})]),
    ("incenso sandalo, 3 confezzioni, grazie infinite", [(3, "H06", {})]),
    ("kalung gps satu sama krim tangan 2", [(1, "C05", {}), (2, "P10", {})]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "items"), SEVERAL)
async def test_several_things(shop: Shop, text: str, items: list[Shown]) -> None:
    read = await shop.read(text)
    assert (read.cart_action, shop.items(read.items)) == ("add", items)


@pytest.mark.parametrize(
    ("text", "skus"),
    [
        ("un guinzaglio", {"C01", "C02", "C03"}),
        ("prendo due trasportini", {"C22", "G13"}),
        ("one candle please", {"H01", "H02"}),
        ("saya mau satu pasir kucing", {"G04", "G05"}),
    ],
)
async def test_what_fits_several_is_left_open(shop: Shop, text: str, skus: set[str]) -> None:
    [item] = (await shop.read(text)).items
    assert item.product_id is None
    assert skus <= set(shop.items([item])[0][1])
    assert len(item.ambiguous) <= 10


async def test_a_size_narrows_what_is_meant(shop: Shop) -> None:
    [item] = (await shop.read("un collare rosso taglia S")).items
    assert shop.items([item]) == [(1, "C04", {"colore": "rosso", "taglia": "S"})]


async def test_a_colour_that_does_not_exist_stays_to_be_refused(shop: Shop) -> None:
    [item] = (await shop.read("vorrei il collare in nylon giallo")).items
    assert shop.items([item]) == [(1, "C04", {"colore": "giallo"})]


async def test_what_is_not_sold_keeps_its_words(shop: Shop) -> None:
    read = await shop.read("vorrei due pneumatici da bici e una crema mani")
    unknown, cream = read.items
    assert (unknown.product_id, unknown.ambiguous, unknown.quantity) == (None, (), 2)
    assert "pneumatici" in unknown.mention
    assert shop.items([cream]) == [(1, "P10", {})]


@pytest.mark.parametrize(
    ("text", "sku", "quantity"),
    [
        ("togli il guinzaglio in pelle", "C02", None),
        ("levami pure il vaso che ho cambiato idea", "H16", None),
        ("no la lampada non la voglio più", "H17", None),
        ("rimuovi una candela alla lavanda dal carrello", "H01", 1),
        ("leviamo una coperta", "H09", 1),
        ("on second thoughts no cage", "A02", None),
        ("puoi levare una delle due coperte?", "H09", 1),
        ("take the hand cream off my order", "P10", None),
        ("I no longer want the aquarium", "A05", None),
        ("vasnya dihapus aja", "H16", None),
        ("gausah pakai lampu garam", "H17", None),
    ],
)
async def test_taking_out(shop: Shop, text: str, sku: str, quantity: int | None) -> None:
    read = await shop.read(text)
    assert read.cart_action == "remove"
    [item] = read.items
    assert shop.items([item])[0][1] == sku
    assert item.quantity_given is (quantity is not None)


async def test_what_stays_is_not_taken_out(shop: Shop) -> None:
    read = await shop.read("togli il guinzaglio in pelle e lascia solo la ciotola")
    assert shop.items(read.items) == [(1, "C02", {})]


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("cambia la quantità dello shampoo secco a 4", (4, "T02", {})),
        ("fai 3 candele cannella invece di 2", (3, "H02", {})),
        ("invece di due coperte mettine tre", (3, "H09", {})),
        ("i deodoranti diventano 5", (5, "P14", {})),
        ("make it 3 lavender candles instead", (3, "H01", {})),
        ("ubah jumlah sabun jadi 4", (4, "P11", {})),
    ],
)
async def test_another_number(shop: Shop, text: str, item: Shown) -> None:
    read = await shop.read(text, cart=["T02", "H02", "H09", "P14", "H01", "P11"])
    assert read.cart_action == "set"
    assert [found[:2] for found in shop.items(read.items)] == [item[:2]]


@pytest.mark.parametrize(
    "text",
    [
        "svuota tutto il carrello",
        "annulla tutto",
        "leva tutto",
        "empty my cart",
        "start over please",
        "kosongkan keranjang dong",
    ],
)
async def test_clearing(shop: Shop, text: str) -> None:
    assert (await shop.read(text)).cart_action == "clear"


@pytest.mark.parametrize(
    "text",
    [
        "ok confermo l'ordine",
        "basta così, procedi",
        "place my order",
        "that's all, check out",
        "itu aja kak, lanjut bayar",
    ],
)
async def test_confirming(shop: Shop, text: str) -> None:
    read = await shop.read(text)
    assert (read.cart_action, read.items) == ("confirm", ())


async def test_two_wishes_in_one_message(shop: Shop) -> None:
    read = await shop.read("togli la crema mani e aggiungi due saponi artigianali")
    assert (read.cart_action, shop.items(read.items)) == ("remove", [(1, "P10", {})])
    [more] = read.also
    assert (more.action, shop.items(more.items)) == ("add", [(2, "P11", {})])


@pytest.mark.parametrize(
    "text",
    [
        *(
            "quanto costa il guinzaglio in pelle?",
            "avete il tagliaunghie?",
            "vorrei sapere se avete due lettiere",
        ),
        *("per un cane di 8 kg quale taglia?", "il balsamo da 250 va bene per un barboncino?"),
        *("do you sell muzzles?", "how many litres is the aquarium", "ada kandang hamster?"),
        *("ada diskon kalau beli dua?", "berapa harga tali kulit?"),
    ],
)
async def test_a_question_adds_nothing(shop: Shop, text: str) -> None:
    read = await shop.read(text)
    assert (read.cart_action, read.items) == ("none", ())


@pytest.mark.parametrize(
    "text",
    [
        "kemarin saya beli dua lilin",
        *(
            "ho 2 cani e un gatto",
            "abito al 3 piano interno 5",
            "il mio ordine 1042 non è arrivato",
            "ho 35 anni",
        ),
        *(
            "dovete ancora mandarmi 3 spazzole",
            "ieri ho comprato due guinzagli",
            "vorrei restituire due candele",
        ),
        *("my two cats hate the litter", "I bought 3 candles last month", "pesanan dua lilin belum datang"),
        *("kucing saya dua ekor", "ci vediamo alle 5", "siamo in 4 e abbiamo 2 gatti"),
    ],
)
async def test_talk_adds_nothing(shop: Shop, text: str) -> None:
    assert (await shop.read(text)).cart_action == "none"


@pytest.mark.parametrize(
    "text",
    [
        "posso aggiungere due collari gps?",
        "posso avere due collari gps?",
        "can i get two gps collars?",
        "boleh minta dua kalung gps?",
    ],
)
async def test_a_wish_in_polite_clothes_is_a_wish(shop: Shop, text: str) -> None:
    read = await shop.read(text)
    assert (read.cart_action, shop.items(read.items)[0][:2]) == ("add", (2, "C05"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("avete uno shampoo delicato?", "shampoo delicato"),
        ("quanto costa il profumo da 100 ml", "profumo 100ml"),
        ("do you have dog beds in stock?", "dog beds"),
        ("siete aperti?", None),
    ],
)
async def test_what_to_look_for(shop: Shop, text: str, words: str | None) -> None:
    query = (await shop.read(text)).search_query
    assert (query is None) if words is None else set(words.split()) <= set((query or "").split())


@pytest.mark.parametrize(
    ("text", "skus", "quantity"),
    [
        ("ne voglio 2", ("T02",), 2),
        ("me ne dai due?", ("T02",), 2),
        ("give me 5 of those", ("T02",), 5),
        ("prendo la seconda", ("H02",), 1),
        ("mi dai il secondo", ("H02",), 1),
    ],
)
async def test_pointing_at_what_was_shown(
    shop: Shop, text: str, skus: tuple[str, ...], quantity: int
) -> None:
    shown = skus if len(skus) == 1 and "second" not in text else ("H01", *skus, "H03")
    [item] = (await shop.read(text, shown=shown)).items
    assert shop.items([item]) == [(quantity, skus[0], {})]


async def test_pointing_at_one_of_several_asks_which(shop: Shop) -> None:
    [item] = (await shop.read("ne prendo due", shown=("H01", "H02"))).items
    assert shop.items([item]) == [(2, ("H01", "H02"), {})]


async def test_pointing_at_the_cart(shop: Shop) -> None:
    [item] = (await shop.read("togli la candela", cart=["H01", "T02"])).items
    assert shop.items([item]) == [(1, "H01", {})]
    read = await shop.read("fanne 3", cart=["T02"])
    assert (read.cart_action, shop.items(read.items)) == ("set", [(3, "T02", {})])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("voglio parlare con un operatore", "asked"),
        ("let me talk to a human", "asked"),
        ("saya mau bicara dengan admin manusia", "asked"),
        ("siete dei truffatori", "angry"),
        ("vi denuncio", "legal"),
        ("I will call my lawyer", "legal"),
        ("penipu, saya lapor polisi", "legal"),
    ],
)
async def test_a_person_is_needed(shop: Shop, text: str, reason: str) -> None:
    read = await shop.read(text)
    assert (read.needs_human, read.human_reason, read.cart_action) == (True, reason, "none")
    assert read.intent == "support_request"


@pytest.mark.parametrize(
    "text",
    ["sei un robot?", "con chi parlo?", "are you a bot?", "kamu robot ya?", "passami due bustine di tonno"],
)
async def test_nobody_is_called_for_curiosity(shop: Shop, text: str) -> None:
    assert not (await shop.read(text)).needs_human


async def test_the_language_is_the_messages(shop: Shop) -> None:
    assert (await shop.read("I'd like a salt lamp", language="it")).language == "en"
    assert (await shop.read("ok", language="id")).language == "id"


async def test_without_a_glossary_italian_words_still_resolve(shop: Shop) -> None:
    [item] = (await shop.read("vorrei la tosatrice elettrica")).items
    assert shop.items([item]) == [(1, "T07", {})]


async def test_equal_words_are_searched_once(shop: Shop) -> None:
    shop.asked.clear()
    await shop.read("un collare gps e un collare gps e un collare gps")
    assert len(shop.asked) == len(set(shop.asked))


SCRAPS = words_of("due 3 x2 candele e , togli 12kg : ? il l §0 taglia non anzi")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=200) | st.lists(st.sampled_from(SCRAPS)).map(" ".join))
async def test_any_text_is_survived(shop: Shop, text: str) -> None:
    read = await shop.read(text)
    assert 0.0 <= read.confidence <= 1.0
    assert all(item.quantity >= 0 for item in read.items)
