"""From a Query to a tree of relations, and the SQL of each level."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from devstack.gateway.config import MAX_ROWS
from devstack.gateway.rest.errors import ApiError
from devstack.gateway.rest.query import Order, Path, Query, SelectEmbed, SelectField
from devstack.gateway.rest.relations import Join, find_join
from devstack.gateway.rest.schema import Relation, Schema
from devstack.gateway.rest.sql import Parameters, Scope, identifier, order_sql, qualified, result_name


@dataclass(slots=True)
class Node:
    """One relation of the request."""

    scope: Scope
    path: Path
    fields: list[SelectField]
    children: list[Child] = field(default_factory=list)

    @property
    def is_shown(self) -> bool:
        """Whether anything of it is in the result; `child()` is there for filters only."""
        return bool(self.fields) or any(child.node.is_shown for child in self.children)


@dataclass(slots=True)
class Child:
    """An embedded resource."""

    embed: SelectEmbed
    node: Node
    join: Join

    @property
    def alias(self) -> str:
        """Of the lateral subquery that finds it."""
        return f"j{self.node.scope.alias}"


class Planner:
    """Builds the SQL of one request's tree."""

    def __init__(self, schema: Schema, query: Query, parameters: Parameters) -> None:
        self._schema = schema
        self._query = query
        self._parameters = parameters
        self._count = 0

    @property
    def extras(self) -> str:
        """See `Parameters.extras`."""
        return self._parameters.extras

    def tree(self, relation: Relation) -> Node:
        """Resolve every name. Raises ApiError for embeds and parameters that lead nowhere."""
        root = self._node(relation, self._query.select, ())
        known = {node.path for node in _walk(root)}
        for path in sorted(self._query.paths - known):
            raise _not_embedded(path[-1])
        return root

    def _node(self, relation: Relation, items: tuple[SelectField | SelectEmbed, ...], path: Path) -> Node:
        scope = Scope(relation, f"t{self._count}", self._schema, self._parameters)
        self._count += 1
        node = Node(scope, path, [item for item in items if isinstance(item, SelectField)])
        for item in items:
            if isinstance(item, SelectEmbed):
                join = find_join(self._schema, relation, item)
                child = Child(item, self._node(join.child, item.items, (*path, item.name)), join)
                node.children.append(child)
                scope.embeds[item.name] = f"{child.alias}.value" if join.is_many else child.alias
        return node

    # SQL.

    def select_list(self, node: Node) -> str:
        """The fields of a node and the results of its children. Without any it selects empty rows."""
        parts = [node.scope.selected(item) for item in node.fields]
        for child in node.children:
            if child.node.is_shown:
                value = (
                    f"coalesce({child.alias}.value, '[]')"
                    if child.join.is_many
                    else f"row_to_json({child.alias}.*)"
                )
                parts.append(f"{value} as {identifier(child.embed.name)}")
        return ", ".join(parts)

    def joins(self, node: Node) -> str:
        """The children of a node as lateral joins."""
        return "".join(self._join(node, child) for child in node.children)

    def chooses_rows_by_joins(self, node: Node) -> bool:
        """Whether the joins of a node leave out rows, so that they matter for counting."""
        return bool(node.scope.tested_embeds) or any(child.embed.is_inner for child in node.children)

    def _join(self, parent: Node, child: Child) -> str:
        node, join = child.node, child.join
        source = f"{qualified(node.scope.relation)} as {node.scope.alias}"
        on = [
            f"{node.scope.reference(theirs)} = {parent.scope.reference(ours)}" for ours, theirs in join.pairs
        ]
        if join.junction is not None:
            between = f"x{node.scope.alias}"
            source += f", {qualified(join.junction.relation)} as {between}"
            on = [
                f"{between}.{identifier(own)} = {scope.reference(name)}"
                for scope, pairs in (
                    (parent.scope, join.junction.parent_pairs),
                    (node.scope, join.junction.child_pairs),
                )
                for name, own in pairs
            ]
        # A resource that shows nothing still has to tell whether it found a row.
        selected = self.select_list(node) or f"{node.scope.alias}.*"
        rows = f"select {selected} from {source}{self.joins(node)}{self.where(node, on)}"
        rows += f"{self.order(node)}{self.window(node)}"
        kind = "join" if child.embed.is_inner else "left join"
        if not join.is_many:
            return f" {kind} lateral ({rows}) {child.alias} on true"
        row = f"r{node.scope.alias}"
        condition = f"{child.alias}.value is not null" if child.embed.is_inner else "true"
        return f" {kind} lateral (select json_agg({row}) as value from ({rows}) {row}) {child.alias} on {condition}"

    def where(self, node: Node, more: list[str] | None = None) -> str:
        """The filters of a node, and `more` conditions."""
        tests = [*(more or ()), *(node.scope.test(test) for test in self._query.tests.get(node.path, ()))]
        return " where " + " and ".join(tests) if tests else ""

    def order(self, node: Node) -> str:
        """The order of a node."""
        orders = [
            order_sql(
                node.scope.field(order.field) if order.relation is None else self._embedded(node, order),
                order,
            )
            for order in self._query.orders.get(node.path, ())
        ]
        return " order by " + ", ".join(orders) if orders else ""

    def _embedded(self, node: Node, order: Order) -> str:
        """A field of an embedded resource, of which there is at most one row. It must be selected there."""
        name = order.relation or ""
        child = next((child for child in node.children if child.embed.name == name), None)
        if child is None:
            raise _not_embedded(name)
        if child.join.is_many:
            raise ApiError(
                *(400, "PGRST118", f"A related order on '{name}' is not possible"),
                f"'{node.scope.relation.name}' and '{name}' do not form a many-to-one or one-to-one relationship",
            )
        column = order.field.column
        names = {result_name(item) for item in child.node.fields}
        if "*" in names or not names:
            names |= set(child.node.scope.relation.columns)
        if column not in names - {"*"}:
            raise ApiError(400, "42703", f"column {child.join.child.name}_1.{column} does not exist")
        sql = f"{child.alias}.{identifier(column)}"
        return node.scope.path(sql, order.field.path) if order.field.path else sql

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
        names.update((name, None) for name in child.join.parent_columns)
    return list(names)


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _walk(child.node)


def _not_embedded(name: str) -> ApiError:
    return ApiError(
        400,
        "PGRST108",
        f"'{name}' is not an embedded resource in this request",
        None,
        f"Verify that '{name}' is included in the 'select' query parameter.",
    )
