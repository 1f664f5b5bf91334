"""Writes what was found as docs/access.md."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from devstack.access.calls import Welcome
from devstack.access.expected import NAME
from devstack.access.functions import Function
from devstack.access.lints import LINTS
from devstack.access.tables import DENIED, VERBS, Matrix
from devstack.access.world import PEOPLE
from devstack.places import ROOT

FILE = ROOT / "docs" / "access.md"

_INTRO = f"""\
# Who may do what

`./dev access --write` wrote this file: it fills a fresh database with two businesses, tries every verb on every table
as every kind of person, calls every function that people may call, and writes down what happened.
`{NAME}` says what should happen; `./dev access` and the tests name each difference. Don't edit this
file.

People read tables under row-level security and write only through functions that check their role and record what they
did in `audit_log`. Visitors without a log-in (`anon`) reach nothing but three functions of the desk's sessions, whose
only key is the digest of a cookie that nobody can guess. The service key reaches everything it needs and never leaves
the server.

| person | who that is |
|---|---|
| anon | nobody signed in; the public key |
| viewer, agent, admin | an active row in `staff` of the business with that role |
| outsider | an agent of another business; what is shown is what they reach of *this* one |
| rider | an active row in `riders` with their `user_id` |
| former | an admin and rider who was switched off (`active` is false); their log-in still works |
| service | the secret key: api and worker |

## Add a table or a function

1. In its migration: `enable row level security`, `grant` by name, one policy per verb `to authenticated` that asks
   `business_id in (select private.my_businesses())`, an index on each column that the policy names, and a comment.
2. One line in `{NAME}`: `my_table: staff` under `tables` (the kinds stand above it). A function that
   people may call: one line under `functions` with who passes and example arguments. A function of the service alone
   needs none.
3. `./dev access --write`, and commit what it wrote. If it can't guess an example row, it says which value to give.

## Tables and views

What each person may do, and to which rows: **own** (the rider's), **business**, **all** (every business's), **common**
(rows of no business), **none** (may ask, gets nothing). `·` is no grant at all. A word alone is reading.

"""


@dataclass(frozen=True, kw_only=True)
class Places:
    """Topics and files, which are no tables of ours."""

    topics: Matrix
    files: Matrix


def markdown(
    tables: Matrix,
    views: Matrix,
    places: Places,
    functions: list[Function],
    let_in: Mapping[str, Welcome],
) -> str:
    """The whole file."""
    names = [person.name for person in PEOPLE]
    lines = [_row("table", *names), _row(*["---"] * (len(names) + 1))]
    for name, people in [*sorted(tables.items()), *sorted(views.items())]:
        label = f"{name} (view)" if name in views else name
        lines.append(_row(f"`{label}`", *(_cell(people[person]) for person in names)))
    lines += ["", "## Realtime topics", ""]
    lines += ["Ids are of the business: hear and send broadcasts, see who is there and appear there.", ""]
    lines += _places("topic", places.topics, names)
    if places.files:
        lines += ["", "## Files in Storage", "", "`bucket/path`, with ids of the business.", ""]
        lines += _places("file", places.files, names)
    lines += ["", "## Functions that people call", ""]
    lines += [
        "Called with ids of the business; who is refused stays so whatever ids they send. An outsider's `yes` "
        "has no ids in it: it acts on their own business.",
        "",
    ]
    lines += [_row("function", *let_in_columns()), _row(*["---"] * (len(let_in_columns()) + 1))]
    for function in functions:
        if function.name in let_in:
            marks = ["yes" if person in let_in[function.name].people else "·" for person in let_in_columns()]
            lines.append(_row(f"`{function.name}`", *marks))
    lines += ["", "## Functions that policies ask", ""]
    lines += [
        "In schema `private`, which the API does not show. They answer only for whoever is signed in.",
        "",
    ]
    lines += [f"- `{f.signature}`" for f in functions if f.schema == "private" and "authenticated" in f.roles]
    lines += ["", "## Functions of the service alone", ""]
    lines += [
        f"- `{f.signature}`" for f in functions if f.schema == "public" and f.roles == ("service_role",)
    ]
    lines += [
        "",
        "All other functions of schema `private` are steps of these; people may execute none of them.",
        "",
    ]
    lines += ["## Rules of the schema", "", "Checked by the tests on the migrated database:", ""]
    lines += [f"- {name.replace('_', ' ')}: {lint.remedy}" for name, lint in LINTS.items()]
    return _INTRO + "\n".join(lines) + "\n"


def _places(title: str, found: Matrix, names: list[str]) -> list[str]:
    rows = [_row(title, *names), _row(*["---"] * (len(names) + 1))]
    for pattern, people in found.items():
        cells = (
            ", ".join(verb for verb, scope in people[name].items() if scope != DENIED) or "·"
            for name in names
        )
        named = re.sub(r"@(\w+)", r"{id of \1}", pattern)
        rows.append(_row(f"`{named}`", *cells))
    return rows


def let_in_columns() -> list[str]:
    """The people who can sign in."""
    return [person.name for person in PEOPLE if person.role == "authenticated"]


def _cell(verbs: Mapping[str, str]) -> str:
    if all(verbs.get(verb) == "all" for verb in VERBS):
        return "everything"
    parts = [
        scope if verb == "select" else f"{verb} {scope}" for verb, scope in verbs.items() if scope != DENIED
    ]
    return ", ".join(parts) or "·"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
