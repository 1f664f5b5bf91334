"""What the product asks of Supabase is checked by these tests, or it is said that it is not."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from devstack.calls import DOCUMENT, documented_kinds, read, render
from devstack.gateway.recording import Call
from tests.contract.not_covered import NOT_COVERED


@pytest.fixture(autouse=True)
def relied_upon() -> None:
    """These tests ask nothing of a project."""


def covered() -> set[str]:
    """Every kind that some contract test names; the tests themselves prove that they ask for it."""
    kinds: set[str] = set()
    for file in Path(__file__).parent.glob("test_*.py"):
        module = importlib.import_module(f"tests.contract.{file.stem}")
        for value in vars(module).values():
            for mark in getattr(value, "pytestmark", []):
                kinds.update(mark.args if mark.name == "covers" else ())
    return kinds


def test_every_recorded_kind_is_covered_or_named() -> None:
    """Source: docs/gateway-calls.md, recorded while the product's tests ran."""
    asked = documented_kinds(DOCUMENT.read_text(encoding="utf-8"))
    assert len(asked) > 20
    assert sorted(asked - covered() - set(NOT_COVERED)) == []


def test_what_is_covered_is_not_named_as_missing() -> None:
    """Source: tests/contract/not_covered.py."""
    assert sorted(covered() & set(NOT_COVERED)) == []


def test_the_document_is_rendered_from_records(tmp_path: Path) -> None:
    """Source: devstack/calls.py."""
    file = tmp_path / "calls.jsonl"
    line = b'{"service":"rest","what":"GET /rest/v1/x","detail":"or=(eq)","kinds":["rest: GET table"]}\n'
    file.write_bytes(line + line)
    calls = read([file])
    assert calls == [
        Call(service="rest", what="GET /rest/v1/x", detail="or=(eq)", kinds=("rest: GET table",))
    ]
    text = render(calls)
    assert documented_kinds(text) == {"rest: GET table"}
    assert "- `GET /rest/v1/x` `or=(eq)`" in text
