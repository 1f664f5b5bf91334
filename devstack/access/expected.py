"""What should come out: `tests/database/access.yaml`, one line per table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from devstack.access.places import FILE_VERBS, TOPIC_VERBS, YES
from devstack.access.tables import DENIED, VERBS, Matrix
from devstack.access.world import PEOPLE
from devstack.places import ROOT

FILE = ROOT / "tests" / "database" / "access.yaml"
NAME = "tests/database/access.yaml"
_EVERYTHING = dict.fromkeys(VERBS, "all")


class ExpectationError(Exception):
    """The file can't be read as expectations; the message names the place."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """A function that people may call: who passes its check, and arguments to try it with."""

    may: tuple[str, ...]
    args: Mapping[str, Any]
    ends: str | None = None
    """The code it refuses the examples with once somebody is let in, where no example can be good."""


@dataclass(frozen=True, kw_only=True)
class Expected:
    """The expectations, with kinds of table spelt out."""

    tables: Matrix
    views: Matrix
    topics: Matrix
    """Realtime topics by pattern."""
    files: Matrix
    """Files in Storage by `bucket/path` pattern."""
    functions: Mapping[str, Call]
    """By name; a function that is not here is for the service alone."""
    policy_helpers: tuple[str, ...]
    """Functions of schema `private` that policies call with the rights of people."""
    rows: Mapping[str, Mapping[str, Any]]
    columns: Mapping[str, Any]
    exceptions: Mapping[str, Mapping[str, str]]
    """Lint → what it would name → why that is right."""


def load(file: Path = FILE) -> Expected:
    """Read the file. Raises ExpectationError."""
    raw = yaml.safe_load(file.read_text(encoding="utf-8"))
    kinds = {name: _kind(name, people) for name, people in raw["kinds"].items()}
    return Expected(
        tables=_spelt_out(raw["tables"], kinds),
        views=_spelt_out(raw["views"], kinds),
        topics=_places(raw["topics"], TOPIC_VERBS),
        files=_places(raw["files"], FILE_VERBS),
        functions={
            name: Call(may=tuple(entry["may"]), args=entry.get("args") or {}, ends=entry.get("ends"))
            for name, entry in (raw["functions"] or {}).items()
        },
        policy_helpers=tuple(raw["policy_helpers"]),
        rows=raw.get("rows") or {},
        columns=raw.get("columns") or {},
        exceptions=raw.get("exceptions") or {},
    )


def compare(found: Matrix, expected: Matrix) -> list[str]:
    """What differs, in sentences that say what to do; empty when all is as expected."""
    lines = [
        f"{table}: no entry. Add one line `{table}: <kind>` under `tables` (views: `views`) in {NAME} that says "
        "who may read and write it, then run `./dev access --write`."
        for table in found.keys() - expected.keys()
    ]
    lines += [
        f"{table}: there is no such table or view; remove its line from {NAME}."
        for table in expected.keys() - found.keys()
    ]
    for table in found.keys() & expected.keys():
        for person, verbs in found[table].items():
            for verb, scope in verbs.items():
                wanted = expected[table].get(person, {}).get(verb, DENIED)
                if scope != wanted:
                    lines.append(f"{table}: {person} may {verb} {scope}, expected {wanted}.")
    return sorted(lines)


def _spelt_out(entries: Mapping[str, str], kinds: Mapping[str, dict[str, dict[str, str]]]) -> Matrix:
    for table, kind in entries.items():
        if kind not in kinds:
            raise ExpectationError(f"{NAME}: {table} is of kind {kind!r}; there are {', '.join(kinds)}")
    return {table: kinds[kind] for table, kind in entries.items()}


def _kind(name: str, people: Mapping[str, str]) -> dict[str, dict[str, str]]:
    known = [person.name for person in PEOPLE]
    if unknown := set(people) - set(known):
        raise ExpectationError(f"{NAME}: kind {name!r} names {sorted(unknown)}; there are {', '.join(known)}")
    return {person: _verbs(text) for person, text in people.items()}


def _places(entries: Mapping[str, Mapping[str, list[str]]] | None, verbs: tuple[str, ...]) -> Matrix:
    """`{pattern: {verb: [people]}}` turned round. The service is bound by no policy."""
    known = {person.name for person in PEOPLE}
    matrix: Matrix = {}
    for pattern, given in (entries or {}).items():
        people = {person for listed in given.values() for person in listed}
        if not set(given) <= set(verbs) or not people <= known:
            raise ExpectationError(f"{NAME}: {pattern!r} takes {', '.join(verbs)}, each a list of people")
        matrix[pattern] = {"service": dict.fromkeys(verbs, YES)} | {
            person: {verb: YES for verb, listed in given.items() if person in listed} for person in people
        }
    return matrix


def _verbs(text: str) -> dict[str, str]:
    """`select business, insert own`, or `everything`."""
    if text == "everything":
        return dict(_EVERYTHING)
    pairs = [part.split() for part in text.split(",")]
    if any(len(pair) != 2 or pair[0] not in VERBS for pair in pairs):
        raise ExpectationError(f"{NAME}: {text!r} is not a list of `verb rows` with verbs {', '.join(VERBS)}")
    return {pair[0]: pair[1] for pair in pairs}
