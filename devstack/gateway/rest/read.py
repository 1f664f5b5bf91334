"""GET and HEAD of a table or view."""

from __future__ import annotations

from devstack.gateway.rest.errors import ApiError
from devstack.gateway.rest.plan import Node, Planner
from devstack.gateway.rest.preferences import Preferences
from devstack.gateway.rest.query import Query
from devstack.gateway.rest.schema import Relation, Schema
from devstack.gateway.rest.sql import Parameters, qualified
from devstack.gateway.rest.statement import Statement


def read_statement(schema: Schema, relation: Relation, query: Query, preferences: Preferences) -> Statement:
    """The statement of a read. Raises ApiError for names that lead nowhere."""
    refuse_write_parameters(query)
    parameters = Parameters()
    planner = Planner(schema, query, parameters)
    root = planner.tree(relation)
    source = f"{qualified(relation)} as {root.scope.alias}"
    return Statement(select_sql(planner, root, source, with_count=preferences.count), parameters, True)


def select_sql(planner: Planner, root: Node, source: str, *, with_count: bool, prefix: str = "") -> str:
    """Rows of `source` with everything that the request asks of them. `prefix` holds other `with` queries."""
    rows = (
        f"select {planner.select_list(root)} from {source}"
        f"{planner.joins(root)}{planner.where(root)}{planner.order(root)}{planner.window(root)}"
    )
    total = "null::bigint"
    if with_count:
        counted = planner.joins(root, only_inner=True) + planner.where(root)
        total = f"(select count(*) from {source}{counted})"
    return (
        f"with {prefix}result as ({rows}) select {total} as total, count(*) as page, "
        "coalesce(json_agg(result), '[]')::text as body from result"
    )


def refuse_write_parameters(query: Query) -> None:
    """`columns` and `on_conflict` mean nothing for a read."""
    for name, value in (("columns", query.columns), ("on_conflict", query.on_conflict)):
        if value is not None:
            raise ApiError(400, "PGRST100", f'"{name}" is not a parameter of this request')
