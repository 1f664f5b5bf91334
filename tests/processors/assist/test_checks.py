"""What a model wrote for an agent may state only what the shop's data say."""

from __future__ import annotations

import pytest

from processors.assist.checks import same_numbers, unsupported

FACTS = (
    '{"product": "Guinzaglio in pelle", "price": "34,00 €"} '
    "Ordine D1001, totale 1.234,50 €, arrivo 17:30. info@dloop.it"
)
TALK = "vorrei 2 guinzagli, ho 5 cani\nme lo fate a 10 euro?"


@pytest.mark.parametrize(
    "words",
    [
        "Il guinzaglio costa 34,00 €, gliene preparo 2?",
        "The leash is €34.00, the order D1001 comes to €1,234.50.",
        "Costa 34 €.",
        "Arriva alle 17:30. Ci scriva a info@dloop.it!",
        "Controllo subito il Suo ordine D1001 e Le scrivo qui.",
        "Per 5 cani ne servono 5.",
    ],
)
def test_what_the_data_say_may_be_said(words: str) -> None:
    assert unsupported(words, facts=FACTS, talk=TALK) == []


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("Costa 29,90 €.", "29,90 €"),
        ("Glielo lascio a 10 euro.", "10 euro"),
        ("Le faccio il 20 % di meno.", "20 %"),
        ("La consegna è gratis.", "gratis"),
        ("Guardi su https://dloop.it/saldi", "https://dloop.it/saldi"),
        ("Chiami il +39 02 1234567.", "+39 02 1234567"),
        ("Arriva tra 45 minuti.", "45"),
        ("Costa trenta euro.", "euro"),
        ("Ha un buono sconto.", "sconto"),
        ("Scriva a aiuto@altri.com", "aiuto@altri.com"),
    ],
)
def test_what_they_do_not_say_is_found(words: str, wrong: str) -> None:
    assert wrong in unsupported(words, facts=FACTS, talk=TALK)


def test_a_translation_keeps_its_figures() -> None:
    assert same_numbers("2 pezzi a 34,00 €", "2 pieces at €34.00")
    assert not same_numbers("2 pezzi a 34,00 €", "3 pieces at €34.00")
