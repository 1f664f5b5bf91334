"""Signs that a phone wrote out."""

from __future__ import annotations

import pytest

from processors.customer.dictation import signed


@pytest.mark.parametrize(
    ("dictated", "written"),
    [
        ("tre candele virgola un sapone punto", "tre candele, un sapone."),
        ("avete candele punto interrogativo", "avete candele?"),
        ("two candles comma one soap full stop", "two candles, one soap."),
        ("sono a buon punto", "sono a buon punto"),
        ("tre candele, un sapone", "tre candele, un sapone"),
    ],
)
def test_a_dictated_sign_is_a_sign(dictated: str, written: str) -> None:
    assert signed(dictated) == written
