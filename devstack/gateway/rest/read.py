"""GET and HEAD of a table or view."""

from __future__ import annotations

from devstack.gateway.config import MAX_ROWS
from devstack.gateway.rest.errors import ApiError
from devstack.gateway.rest.media import Media, body_sql
from devstack.gateway.rest.plan import Node, Planner
from devstack.gateway.rest.preferences import Preferences
from devstack.gateway.rest.query import Query
from devstack.gateway.rest.schema import Relation, Schema
from devstack.gateway.rest.sql import Parameters, qualified
from devstack.gateway.rest.statement import Statement


def read_statement(
    schema: Schema, relation: Relation, query: Query, preferences: Preferences, media: Media
) -> Statement:
    """The statement of a read. Raises ApiError for names that lead nowhere."""
    refuse_write_parameters(query)
    parameters = Parameters()
    planner = Planner(schema, query, parameters)
    root = planner.tree(relation)
    source = f"{qualified(relation)} as {root.scope.alias}"
    sql = select_sql(planner, root, source, body_sql(media), counts=preferences.count)
    return Statement(sql, parameters, True)


def estimate_statement(schema: Schema, relation: Relation, query: Query) -> Statement:
    """What the planner of PostgreSQL thinks how many rows a read would have without limit: JSON of `explain`."""
    parameters = Parameters()
    planner = Planner(schema, query, parameters)
    root = planner.tree(relation)
    filters = planner.where(root)
    joins = planner.joins(root) if planner.chooses_rows_by_joins(root) else ""
    source = f"{qualified(relation)} as {root.scope.alias}"
    return Statement(f"explain (format json) select 1 from {source}{joins}{filters}", parameters, True)


def select_sql(
    planner: Planner, root: Node, source: str, body: str, *, counts: str | None, prefix: str = ""
) -> str:
    """Rows of `source` with everything that the request asks of them; `body` is made of the rows of `result`.

    `prefix` holds other `with` queries.
    """
    selected, joins, filters = planner.select_list(root), planner.joins(root), planner.where(root)
    rows = f"select {selected} from {source}{joins}{filters}{planner.order(root)}{planner.window(root)}"
    total = "null::bigint"
    if counts in ("exact", "estimated"):
        # An estimate is only wanted beyond MAX_ROWS; up to there counting is cheap.
        limit = f" limit {MAX_ROWS + 1}" if counts == "estimated" else ""
        counted = joins if planner.chooses_rows_by_joins(root) else ""
        total = f"(select count(*) from (select 1 from {source}{counted}{filters}{limit}) counted)"
    return (
        f"with {prefix}result as ({rows}) select {total} as total, count(*) as page, "
        f"{body} as body{planner.extras} from result"
    )


def refuse_write_parameters(query: Query) -> None:
    """`columns` and `on_conflict` mean nothing for a read."""
    for name, value in (("columns", query.columns), ("on_conflict", query.on_conflict)):
        if value is not None:
            raise ApiError(400, "PGRST100", f'"{name}" is not a parameter of this request')
