"""Numbers as recipients."""

from __future__ import annotations

import pytest

from processors.channels.whatsapp.phones import to_recipient


@pytest.mark.parametrize(
    ("stored", "recipient"),
    [
        ("393331234567", "+393331234567"),
        ("+393331234567", "+393331234567"),
        ("6281234567890", "+6281234567890"),
        ("5491123456789", "+541123456789"),  # Argentina: reached without the 9.
        ("541123456789", "+541123456789"),
        ("5215512345678", "+525512345678"),  # Mexico: dialled without the 1.
        ("525512345678", "+525512345678"),
        ("553188887777", "+553188887777"),  # Brazil: an old account keeps its eight digits.
        ("16505551234", "+16505551234"),
        ("54911234567890", "+54911234567890"),  # Too long for the rule.
    ],
)
def test_a_recipient_has_a_plus_and_the_digits_to_dial(stored: str, recipient: str) -> None:
    assert to_recipient(stored) == recipient
