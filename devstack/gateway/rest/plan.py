"""From a Query to a tree of relations: which foreign key an embedded resource means, and the SQL of each level."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from devstack.gateway.config import MAX_ROWS
from devstack.gateway.rest.errors import ApiError
from devstack.gateway.rest.query import Path, Query, SelectEmbed, SelectField
from devstack.gateway.rest.schema import ForeignKey, Relation, Schema
from devstack.gateway.rest.sql import Parameters, Scope, identifier, qualified


@dataclass(slots=True)
class Join:
    """How a child hangs on its parent: pairs of (parent's column, child's column)."""

    pairs: tuple[tuple[str, str], ...]
    is_many: bool
    key: ForeignKey


@dataclass(slots=True)
class Node:
    """One relation of the request."""

    scope: Scope
    path: Path
    fields: list[SelectField]
    children: list[Child] = field(default_factory=list)


@dataclass(slots=True)
class Child:
    """An embedded resource."""

    embed: SelectEmbed
    node: Node
    join: Join


class Planner:
    """Builds the SQL of one request's tree."""

    def __init__(self, schema: Schema, query: Query, parameters: Parameters) -> None:
        self._schema = schema
        self._query = query
        self._parameters = parameters
        self._count = 0

    def tree(self, relation: Relation) -> Node:
        """Resolve every name. Raises ApiError for embeds and parameters that lead nowhere."""
        root = self._node(relation, self._query.select, ())
        known = {node.path for node in _walk(root)}
        for path in sorted(self._query.paths - known):
            raise ApiError(
                400,
                "PGRST108",
                f"'{path[-1]}' is not an embedded resource in this request",
                None,
                f"Verify that '{path[-1]}' is included in the 'select' query parameter.",
            )
        return root

    def _node(self, relation: Relation, items: tuple[SelectField | SelectEmbed, ...], path: Path) -> Node:
        scope = Scope(relation, f"t{self._count}", self._schema, self._parameters)
        self._count += 1
        node = Node(scope, path, [item for item in items if isinstance(item, SelectField)])
        for item in items:
            if isinstance(item, SelectEmbed):
                join, child = self._resolve(relation, item)
                node.children.append(Child(item, self._node(child, item.items, (*path, item.name)), join))
        return node

    def _resolve(self, parent: Relation, embed: SelectEmbed) -> tuple[Join, Relation]:
        """The one foreign key that `embed` means."""
        found = [
            (join, relation)
            for join, relation in self._joins(parent, embed.target)
            if embed.hint is None
            or embed.hint in (join.key.name, *join.key.columns, *join.key.target_columns)
        ]
        if len(found) == 1:
            return found[0]
        if not found:
            raise self._no_relationship(parent, embed)
        raise _ambiguous(parent, embed, found)

    def _joins(self, parent: Relation, target: str) -> Iterator[tuple[Join, Relation]]:
        """Every foreign key between `parent` and what `target` names: a table, a key, or a column."""
        for key in self._schema.keys_from.get(parent.oid, ()):
            child = self._schema.by_oid[key.target]
            if target in (child.name, key.name) or key.columns == (target,):
                pairs = tuple(zip(key.columns, key.target_columns, strict=True))
                yield Join(pairs, False, key), child
        for key in self._schema.keys_to.get(parent.oid, ()):
            child = self._schema.by_oid[key.table]
            if target in (child.name, key.name):
                pairs = tuple(zip(key.target_columns, key.columns, strict=True))
                yield Join(pairs, not key.is_unique, key), child

    def _no_relationship(self, parent: Relation, embed: SelectEmbed) -> ApiError:
        target = embed.target
        using = f" using the hint '{embed.hint}'" if embed.hint else ""
        similar = self._schema.similar(parent.schema, target, self._schema.relations)
        hint = (
            f"Perhaps you meant '{similar}' instead of '{target}'." if similar and similar != target else None
        )
        return ApiError(
            400,
            "PGRST200",
            f"Could not find a relationship between '{parent.name}' and '{target}' in the schema cache",
            f"Searched for a foreign key relationship between '{parent.name}' and '{target}'{using} "
            f"in the schema '{parent.schema}', but no matches were found.",
            hint,
        )

    # SQL.

    def select_list(self, node: Node) -> str:
        """The fields of a node and the results of its children. Without any it selects empty rows."""
        parts = [node.scope.selected(item) for item in node.fields]
        for child in node.children:
            if child.embed.items:
                parts.append(f"{_result_of(child)}.value as {identifier(child.embed.name)}")
        return ", ".join(parts)

    def joins(self, node: Node, *, only_inner: bool = False) -> str:
        """The children of a node as lateral joins; for counting only those that leave out rows."""
        return "".join(
            self._join(node, child) for child in node.children if child.embed.is_inner or not only_inner
        )

    def _join(self, parent: Node, child: Child) -> str:
        node = child.node
        on = [
            f"{node.scope.reference(theirs)} = {parent.scope.reference(ours)}"
            for ours, theirs in child.join.pairs
        ]
        rows = (
            f"select {self.select_list(node)} from {qualified(node.scope.relation)} as {node.scope.alias}"
            f"{self.joins(node)}{self.where(node, on)}{self.order(node)}{self.window(node)}"
        )
        inner = f"r{node.scope.alias}"
        if child.join.is_many:
            having = " having count(*) > 0" if child.embed.is_inner else ""
            result = f"select coalesce(json_agg({inner}), '[]') as value from ({rows}) {inner}{having}"
        else:
            result = f"select row_to_json({inner}) as value from ({rows}) {inner}"
        kind = "join" if child.embed.is_inner else "left join"
        return f" {kind} lateral ({result}) {_result_of(child)} on true"

    def where(self, node: Node, more: list[str] | None = None) -> str:
        """The filters of a node, and `more` conditions."""
        tests = [*(more or ()), *(node.scope.test(test) for test in self._query.tests.get(node.path, ()))]
        return " where " + " and ".join(tests) if tests else ""

    def order(self, node: Node) -> str:
        """The order of a node."""
        orders = [node.scope.order(order) for order in self._query.orders.get(node.path, ())]
        return " order by " + ", ".join(orders) if orders else ""

    def window(self, node: Node) -> str:
        """Limit and offset of a node. No request gets more than MAX_ROWS rows of anything."""
        limit = min(self._query.limits.get(node.path, MAX_ROWS), MAX_ROWS)
        return f" limit {limit} offset {self._query.offsets.get(node.path, 0)}"


