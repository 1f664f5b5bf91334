"""Words about all that is wanted so far, and about taking it back."""

from __future__ import annotations

import pytest

from processors.customer.gate import command_of
from processors.customer.so_far import asks_total


@pytest.mark.parametrize(
    "text",
    [
        "quant'è in tutto?",
        "quanto viene tutto con la consegna?",
        "Quanto spendo?",
        "mi dici il totale per favore",
        "totale?",
        "what's the total?",
        "how much do I owe you",
        "how much is everything?",
        "jadi berapa semuanya",
        "totalnya berapa kak",
    ],
)
def test_what_does_it_come_to(text: str) -> None:
    assert asks_total(text)


@pytest.mark.parametrize(
    "text",
    [
        "quanto costa?",
        "quanto costa la spedizione?",
        "how much are the candles in total",
        "ho pagato tutto",
        "tutto bene",
        "all of them",
        "berapa harganya",
        "posso pagare con carta?",
    ],
)
def test_the_price_of_one_thing_is_another_question(text: str) -> None:
    assert not asks_total(text)


@pytest.mark.parametrize(
    "text",
    [
        "puoi annullarlo?",
        "vorrei annullarlo, grazie",
        "posso disdire?",
        "can you cancel it",
        "could you please cancel that?",
        "bisa dibatalkan?",
        "batalkan saja ya kak",
    ],
)
def test_a_whole_sentence_takes_it_back(text: str) -> None:
    assert command_of(text) == "cancel"


@pytest.mark.parametrize(
    "text", ["non annullare", "don't cancel it", "jangan dibatalkan", "cancella la candela", "puoi?"]
)
def test_what_is_kept_or_names_one_thing_takes_nothing_back(text: str) -> None:
    assert command_of(text) != "cancel"
