"""Versions of a prompt: everybody keeps theirs, in the shares that were asked for."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

import pytest

from processors.understanding.prompts import TURN, prompt, share_name, variant_for, versions

CONTACTS = [UUID(int=n * 7919) for n in range(2000)]


def test_without_a_share_everybody_has_the_usual_one() -> None:
    assert {variant_for(contact, {}) for contact in CONTACTS} == {TURN}


def test_shares_are_kept_and_growing_moves_people_only_away_from_the_usual_one() -> None:
    few = {contact: variant_for(contact, {"prompt_v2_percent": 20}) for contact in CONTACTS}
    more = {contact: variant_for(contact, {"prompt_v2_percent": "50"}) for contact in CONTACTS}
    assert few == {contact: variant_for(contact, {"prompt_v2_percent": 20}) for contact in CONTACTS}
    assert 0.17 < Counter(few.values())["turn.v2"] / len(CONTACTS) < 0.23
    assert 0.46 < Counter(more.values())["turn.v2"] / len(CONTACTS) < 0.54
    assert all(more[contact] == "turn.v2" for contact, version in few.items() if version == "turn.v2")
    assert {variant_for(contact, {"prompt_v2_percent": 100}) for contact in CONTACTS} == {"turn.v2"}


@pytest.mark.parametrize("version", [v for v in versions() if v.startswith("turn.")])
def test_every_version_says_whose_shop_it_is_and_leaves_braces_alone(version: str) -> None:
    text = prompt(version, business="Dloop {persona}", persona="Gentile {business}.")
    assert "Dloop {persona}" in text
    assert "Gentile {business}." in text
    assert share_name(version).startswith("prompt_v")


def test_a_version_that_is_not_there_is_no_file() -> None:
    with pytest.raises(KeyError):
        prompt("../../../etc/passwd")