def needed_columns(node: Node) -> list[str] | None:
    """The columns that a select of `node` reads; None for all of them."""
    names: dict[str, None] = {}
    for item in node.fields:
        if item.field.column == "*":
            return None
        names[item.field.column] = None
    for child in node.children:
        names.update((ours, None) for ours, _ in child.join.pairs)
    return list(names)


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _walk(child.node)


def _result_of(child: Child) -> str:
    return f"j{child.node.scope.alias}"


def _ambiguous(parent: Relation, embed: SelectEmbed, found: list[tuple[Join, Relation]]) -> ApiError:
    def shape(join: Join) -> str:
        if join.is_many:
            return "one-to-many"
        return "many-to-one" if join.key.table == parent.oid else "one-to-one"

    choices = ", ".join(f"'{relation.name}!{join.key.name}'" for join, relation in found)
    return ApiError(
        300,
        "PGRST201",
        "Could not embed because more than one relationship was found for "
        f"'{parent.name}' and '{embed.target}'",
        [
            {
                "cardinality": shape(join),
                "embedding": f"{parent.name} with {relation.name}",
                "relationship": f"{join.key.name} using {parent.name}({', '.join(ours for ours, _ in join.pairs)}) "
                f"and {relation.name}({', '.join(theirs for _, theirs in join.pairs)})",
            }
            for join, relation in found
        ],
        f"Try changing '{embed.target}' to one of the following: {choices}. "
        "Find the desired relationship in the 'details' key.",
    )
