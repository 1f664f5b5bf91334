"""Words that decide alone: they count when they are the whole message, in any language, however they are typed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.understanding.gate import (
    chosen_number,
    global_word,
    has_control_characters,
    is_greeting,
    only_emoji,
    opt_command,
    yes_no,
)


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "stop.",
        "Stop promo",
        "ALT",
        "cancellami",
        "BERHENTI",
        "unsubscribe",
        "Non scrivetemi più!",
        "stop, grazie",
    ],
)
def test_a_stop_word_opts_out(text: str) -> None:
    assert opt_command(text) == "opt_out"


@pytest.mark.parametrize("text", ["START", "riprendi", "Mulai", "subscribe"])
def test_a_start_word_opts_in(text: str) -> None:
    assert opt_command(text) == "opt_in"


@pytest.mark.parametrize(
    "text",
    [
        "non stop",
        "il cane si stop davanti alla pappa",
        "voglio un collare stop",
        "annulla",
        "cancella il carrello",
        "start-up",
        "",
    ],
)
def test_a_stop_word_inside_a_sentence_is_a_word(text: str) -> None:
    assert opt_command(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *(
            "sì",
            "si",
            "Sì!!",
            "sì confermo",
            "va bene",
            "ok procedi",
            "certo",
            "d'accordo",
            "perfetto grazie",
            "sììììì",
        ),
        *(
            "yes please",
            "sure",
            "go ahead",
            "yes, confirm my order",
            "iya",
            "boleh",
            "oke lanjut",
            "ya udah",
            "👍",
        ),
    ],
)
def test_a_yes(text: str) -> None:
    assert yes_no(text) is True


@pytest.mark.parametrize(
    "text",
    [
        *("no", "no grazie", "lascia stare", "non ancora", "non adesso", "no, aspetta", "No!!!", "👎"),
        *("no thanks", "not yet", "nope", "nggak", "tidak", "ga jadi", "enggak deh"),
    ],
)
def test_a_no(text: str) -> None:
    assert yes_no(text) is False


@pytest.mark.parametrize(
    "text",
    [
        "sì ma togli la candela",
        "ok?",
        "vorrei due candele",
        "va bene per cani?",
        "no il blu",
        "grazie",
        "le candele",
        "",
    ],
)
def test_what_says_more_is_no_answer(text: str) -> None:
    assert yes_no(text) is None


@pytest.mark.parametrize(
    ("text", "word"),
    [
        *(
            ("Menù", "menu"),
            ("MENU per favore", "menu"),
            ("annulla", "cancel"),
            ("batal", "cancel"),
            ("cancel", "cancel"),
        ),
        *(
            ("OPERATORE!!", "human"),
            ("human please", "human"),
            ("il mio carrello", "cart"),
            ("lihat keranjang", "cart"),
        ),
        *(
            ("i miei ordini", "orders"),
            ("order status", "orders"),
            ("pesanan saya", "orders"),
            ("aiuto", "help"),
        ),
    ],
)
def test_global_words(text: str, word: str) -> None:
    assert global_word(text) == word


@pytest.mark.parametrize("text", ["annulla l'ordine 1042", "non so usare il menu del sito", "ciao", "🐶"])
def test_sentences_are_no_global_words(text: str) -> None:
    assert global_word(text) is None


@pytest.mark.parametrize(
    "text", ["ciao", "Buonasera!", "buongiorno a tutti", "ciao 👋", "hi there", "selamat pagi kak"]
)
def test_greetings(text: str) -> None:
    assert is_greeting(text)


@pytest.mark.parametrize(
    "text", ["ciao vorrei un collare", "ok", "grazie", "👍", "buongiorno, quanto costa?"]
)
def test_more_than_a_greeting(text: str) -> None:
    assert not is_greeting(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        *(("2", 2), ("2.", 2), ("la seconda", 2), ("il 2", 2), ("numero due", 2), ("secondo grazie", 2)),
        *(("the second one", 2), ("yang kedua", 2), ("l'ultimo", 3), ("terakhir", 3), ("4", None)),
        *(("due candele", None), ("1 e 2", None), ("quello blu", None), ("12", None), ("0", None)),
    ],
)
def test_a_place_in_a_list_of_three(text: str, place: int | None) -> None:
    assert chosen_number(text, 3) == place


def test_signs_and_invisible_characters() -> None:
    assert only_emoji("👍🏽 !!")
    assert not only_emoji("👍 ok")
    assert not only_emoji("  ")
    assert has_control_characters("candela\u202e")
    assert not has_control_characters("👨‍👩‍👧 ciao\nvorrei")


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_survived(text: str) -> None:
    opt_command(text)
    global_word(text)
    yes_no(text)
    is_greeting(text)
    only_emoji(text)
    has_control_characters(text)
    assert chosen_number(text, 5) in (None, 1, 2, 3, 4, 5)
