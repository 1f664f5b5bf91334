"""The labelled files: what is read, what is refused and how it is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.evaluation.__main__ import DATA, main
from bench.evaluation.rows import RowError, read_folder

MESSAGE = {"text": "ciao", "lang": "it", "intent": "general_chat", "needs_human": False}


def write(folder: Path, name: str, *rows: object) -> None:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_the_repositorys_own_rows_are_sound() -> None:
    found = read_folder(DATA)
    assert {"dev", "heldout", "blind"} <= set(found.messages) & set(found.carts) & set(found.queries)
    known = {article.sku for article in found.catalogue}
    named = {sku for rows in found.carts.values() for row in rows for item in row.items for sku in item.skus}
    assert named <= known


def test_any_subset_and_any_other_field_is_fine(tmp_path: Path) -> None:
    write(tmp_path, "nlu.mine.jsonl", {**MESSAGE, "voice": "a neighbour", "lang": None}, "")
    found = read_folder(tmp_path)
    assert [row.language for row in found.messages["mine"]] == [None]
    assert not found.carts


@pytest.mark.parametrize(
    ("name", "line", "told"),
    [
        ("nlu.x.jsonl", '{"text": "cia', "nlu.x.jsonl:2: is not JSON"),
        ("nlu.x.jsonl", "[1]", "nlu.x.jsonl:2: is not a JSON object"),
        ("nlu.x.jsonl", {**MESSAGE, "intent": "buy"}, "nlu.x.jsonl:2: intent must be one of order_request"),
        ("nlu.x.jsonl", {**MESSAGE, "text": " "}, "nlu.x.jsonl:2: text must be a text that is not empty"),
        ("nlu.x.jsonl", {**MESSAGE, "needs_human": "no"}, "nlu.x.jsonl:2: needs_human must be true or false"),
        (
            "scam.x.jsonl",
            {"text": "lavoro", "label": "?"},
            "scam.x.jsonl:2: label must be one of scam, legit",
        ),
    ],
)
def test_a_line_that_can_not_be_used_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, line: object, told: str
) -> None:
    good: object = MESSAGE if name.startswith("nlu") else {"text": "lavoro", "label": "legit"}
    write(tmp_path, name, good, line)
    assert main(["--data", str(tmp_path), "--json"]) == 1
    printed = capsys.readouterr()
    assert told in printed.err
    assert printed.out == ""


def test_carts_without_their_catalogue_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "carts.x.jsonl", {"text": "ciao", "action": "none"})
    with pytest.raises(RowError, match=r"search_catalogue\.jsonl: carts and searches need"):
        read_folder(tmp_path)


def test_a_folder_without_rows_says_what_it_looked_for(tmp_path: Path) -> None:
    with pytest.raises(RowError, match=r"nlu\.NAME\.jsonl"):
        read_folder(tmp_path)
