"""Words about an order as a whole: a note for the rider, once more, change it."""

from __future__ import annotations

import pytest

from processors.customer.notes import note_in
from processors.customer.orders import asks_edit
from processors.customer.reorder import asks_again


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("suonare al secondo piano", "Suonare al secondo piano"),
        ("nota: citofono {Rossi}", "Citofono Rossi"),
        ("Nota per il rider: lasciare in portineria", "Lasciare in portineria"),
        ("per favore lasciate il pacco dal portiere", "Per favore lasciate il pacco dal portiere"),
        ("please ring twice", "Please ring twice"),
        ("catatan: titip satpam", "Titip satpam"),
    ],
)
def test_a_word_for_the_rider(text: str, note: str) -> None:
    assert note_in(text) == note


@pytest.mark.parametrize(
    "text",
    ["avete un campanello?", "vorrei il collarino con campanellino", "via Roma 1, citofono Rossi", "2 candele",
     "quanto suona forte il gioco", "il piano cottura", "annulla", "chi ha chiamato"],
)  # fmt: skip
def test_no_word_for_the_rider(text: str) -> None:
    assert note_in(text) is None


@pytest.mark.parametrize(
    "text",
    ["come l'altra volta", "Il solito, grazie", "riordina", "vorrei lo stesso ordine", "same as last time",
     "pesan lagi yang kemarin", "the usual please", "ripeti l'ultimo ordine"],
)  # fmt: skip
def test_once_more(text: str) -> None:
    assert asks_again(text)


@pytest.mark.parametrize(
    "text", ["vorrei lo stesso shampoo", "dov'è il mio ordine", "ancora una candela", "ordina"]
)
def test_not_once_more(text: str) -> None:
    assert not asks_again(text)


@pytest.mark.parametrize(
    "text", ["modifica l'ordine", "posso cambiare il mio ordine?", "change my order", "mau ubah pesanan saya"]
)
def test_change_it(text: str) -> None:
    assert asks_edit(text)


@pytest.mark.parametrize(
    "text", ["annulla l'ordine", "dov'è l'ordine", "vorrei ordinare", "cambiare la lettiera"]
)
def test_not_change_it(text: str) -> None:
    assert not asks_edit(text)
