"""Order lines in words."""

from __future__ import annotations

from processors.language.lines import line_text


def test_a_variant_is_told_as_people_say_it_however_it_is_stored() -> None:
    stored = {"colore": "rosso", "materiale": "nylon", "taglia": "M", "formato": ""}
    line = {"name": "Guinzaglio", "quantity": 2, "variant": stored}
    assert line_text(line) == "2 × Guinzaglio (M, rosso, nylon)"


def test_a_line_without_a_variant_is_plain() -> None:
    assert line_text({"name": "Candela", "quantity": 1, "variant": None}) == "1 × Candela"
