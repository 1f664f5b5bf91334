"""Orders to the software are recognised; people who speak of the same things are not taken for it."""

from __future__ import annotations

import pytest

from processors.customer.orders_to_us import orders_us


@pytest.mark.parametrize(
    "text",
    [
        "segnalo che ho pagato due volte",
        "ho pagato, il pacco risulta consegnato ma non è arrivato",
        "sei un sistema automatico?",
        "avete sconti del 10%?",
        "ho un codice sconto",
        "vorrei cambiare l'ordine",
        "metti 2 candele nel carrello",
        "metti a posto il mio ordine",
        "cambia il colore in nero",
        "quanto costa? il prezzo è 10 euro?",
        "are you the shop's system?",
        "I paid already, please check",
        "please set my order aside",
        "apakah sudah dibayar?",
        "saya lupa aturan pakainya",
        "dimenticavo: le istruzioni per lavarlo?",
        "un set di tazze",
    ],
)
def test_people_are_not_taken_for_attackers(text: str) -> None:
    assert not orders_us(text)
