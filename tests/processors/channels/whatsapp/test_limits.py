"""Cutting and dividing texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.channels.whatsapp.limits import clamp, head, last_piece, length, pieces

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
family = "👨‍👩‍👧"


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [
        ("short", 20, "short"),
        ("x" * 20, 20, "x" * 20),
        ("x" * 21, 20, "x" * 19 + "…"),
        ("Aggiungi al carrello ora", 20, "Aggiungi al carrell…"),
        ("one two", 5, "one…"),
        ("ab" + family, 6, "ab…"),
        ("e\u0301" * 4, 4, "e\u0301…"),
        ("👍🏽👍🏽", 7, "👍🏽…"),
    ],
)
def test_a_long_text_ends_with_an_ellipsis_and_whole_characters(text: str, limit: int, cut: str) -> None:
    assert clamp(text, limit) == cut
    assert length(clamp(text, limit)) <= limit


def test_an_emoji_counts_as_two() -> None:
    assert length("a😀") == 3


@given(texts, st.integers(2, 60))
def test_no_cut_is_ever_too_long(text: str, limit: int) -> None:
    assert length(clamp(text, limit)) <= limit
    assert length(head(text, limit)) <= limit
    assert text.startswith(head(text, limit))


@given(texts, st.integers(2, 60))
def test_pieces_hold_every_word_in_order(text: str, limit: int) -> None:
    parts = pieces(text, limit)
    assert all(part and length(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@given(texts, st.integers(2, 60))
def test_the_last_piece_fits_and_nothing_is_lost(text: str, limit: int) -> None:
    before, end = last_piece(text, limit)
    assert length(end) <= limit
    assert "".join((before + end).split()) == "".join(text.split())


def test_pieces_end_at_paragraphs_before_lines_before_words() -> None:
    text = "First paragraph.\nSecond line.\n\nAnother paragraph."
    assert pieces(text, 40) == ["First paragraph.\nSecond line.", "Another paragraph."]
    assert pieces("aaa bbb ccc", 8) == ["aaa bbb", "ccc"]
    assert pieces("", 10) == []


def test_the_last_piece_is_the_question() -> None:
    assert last_piece("A long list.\n\nDo you confirm?", 20) == ("A long list.", "Do you confirm?")
    assert last_piece("One sentence. Do you confirm?", 20) == ("One sentence.", "Do you confirm?")
    assert last_piece("nothingtobreak", 20) == ("nothingtobreak", "")
