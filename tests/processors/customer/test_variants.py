"""Variants: what is given, what is missing, what a product does not come in."""

from __future__ import annotations

import pytest

from processors.customer.variants import complete, variant_in

LEASH = {"taglia": ["M", "L"], "colore": ["marrone", "nero"]}
KIBBLE = {"formato": ["3kg", "12kg"]}


def test_a_complete_variant_needs_no_question() -> None:
    found = complete(LEASH, {"taglia": "l", "colore": "Marrone"})
    assert found.variant == {"taglia": "L", "colore": "marrone"}
    assert found.missing is None
    assert found.refused is None


def test_a_single_value_is_taken_by_itself() -> None:
    assert complete({"formato": ["200ml"]}, {}).variant == {"formato": "200ml"}
    assert complete({}, {}).missing is None


def test_the_first_missing_value_is_asked() -> None:
    found = complete(LEASH, {"colore": "nero"})
    assert found.missing == "taglia"
    assert found.variant == {"colore": "nero"}


@pytest.mark.parametrize(
    ("given", "refused"),
    [({"taglia": "XS"}, ("taglia", "XS")), ({"formato": "5kg"}, ("formato", "5kg"))],
)
def test_what_it_does_not_come_in_is_said(given: dict[str, str], refused: tuple[str, str]) -> None:
    assert complete(LEASH, given).refused == refused


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("taglia L marrone", {"taglia": "L", "colore": "marrone"}),
        ("quello nero, tg m", {"taglia": "M", "colore": "nero"}),
        ("quella marroni L", {"taglia": "L", "colore": "marrone"}),
        ("brown, size L", {"taglia": "L", "colore": "marrone"}),
        ("l'altro", {}),
    ],
)
def test_values_are_found_in_words(text: str, found: dict[str, str]) -> None:
    assert variant_in(LEASH, text) == found


@pytest.mark.parametrize("text", ["12kg", "12 kg", "da 12 kg", "quello da 12kg", "12"])
def test_a_pack_is_found_however_it_is_written(text: str) -> None:
    assert variant_in(KIBBLE, text, alone=True) == {"formato": "12kg"}


def test_what_it_does_not_come_in_stays_as_said() -> None:
    assert variant_in(LEASH, "rosso taglia S") == {"taglia": "S", "colore": "rosso"}
