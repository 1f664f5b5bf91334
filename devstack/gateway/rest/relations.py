"""Which foreign key an embedded resource means.

Source: PostgREST v14, "Resource Embedding".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from devstack.gateway.rest.errors import ApiError
from devstack.gateway.rest.query import SelectEmbed
from devstack.gateway.rest.schema import ForeignKey, Relation, Schema

Cardinality = Literal["many-to-one", "one-to-one", "one-to-many", "many-to-many"]
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Junction:
    """The table between two others: pairs of (a column there, its own column)."""

    relation: Relation
    parent_pairs: Pairs
    child_pairs: Pairs
    names: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Join:
    """How a child hangs on its parent. `pairs` are (parent's column, child's column), none with a junction."""

    child: Relation
    cardinality: Cardinality
    name: str
    """What a hint calls it: the foreign key, or the table of a junction."""
    pairs: Pairs = ()
    junction: Junction | None = None

    @property
    def is_many(self) -> bool:
        """Whether a parent may have several children."""
        return self.cardinality in ("one-to-many", "many-to-many")

    @property
    def parent_columns(self) -> tuple[str, ...]:
        """The columns of the parent that the join compares."""
        pairs = self.pairs if self.junction is None else self.junction.parent_pairs
        return tuple(parents for parents, _ in pairs)


def find_join(schema: Schema, parent: Relation, embed: SelectEmbed) -> Join:
    """The one join that `embed` means. Raises PGRST200 for none, PGRST201 for several."""
    found = [join for join in _joins(schema, parent) if _is_meant(join, parent, embed)]
    if len(found) == 1:
        return found[0]
    raise _ambiguous(parent, embed, found) if found else _unknown(schema, parent, embed)


def _joins(schema: Schema, parent: Relation) -> Iterator[Join]:
    """Every way from `parent` to another relation."""
    for key in schema.keys_from.get(parent.oid, ()):
        pairs = tuple(zip(key.columns, key.target_columns, strict=True))
        kind: Cardinality = "one-to-one" if key.is_unique else "many-to-one"
        yield Join(schema.by_oid[key.target], kind, key.name, pairs)
    for key in schema.keys_to.get(parent.oid, ()):
        pairs = tuple(zip(key.target_columns, key.columns, strict=True))
        yield Join(
            schema.by_oid[key.table], "one-to-one" if key.is_unique else "one-to-many", key.name, pairs
        )
        yield from _through(schema, key)


def _through(schema: Schema, ours: ForeignKey) -> Iterator[Join]:
    """Many-to-many: the primary key of the table between holds the columns of both foreign keys."""
    between = schema.by_oid[ours.table]
    for theirs in schema.keys_from.get(between.oid, ()):
        if theirs is ours or not {*ours.columns, *theirs.columns} <= set(between.primary_key):
            continue
        junction = Junction(
            between,
            parent_pairs=tuple(zip(ours.target_columns, ours.columns, strict=True)),
            child_pairs=tuple(zip(theirs.target_columns, theirs.columns, strict=True)),
            names=(ours.name, theirs.name),
        )
        yield Join(schema.by_oid[theirs.target], "many-to-many", between.name, junction=junction)


def _is_meant(join: Join, parent: Relation, embed: SelectEmbed) -> bool:
    """By the name of the table, of the foreign key, or of its only column; a hint chooses among tables."""
    target, hint = embed.target, embed.hint
    ours, theirs = join.pairs[0] if len(join.pairs) == 1 else (None, None)
    if join.child is parent and join.junction is None:
        # One key, two directions: the table's name means the children, the column's name the parent.
        if hint is None and join.cardinality == "many-to-one":
            return target == ours
        return target == parent.name and join.is_many and hint in (None, theirs)
    if hint is not None:
        return target == join.child.name and hint in (join.name, ours, theirs)
    if join.junction is not None:
        return target == join.child.name
    return target in (join.child.name, join.name, ours)


def _unknown(schema: Schema, parent: Relation, embed: SelectEmbed) -> ApiError:
    target = embed.target
    using = f" using the hint '{embed.hint}'" if embed.hint else ""
    children = {(parent.schema, join.child.name) for join in _joins(schema, parent)}
    similar = schema.similar(parent.schema, target, children)
    hint = f"Perhaps you meant '{similar}' instead of '{target}'." if similar and similar != target else None
    return ApiError(
        400,
        "PGRST200",
        f"Could not find a relationship between '{parent.name}' and '{target}' in the schema cache",
        f"Searched for a foreign key relationship between '{parent.name}' and '{target}'{using} "
        f"in the schema '{parent.schema}', but no matches were found.",
        hint,
    )


def _ambiguous(parent: Relation, embed: SelectEmbed, found: list[Join]) -> ApiError:
    choices = ", ".join(f"'{join.child.name}!{join.name}'" for join in found)
    return ApiError(
        300,
        "PGRST201",
        "Could not embed because more than one relationship was found for "
        f"'{parent.name}' and '{embed.target}'",
        [
            {
                "cardinality": join.cardinality,
                "embedding": f"{parent.name} with {join.child.name}",
                "relationship": _described(parent, join),
            }
            for join in found
        ],
        f"Try changing '{embed.target}' to one of the following: {choices}. "
        "Find the desired relationship in the 'details' key.",
    )


def _described(parent: Relation, join: Join) -> str:
    def columns(names: list[str]) -> str:
        return f"({', '.join(names)})"

    if join.junction is not None:
        ours, theirs = join.junction.names
        return (
            f"{join.name} using {ours}{columns([own for _, own in join.junction.parent_pairs])} "
            f"and {theirs}{columns([own for _, own in join.junction.child_pairs])}"
        )
    return (
        f"{join.name} using {parent.name}{columns([ours for ours, _ in join.pairs])} "
        f"and {join.child.name}{columns([theirs for _, theirs in join.pairs])}"
    )
