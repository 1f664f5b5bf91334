"""What a model wrote for an agent states nothing that the shop's own data do not say."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"\d+")
_AMOUNT = re.compile(
    r"(?:[€$]|\b(?:eur|usd|rp|idr)\b\.?)\s?\d[\d.,]*"
    r"|\d[\d.,]*\s?(?:[€$%]|\b(?:eur\w*|usd|rp|idr|rupiah|dollar\w*|percent|per cento|persen)\b)"
    r"|\d+[.,]\d{2}\b",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"https?://\S+|www\.\S+|\S+@\S+\.\w+|\b[\w-]+\.(?:com|it|net|org|io|id|eu|shop)\b\S*|\+?\d[\d ().-]{6,}\d",
    re.IGNORECASE,
)
_MONEY_WORD = re.compile(
    r"\b(?:euros?|dollar[sio]*|rupiah|gratis|gratuit[aoie]|free of charge|for free|cuma-cuma"
    r"|scont\w+|discount\w*|diskon|omaggi\w*|voucher|coupon)\b",
    re.IGNORECASE,
)


def unsupported(words: str, *, facts: str, talk: str) -> list[str]:
    """What of `words` is not theirs to state, in the order found; empty when all is covered.

    Amounts, percentages, addresses of any kind and words of money must be in `facts`, the shop's own data; any other
    number may also come from the `talk`.
    """
    known, plain = facts.casefold(), _bare(facts)
    found = [match[0] for match in _PLACE.finditer(words) if _bare(match[0]) not in plain]
    amounts = {_digits(match[0]) for match in _AMOUNT.finditer(facts)}
    found += [match[0] for match in _AMOUNT.finditer(words) if _digits(match[0]) not in amounts]
    found += [match[0] for match in _MONEY_WORD.finditer(words) if match[0].casefold() not in known]
    numbers = set(_NUMBER.findall(facts)) | set(_NUMBER.findall(talk))
    found += [number for number in _NUMBER.findall(words) if number not in numbers]
    return list(dict.fromkeys(found))


def same_numbers(text: str, translated: str) -> bool:
    """Whether a translation has the figures of its original, whatever sign parts them."""
    return sorted(_NUMBER.findall(text)) == sorted(_NUMBER.findall(translated))


def _digits(text: str) -> str:
    """An amount by its digits: 1.234,50 and 1,234.50 are the same, 34 and 34,00 too."""
    digits = re.sub(r"[^\d.,]", "", text).strip(".,")
    whole, cents = digits, ""
    if match := re.fullmatch(r"(.*)[.,](\d{2})", digits):
        whole, cents = match[1], match[2]
    return f"{re.sub(r'[.,]', '', whole)}.{cents or '00'}{'%' if '%' in text else ''}"


def _bare(text: str) -> str:
    """Without spacing and case, and without what ends a sentence."""
    return re.sub(r"[\s().-]", "", text.casefold()).rstrip(",;:!?/")
