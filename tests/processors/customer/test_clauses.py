"""Two wishes in one message are told apart, one wish stays whole."""

from __future__ import annotations

import pytest

from processors.customer.clauses import clauses
from processors.customer.gate import language_wish


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("togli il guinzaglio e metti 2 candele", ["togli il guinzaglio", "metti 2 candele"]),
        ("remove the leash, then add two candles", ["remove the leash", "add two candles"]),
        ("hapus lilin dan tambah 2 sampo", ["hapus lilin", "tambah 2 sampo"]),
        ("aggiungi una candela e aggiungi un vaso", ["aggiungi una candela e aggiungi un vaso"]),
        ("2 candele e un guinzaglio", ["2 candele e un guinzaglio"]),
        ("togli la candela e il vaso", ["togli la candela e il vaso"]),
        ("", []),
    ],
)
def test_clauses(text: str, found: list[str]) -> None:
    assert clauses(text) == found


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("parla italiano", "it"),
        ("Puoi scrivere in inglese per favore?", "en"),
        ("english please", "en"),
        ("speak Italian", "it"),
        ("pakai bahasa indonesia dong", "id"),
        ("un libro in inglese", None),
        ("vorrei due candele", None),
        ("in", None),
    ],
)
def test_a_wish_for_a_language(text: str, language: str | None) -> None:
    assert language_wish(text) == language
