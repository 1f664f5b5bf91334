from __future__ import annotations

from decimal import Decimal

import pytest

from processors.language.money import money


@pytest.mark.parametrize(
    ("amount", "currency", "language", "written"),
    [
        ("25.80", "EUR", "it", "25,80 €"),
        ("25.80", "EUR", "en", "€25.80"),
        ("25.80", "EUR", "id", "€25,80"),
        ("1234.5", "EUR", "it", "1.234,50 €"),
        ("1234567.891", "EUR", "en", "€1,234,567.89"),
        ("1234567.891", "EUR", "id", "€1.234.567,89"),
        ("0", "EUR", "it", "0,00 €"),
        ("0.005", "EUR", "it", "0,01 €"),
        ("-3.5", "EUR", "it", "-3,50 €"),
        ("-3.5", "EUR", "en", "-€3.50"),
        ("25000", "IDR", "id", "Rp25.000"),
        ("9.90", "USD", "en", "$9.90"),
        ("9.90", "GBP", "it", "9,90 £"),
        ("9.90", "CHF", "it", "9,90 CHF"),
        ("9.90", "CHF", "en", "CHF 9.90"),
        ("9.90", "EUR", "xx", "€9.90"),
    ],
)
def test_money_is_written_as_its_reader_writes_it(
    amount: str, currency: str, language: str, written: str
) -> None:
    assert money(Decimal(amount), currency, language) == written
