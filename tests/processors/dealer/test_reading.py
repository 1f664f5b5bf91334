"""Whole texts taken apart: verbs, order codes, the shelf."""

from __future__ import annotations

import pytest

from processors.dealer.reading import read

KNOWN = {"D1042", "D1043", "D1050-2"}


def test_a_bare_number_is_a_code_only_when_there_is_such_an_order() -> None:
    (said,) = read("ok accetto la 1042", KNOWN.__contains__)
    assert (said.verb, said.codes, said.stock) == ("accept", ("D1042",), None)
    (said,) = read("ok accetto la 1999", KNOWN.__contains__)
    assert said.codes == ()


@pytest.mark.parametrize("written", ["D1999", "d 1999", "d-1999", "#1999", "n.1999"])
def test_a_number_with_its_sign_is_a_code_even_if_nobody_knows_it(written: str) -> None:
    (said,) = read(f"accetto {written}", KNOWN.__contains__)
    assert said.codes == ("D1999",)


def test_parts_of_an_order_keep_their_number() -> None:
    (said,) = read("pronta la 1050-2", KNOWN.__contains__)
    assert (said.verb, said.codes) == ("ready", ("D1050-2",))


def test_several_codes_in_one_clause_are_all_found_once() -> None:
    (said,) = read("accetto D1042 D1043 D1042", KNOWN.__contains__)
    assert said.codes == ("D1042", "D1043")


def test_quantities_are_no_codes() -> None:
    (said,) = read("arrivate 1042 candele", KNOWN.__contains__)
    assert said.codes == ()
    assert said.stock is not None
    assert said.stock.amount == 1042


def test_a_courtesy_does_not_hide_news_of_the_shelf() -> None:
    (said,) = read("ciao finito lo shampoo", KNOWN.__contains__)
    assert said.verb is None
    assert said.stock is not None


def test_a_plea_of_being_unable_and_news_of_the_shelf_are_two_things() -> None:
    first, second = read("no non posso, lo shampoo è finito", KNOWN.__contains__)
    assert first.verb == "decline"
    assert second.stock is not None
