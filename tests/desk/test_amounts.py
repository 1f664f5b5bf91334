"""Amounts as people type them into fields of the desk."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dashboard.amounts import amount_in, plain_amount, shown_amount


@pytest.mark.parametrize(
    ("typed", "language", "amount"),
    [
        ("1.000", "it", "1000"),
        ("1.234,50", "it", "1234.50"),
        ("1.234.567", "it", "1234567"),
        ("€ 12,90", "it", "12.90"),
        ("12.90", "it", "12.90"),
        ("12 €", "it", "12"),
        ("0,5", "it", "0.5"),
        ("1,000", "en", "1000"),
        ("1,234.50", "en", "1234.50"),
        ("12,90", "en", "12.90"),
        ("1 000", "en", "1000"),
    ],
)
def test_an_amount_is_read_in_the_way_of_the_language(typed: str, language: str, amount: str) -> None:
    assert amount_in(typed, language) == Decimal(amount)
    assert plain_amount(typed, language) == amount


@pytest.mark.parametrize("typed", ["quattro", "-3", "0", "1,2,3", "1.00.000", "nan", "1e5000000", "inf"])
def test_what_is_no_amount_is_not_made_one(typed: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        amount_in(typed, "it")


@pytest.mark.parametrize("value", [0, 34.5, 1000, 1.125, 0.01])
@pytest.mark.parametrize("language", ["it", "en"])
def test_what_a_field_shows_is_read_as_the_same(value: float, language: str) -> None:
    assert Decimal(plain_amount(shown_amount(value, language), language)) == Decimal(str(value))


def test_nothing_typed_is_no_amount() -> None:
    assert amount_in("  ", "it") is None
    assert shown_amount(None, "it") == ""
