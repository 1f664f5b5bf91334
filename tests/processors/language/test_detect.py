"""Which language a message is in: short, mixed, mistyped, or in none of ours."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.language.detect import detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("buongiorno, avete ancora la cuccia grande?", "it"),
        ("nn mi e arivato nulla", "it"),
        ("grazie", "it"),
        ("good morning, is the big bed still there?", "en"),
        ("wheres my parcel", "en"),
        ("thanks", "en"),
        ("selamat pagi, kasur besar masih ada?", "id"),
        ("brp harganya kak", "id"),
        ("makasih", "id"),
        ("siap kak", "id"),
        ("Vorrei 2 candele alla LAVANDA!!!", "it"),
    ],
)
def test_our_languages(text: str, language: str) -> None:
    assert detect(text).language == language


@pytest.mark.parametrize(
    "text",
    [
        "Здравствуйте, сколько стоит?",
        "你好，多少钱",
        "مرحبا كم السعر",
        "guten Tag, ich möchte eine Leine kaufen",
    ],
)
def test_other_languages(text: str) -> None:
    assert detect(text).language == "other"


@pytest.mark.parametrize("text", ["ok", "👍", "😂😂", "12", "", "   ", "?!", "D1042"])
@pytest.mark.parametrize("previous", ["it", "en", "id"])
def test_what_says_nothing_keeps_the_language(text: str, previous: str) -> None:
    found = detect(text, previous=previous)
    assert found.language == previous
    assert found.confidence <= 0.5


def test_without_a_word_and_without_a_past_it_is_italian() -> None:
    assert detect("👍").language == "it"


@pytest.mark.parametrize("previous", ["it", "en", "id", None, "fr"])
def test_a_switch_is_followed(previous: str | None) -> None:
    assert detect("can you tell me where my order is please", previous=previous).language == "en"
    assert detect("mi dici dov'è il mio ordine per favore", previous=previous).language == "it"
    assert detect("pesanan saya sudah sampai mana ya kak", previous=previous).language == "id"


@settings(deadline=None)
@given(st.text(max_size=1500))
def test_any_text_has_a_language_and_a_share(text: str) -> None:
    found = detect(text, previous="it")
    assert found.language in ("it", "en", "id", "other")
    assert 0.0 <= found.confidence <= 1.0
