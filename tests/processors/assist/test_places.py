"""The places of canned replies."""

from __future__ import annotations

import pytest

from processors.assist.places import filled


@pytest.mark.parametrize(
    ("body", "customer", "said"),
    [
        ("Ciao {nome}! Sono {operatore}.", "Giulia Bianchi", "Ciao Giulia! Sono Chiara."),
        ("Ciao {Nome}!", "", "Ciao!"),
        ("{name}, it is on its way.", "Emily", "Emily, it is on its way."),
        ("{nama}, sudah dikirim.", "🌸🌸", "sudah dikirim."),
        ("Codice {sconto}: {nome}", "x2000", "Codice {sconto}:"),
        ("Ciao {nome}", "{operatore} Rossi", "Ciao"),
    ],
)
def test_names_come_into_their_places(body: str, customer: str, said: str) -> None:
    assert filled(body, customer=customer, agent="Chiara Conti") == said
