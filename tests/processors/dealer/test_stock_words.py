"""What dealers say about the shelf."""

from __future__ import annotations

import pytest

from processors.dealer.stock_words import StockReader
from processors.partners.clauses import clauses


def heard(text: str) -> list[tuple[str, int | None, str]]:
    reader = StockReader()
    read = [reader.read(clause) for clause in clauses(text)]
    return [(talk.mode, talk.amount, talk.product) for talk in read if talk]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("esaurito lo shampoo", [("set", 0, "shampoo")]),
        ("lo shampoo è finito", [("set", 0, "shampoo")]),
        ("finite le crocchette salmone", [("set", 0, "crocchette salmone")]),
        ("non ho più balsamo", [("set", 0, "balsamo")]),
        ("non c'è più shampoo", [("set", 0, "shampoo")]),
        ("collare antipulci 8 mesi finito", [("set", 0, "collare antipulci 8 mesi")]),
        ("esaurita la cuccia da esterno", [("set", 0, "cuccia da esterno")]),
        ("sono finite le candele alla cannella e arancia", [("set", 0, "candele alla cannella e arancia")]),
        ("sold out shampoo", [("set", 0, "shampoo")]),
        ("no shampoo left", [("set", 0, "shampoo")]),
        ("I don't have any shampoo", [("set", 0, "shampoo")]),
        ("habis shampo", [("set", 0, "shampo")]),
        ("disponibili 5 cucce", [("set", 5, "cucce")]),
        ("5 cucce disponibili", [("set", 5, "cucce")]),
        ("ho ancora 3 ciotole", [("set", 3, "ciotole")]),
        ("mi restano solo 4 pettini", [("set", 4, "pettini")]),
        ("ho una decina di candele", [("set", 10, "candele")]),
        ("we have 5 leashes left", [("set", 5, "leashes")]),
        ("stok shampo 5", [("set", 5, "shampo")]),
        ("sisa dua belas lilin", [("set", 12, "lilin")]),
        ("shampoo: 5", [("set", 5, "shampoo")]),
        ("cucce = 0", [("set", 0, "cucce")]),
        ("acquario 30 litri: 4", [("set", 4, "acquario 30 litri")]),
        ("arrivate 20 candele", [("add", 20, "candele")]),
        ("arrivate venticinque candele", [("add", 25, "candele")]),
        ("arrivati tre acquari 30 litri", [("add", 3, "acquari 30 litri")]),
        ("+20 candele", [("add", 20, "candele")]),
        ("received 10 dog beds and 3 bowls", [("add", 10, "dog beds"), ("add", 3, "bowls")]),
        ("tambah 5 lilin", [("add", 5, "lilin")]),
        ("venduti 2 guinzagli", [("add", -2, "guinzagli")]),
        ("arrivato lo shampoo", [("add", None, "shampoo")]),
        ("finite le cucce taglia L", [("set", 0, "cucce taglia l")]),
        ("esaurito l'acquario", [("set", 0, "acquario")]),
        ("shampoo disponibile", [("set", None, "shampoo")]),
        ("quante cucce ho?", [("show", None, "cucce")]),
        ("quanto shampoo è rimasto?", [("show", None, "shampoo")]),
        ("ho ancora shampoo?", [("show", None, "shampoo")]),
        ("how many beds do I have?", [("show", None, "beds")]),
        ("berapa stok shampo?", [("show", None, "shampo")]),
        ("quante cucce ho? e lo shampoo?", [("show", None, "cucce"), ("show", None, "shampoo")]),
        (
            "arrivate 20 candele lavanda, 5 cucce e 3 ciotole",
            [("add", 20, "candele lavanda"), ("add", 5, "cucce"), ("add", 3, "ciotole")],
        ),
        ("ho finito i guinzagli, arrivate dieci cucce", [("set", 0, "guinzagli"), ("add", 10, "cucce")]),
        ("arrivate 20 candele, ciao a tutti", [("add", 20, "candele")]),
        ("ciao", []),
        ("ok grazie", []),
        ("1042", []),
    ],
)
def test_changes_and_questions_are_read(text: str, meaning: list[tuple[str, int | None, str]]) -> None:
    assert heard(text) == meaning


def test_a_clause_without_its_own_verb_is_marked() -> None:
    reader = StockReader()
    first, second = (reader.read(c) for c in ("esaurito lo shampoo", "le cucce"))
    assert first is not None
    assert second is not None
    assert (first.continued, second.continued) == (False, True)
