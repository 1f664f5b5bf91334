"""What is an address, and what only looks like one."""

from __future__ import annotations

import pytest

from processors.customer.addresses import Address, address_in, address_of_form, address_of_place, postcode_in
from processors.customer.choices import AddressChoice, address_id, read_choice
from processors.customer.delivery_words import collects, same_place, wants_other_address


@pytest.mark.parametrize(
    ("words", "text", "postcode"),
    [
        ("via Garibaldi 12, 20121 Milano", "Via Garibaldi 12, 20121 Milano", "20121"),
        ("il mio indirizzo è via Roma 1", "Via Roma 1", None),
        ("spedite in corso Francia 10, 10138 Torino grazie", "Corso Francia 10, 10138 Torino", "10138"),
        (
            "ho sbagliato, l'indirizzo giusto è corso Buenos Aires 20, 20124",
            "Corso Buenos Aires 20, 20124",
            "20124",
        ),
        ("potete consegnare a casa mia in via Po 3, 20123 Milano", "Via Po 3, 20123 Milano", "20123"),
        ("kirim ke Via Torino 40, 20123 Milano aja ya", "Via Torino 40, 20123 Milano", "20123"),
        ("Jl. Sudirman 5, 10220 Jakarta", "Jl. Sudirman 5, 10220 Jakarta", "10220"),
        ("deliver to 12 Baker Street, 10121 Milano", "12 Baker Street, 10121 Milano", "10121"),
        ("viale dei Mille 4, scala B interno 7", "Viale dei Mille 4, scala B interno 7", None),
    ],
)
def test_streets_are_addresses_even_unasked(words: str, text: str, postcode: str | None) -> None:
    assert address_in(words, asked=False) == Address(text=text, postcode=postcode)


@pytest.mark.parametrize("words", ["Garibaldi 12, Milano", "no in via Po 3", "Rossi 4 scala A, 20121"])
def test_after_the_question_less_is_enough(words: str) -> None:
    assert address_in(words, asked=True) is not None
    assert address_in(words, asked=False) is None or words.startswith("no")


@pytest.mark.parametrize(
    "words",
    ["2 candele", "vorrei 2 candele", "and 2 lavender candles please", "actually make it 3 candles, drop the collar",
     "anche altre 2 candele", "sama 2 lilin lagi",
     "aggiungi 2 candele alla lavanda", "20121", "D1042", "Milano", "sì", "via",
     "consegnate in via Po 3?", "quanto costa il guinzaglio da 120 cm", "ordine 1042", "x" * 300],
)  # fmt: skip
def test_wishes_are_no_addresses(words: str) -> None:
    assert address_in(words, asked=True) is None


def test_what_would_fill_or_format_a_text_is_taken_out() -> None:
    found = address_in("via {total} *Roma* 1, 20121 Milano", asked=True)
    assert found is not None
    assert found.text == "Via total Roma 1, 20121 Milano"


def test_a_postcode_alone_and_its_address() -> None:
    assert postcode_in("il cap è 20121") == "20121"
    assert postcode_in("vorrei 20121 candele e altre cose") is None
    assert Address(text="Via Po 3").with_postcode("10123") == Address(
        text="Via Po 3, 10123", postcode="10123"
    )


def test_positions_and_forms() -> None:
    place = {"latitude": 45.46, "longitude": 9.19, "name": "Casa", "address": "Via Po 3, 20121 Milano"}
    found = address_of_place(place, unnamed="pin")
    assert found == Address(
        text="Casa, Via Po 3, 20121 Milano", postcode="20121", latitude=45.46, longitude=9.19
    )
    bare = address_of_place({"latitude": 45.46, "longitude": 9.19}, unnamed="pin")
    assert bare is not None
    assert bare.text == "Pin" or bare.text == "pin"
    assert address_of_place({"name": "Casa"}, unnamed="pin") is None
    assert address_of_form({"via": "via Po 3", "cap": "20121"}) == Address(
        text="Via Po 3, 20121", postcode="20121"
    )
    assert address_of_form({"vote": "5"}) is None
    assert address_of_form("text") is None


def test_words_about_where_it_goes() -> None:
    for words in (
        "vorrei cambiare indirizzo",
        "the address is wrong",
        "alamatnya salah",
        "indirizzo sbagliato",
    ):
        assert wants_other_address(words)
    for words in ("lo ritiro io", "I'll pick it up", "ambil sendiri"):
        assert collects(words)
    for words in ("stesso indirizzo", "come l'altra volta", "same as last time", "yang sama"):
        assert same_place(words)
    assert not wants_other_address("qual è il vostro indirizzo?")
    assert not same_place("vorrei lo stesso shampoo")


def test_buttons_come_back_as_they_were_made() -> None:
    relay = "00000000-0000-4000-8000-000000000071"
    choice = read_choice(address_id("change", relay=relay))
    assert isinstance(choice, AddressChoice)
    assert (choice.verb, str(choice.relay_id), choice.address_id) == ("change", relay, None)
    assert read_choice("address:use::") is None
    assert read_choice("address:delete::") is None
