"""The list of what a person does at the desk names tests that there are."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from dashboard.live.actions import ACTIONS

HERE = Path(__file__).parent
LIST = HERE.parents[1] / "docs" / "desk-actions.md"


def _rows() -> list[list[str]]:
    """Action, what carries it out, test; of every table."""
    lines = [line for line in LIST.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row[0] != "Action"]


@cache
def _browser_tests(file: str) -> frozenset[str]:
    """The tests of a module, none where it asks for no Chromium."""
    text = (HERE / file).read_text(encoding="utf-8")
    if "pytest.mark.browser" not in text:
        return frozenset()
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.parse(text).body if isinstance(node, functions))


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row[0])
def test_each_action_names_a_browser_test_that_exists(row: list[str]) -> None:
    assert len(row) == 3, "a row has an action, what carries it out, and a test"
    file, _, name = row[2].strip("`").partition("::")
    assert name in _browser_tests(file), f"{LIST.name}: {row[0]}: there is no browser test {row[2]}"


def test_no_act_of_the_inbox_is_without_one() -> None:
    named = {name for row in _rows() for name in row[1].replace("`", "").split(", ")}
    assert set(ACTIONS) - named == set()
