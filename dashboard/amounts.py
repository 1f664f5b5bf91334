"""Amounts as people write them, in the way of their language: "1.000,50" is a thousand and a half in Italian."""

from __future__ import annotations

import re
from decimal import Decimal

_SPACES = re.compile(r"[\s\u00a0\u202f]")


def plain_amount(text: str, language: str) -> str:
    """The text as a number is written for a machine: no sign of a currency, no thousands, a point before decimals.

    What is no amount comes back nearly as it was, for whoever checks it to refuse. A comma and a point before one or
    two digits are both taken for decimals: keyboards differ more than languages.
    """
    bare = _SPACES.sub("", text.replace("€", ""))
    thousands, point = (",", ".") if language == "en" else (".", ",")
    grouped = rf"-?[1-9]\d{{0,2}}(\{thousands}\d{{3}})+(\{point}\d+)?"
    if re.fullmatch(grouped, bare):
        bare = bare.replace(thousands, "")
    return bare.replace(",", ".")


def shown_amount(value: object, language: str) -> str:
    """A number in a field, so that `plain_amount` reads the same one again."""
    written = "" if value is None else str(value)
    return written if language == "en" else written.replace(".", ",")


def amount_in(text: str, language: str) -> Decimal | None:
    """An amount above zero, None for an empty text. Raises ValueError for anything else."""
    plain = plain_amount(text, language)
    if not plain:
        return None
    if not re.fullmatch(r"\d{1,12}(\.\d+)?", plain) or Decimal(plain) == 0:
        raise ValueError("not an amount")
    return Decimal(plain)
