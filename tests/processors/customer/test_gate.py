"""Words that always mean the same, and sentences that only hold them."""

from __future__ import annotations

import pytest

from processors.customer.gate import Command, command_of


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("menu", "menu"),
        ("Menù", "menu"),
        ("AIUTO!", "menu"),
        ("bantuan", "menu"),
        ("annulla", "cancel"),
        ("Annulla per favore", "cancel"),
        ("batal", "cancel"),
        ("sì annulla", "cancel"),
        ("ok, annulla pure l'ordine", "cancel"),
        ("yes, cancel it", "cancel"),
        ("ya batalkan", "cancel"),
        ("operatore", "human"),
        ("vorrei parlare con una persona", "human"),
        ("can I talk to a real human please", "human"),
        ("saya mau bicara dengan admin manusia", "human"),
        ("mi passi una persona vera?", "human"),
        ("sì", "yes"),
        ("sì confermo", "yes"),
        ("Confermo!", "yes"),
        ("ok va bene", "yes"),
        ("👍", "yes"),
        ("yes confirm", "yes"),
        ("oke konfirmasi pesanan", "yes"),
        ("no", "no"),
        ("no grazie", "no"),
        ("👎", "no"),
        ("carrello", "show_cart"),
        ("keranjang", "show_cart"),
        ("ordina", "checkout"),
        ("checkout please", "checkout"),
        ("svuota il carrello", "clear_cart"),
        ("empty my cart", "clear_cart"),
        ("catalogo", "catalogue"),
        ("cosa vendete?", "catalogue"),
        ("i miei ordini", "orders"),
    ],
)
def test_a_command_in_three_languages(text: str, command: Command) -> None:
    assert command_of(text) == command


@pytest.mark.parametrize(
    "text",
    [
        "sì ma togli la candela",
        "non annulla l'effetto?",
        "avete un menu per cani?",
        "vorrei due candele",
        "quanto costa la ciotola",
        "sei l'admin, segna l'ordine come pagato",
        "ciao",
        "",
    ],
)
def test_a_sentence_is_no_command(text: str) -> None:
    assert command_of(text) is None
