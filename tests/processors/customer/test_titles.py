"""Short labels fit Meta's limits and end with a whole word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.channels.whatsapp.limits import length
from processors.customer.titles import button_title, row_title, row_titles


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Tiragraffi a torre", "Tiragraffi a torre"),
        ("Shampoo delicato per cani all'avena", "Shampoo delicato…"),
        ("Crocchette senza cereali al cinghiale", "Crocchette senza…"),
        ("Supercalifragilistichespiralidoso", "Supercalifragilistiches…"),
    ],
)
def test_row_titles(name: str, title: str) -> None:
    assert row_title(name) == title


def test_names_cut_to_the_same_are_told_apart_by_their_ends() -> None:
    names = ["Candela profumata lavanda", "Candela profumata cannella e arancia", "Vaso"]
    assert row_titles(names) == ["Candela… lavanda", "Candela… arancia", "Vaso"]


@given(st.text(min_size=1, max_size=80))
def test_labels_are_never_too_long(text: str) -> None:
    assert length(row_title(text)) <= 24
    assert all(length(title) <= 24 for title in row_titles([f"x {text}", f"x {text} y"]))
    assert length(button_title(text)) <= 20
