"""Amounts of money as people write them: Italian "25,80 €", English "€25.80", Indonesian "€25,80"."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "IDR": "Rp"}

_WITHOUT_CENTS = frozenset({"IDR", "JPY"})
"""Currencies whose smaller unit nobody uses."""


def money(amount: Decimal, currency: str, language: str) -> str:
    """`amount` in `currency` (ISO 4217) for a reader of `language` (it, en, id; others read as English).

    Rounded to cents half up, as a till does; thousands are grouped.
    """
    step = Decimal(1) if currency in _WITHOUT_CENTS else Decimal("0.01")
    digits = f"{abs(amount).quantize(step, rounding=ROUND_HALF_UP):,}"
    if language in ("it", "id"):
        digits = digits.translate(str.maketrans(",.", ".,"))
    sign = "-" if amount < 0 else ""
    symbol = _SYMBOLS.get(currency)
    if language == "it":
        return f"{sign}{digits} {symbol or currency}"
    return f"{sign}{symbol}{digits}" if symbol else f"{sign}{currency} {digits}"
