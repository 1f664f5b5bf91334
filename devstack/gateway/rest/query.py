"""What a query string says, as values: the tree that `rest.grammar` reads and `rest.sql` writes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Path = tuple[str, ...]
"""The embedded resources on the way to a parameter: () is the table of the URL itself."""


@dataclass(frozen=True, slots=True)
class Step:
    """One arrow of a JSON path: `->key`, or `->>key` when `as_text`."""

    key: str | int
    as_text: bool


@dataclass(frozen=True, slots=True)
class Field:
    """A column, perhaps with a path into its JSON."""

    column: str
    path: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class SelectField:
    """A selected column; `*` selects all of them."""

    field: Field
    alias: str | None = None
    cast: str | None = None


@dataclass(frozen=True, slots=True)
class SelectEmbed:
    """A related resource: `alias:target!hint!inner(items)`."""

    target: str
    items: tuple[SelectItem, ...]
    alias: str | None = None
    hint: str | None = None
    is_inner: bool = False

    @property
    def name(self) -> str:
        """The key in the result, and the name by which parameters address it."""
        return self.alias or self.target


SelectItem = SelectField | SelectEmbed


@dataclass(frozen=True, slots=True)
class Condition:
    """`field=not.operator(quantifier).value`. `values` holds the list of `in`, else exactly one text."""

    field: Field
    operator: str
    values: tuple[str, ...]
    is_negated: bool = False
    quantifier: Literal["any", "all"] | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """`and=(…)`, `or=(…)`, `not.and=(…)`, and the same inside of each other."""

    kind: Literal["and", "or"]
    members: tuple[Test, ...]
    is_negated: bool = False


Test = Condition | Group


@dataclass(frozen=True, slots=True)
class Order:
    """One column of `order`; with `relation`, one of an embedded resource."""

    field: Field
    is_descending: bool
    nulls: Literal["first", "last"] | None = None
    relation: str | None = None


@dataclass(slots=True)
class Query:
    """All parameters of one request."""

    select: tuple[SelectItem, ...] = (SelectField(Field("*")),)
    has_select: bool = False
    tests: dict[Path, list[Test]] = field(default_factory=dict)
    orders: dict[Path, tuple[Order, ...]] = field(default_factory=dict)
    limits: dict[Path, int] = field(default_factory=dict)
    offsets: dict[Path, int] = field(default_factory=dict)
    columns: tuple[str, ...] | None = None
    on_conflict: tuple[str, ...] | None = None
    arguments: list[tuple[str, str]] = field(default_factory=list)
    """What is left for the function of a GET call."""

    @property
    def paths(self) -> set[Path]:
        """Every embedded resource that a parameter addresses."""
        found: set[Path] = set()
        for part in (self.tests, self.orders, self.limits, self.offsets):
            found.update(part)
        return found - {()}
