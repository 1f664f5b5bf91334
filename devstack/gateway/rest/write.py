"""POST (insert, upsert), PATCH and DELETE of a table."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from devstack.gateway.rest.errors import ApiError, bad_body
from devstack.gateway.rest.plan import Planner, needed_columns
from devstack.gateway.rest.preferences import Preferences
from devstack.gateway.rest.query import Query
from devstack.gateway.rest.read import refuse_write_parameters
from devstack.gateway.rest.schema import Relation, Schema
from devstack.gateway.rest.sql import Parameters, identifier, literal, qualified
from devstack.gateway.rest.statement import Statement

UPDATED_SETTING = "response.updated"
"""Counts the rows that a merge changed instead of inserting; the status of the answer depends on it."""


def insert_statement(
    schema: Schema, relation: Relation, query: Query, preferences: Preferences, body: bytes
) -> Statement:
    """Insert the objects of `body`; on a conflict do what `resolution` prefers. Raises ApiError."""
    rows, array = _objects(body)
    columns = _columns_of(relation, rows, query.columns)
    parameters = Parameters(array)
    if not columns and rows == [{}]:
        write = f"insert into {qualified(relation)} as t0 default values"
    else:
        listed = ", ".join(identifier(name) for name in columns)
        source = _rows_source(relation, columns, defaults=preferences.missing_default)
        chosen = ", ".join(f"body.{identifier(name)}" for name in columns)
        # Without columns there is nothing to insert, but the privilege is still asked for.
        write = (
            f"insert into {qualified(relation)} as t0 ({listed}) select {chosen} from {source}"
            if columns
            else f"insert into {qualified(relation)} as t0 select from {source} where false"
        )
    write += _on_conflict(relation, query, preferences, columns)
    return _statement(schema, relation, query, preferences, parameters, write, takes_filters=False)


def update_statement(
    schema: Schema, relation: Relation, query: Query, preferences: Preferences, body: bytes
) -> Statement:
    """Set the fields of the object in `body` wherever the filters hold. Raises ApiError."""
    rows, array = _objects(body)
    if len(rows) != 1 or query.on_conflict is not None:
        raise bad_body("An update takes one JSON object")
    columns = _columns_of(relation, rows, query.columns)
    parameters = Parameters(array)
    if not columns:
        return _nothing_changes(relation, parameters)
    _refuse_without_filter(query, "UPDATE")
    changes = ", ".join(f"{identifier(name)} = body.{identifier(name)}" for name in columns)
    source = _rows_source(relation, columns, defaults=False)
    write = f"update {qualified(relation)} as t0 set {changes} from {source}"
    return _statement(schema, relation, query, preferences, parameters, write)


def delete_statement(schema: Schema, relation: Relation, query: Query, preferences: Preferences) -> Statement:
    """Delete wherever the filters hold. The client sends a body of `{}`, which means nothing."""
    refuse_write_parameters(query)
    _refuse_without_filter(query, "DELETE")
    write = f"delete from {qualified(relation)} as t0"
    return _statement(schema, relation, query, preferences, Parameters(), write)


def _statement(
    schema: Schema,
    relation: Relation,
    query: Query,
    preferences: Preferences,
    parameters: Parameters,
    write: str,
    *,
    takes_filters: bool = True,
) -> Statement:
    """The write, and around it the read of what it returned."""
    _refuse_window(query)
    if query.tests.get(()) and not takes_filters:
        raise ApiError(400, "PGRST100", "An insert takes no filters")
    planner = Planner(schema, query, parameters)
    root = planner.tree(relation)
    where = planner.where(root)
    changed = f"coalesce(nullif(current_setting('{UPDATED_SETTING}', true), ''), '0')::bigint as total"
    if not preferences.wants_rows:
        # Returning a constant needs no privilege to read.
        sql = (
            f"with written as ({write}{where} returning 1) "
            f"select {changed}, count(*) as page, '' as body from written"
        )
        return Statement(sql, parameters, False)
    names = needed_columns(root)
    returned = "t0.*" if names is None else ", ".join(root.scope.reference(name) for name in names) or "1"
    rows = f"select {planner.select_list(root)} from written as t0{planner.joins(root)}{planner.order(root)}"
    sql = (
        f"with written as ({write}{where} returning {returned}), result as ({rows}) "
        f"select {changed}, (select count(*) from written) as page, "
        "coalesce(json_agg(result), '[]')::text as body from result"
    )
    return Statement(sql, parameters, False)


def _nothing_changes(relation: Relation, parameters: Parameters) -> Statement:
    """No field to set, no row touched: that is how PostgREST answers an empty object."""
    sql = (
        f"select 0::bigint as total, count(*) as page, '[]' as body from {qualified(relation)} "
        "where $1::text is null"
    )
    return Statement(sql, parameters, False)


def _objects(body: bytes) -> tuple[list[dict[str, object]], str]:
    """The objects of the body, and the JSON array that PostgreSQL reads them from."""
    try:
        value = orjson.loads(body)
        text = body.decode()
    except ValueError:
        raise bad_body("Empty or invalid json") from None
    rows, text = (value, text) if isinstance(value, list) else ([value], f"[{text}]")
    if not all(isinstance(row, dict) for row in rows):
        raise bad_body("All elements of the body must be JSON objects")
    return rows, text


def _columns_of(
    relation: Relation, rows: Sequence[dict[str, object]], chosen: tuple[str, ...] | None
) -> list[str]:
    """The columns that are written: those of the first object, or those that `columns` names."""
    names = list(dict.fromkeys(chosen)) if chosen is not None else list(rows[0]) if rows else []
    if chosen is None and any(row.keys() != rows[0].keys() for row in rows):
        raise bad_body("All object keys must match")
    for name in names:
        if name not in relation.columns:
            message = f"Could not find the '{name}' column of '{relation.name}' in the schema cache"
            raise ApiError(400, "PGRST204", message)
    return names


def _rows_source(relation: Relation, columns: Sequence[str], *, defaults: bool) -> str:
    """The objects of $1 as rows with the types of the table."""
    typed = ", ".join(f"{identifier(name)} {relation.columns[name].type}" for name in columns)
    # PostgreSQL wants at least one column here.
    typed = typed or '"?" text'
    if not defaults:
        return f"json_to_recordset($1::text::json) as body({typed})"
    known = [(name, relation.columns[name].default) for name in columns]
    pairs = ", ".join(f"{literal(name)}, {default}" for name, default in known if default is not None)
    filled = (
        f"select coalesce(jsonb_agg(jsonb_build_object({pairs}) || element), '[]') "
        f"from jsonb_array_elements($1::text::jsonb) element"
    )
    return f"jsonb_to_recordset(({filled})) as body({typed})"


def _on_conflict(relation: Relation, query: Query, preferences: Preferences, columns: Sequence[str]) -> str:
    if preferences.resolution is None:
        return ""
    target = query.on_conflict if query.on_conflict is not None else relation.primary_key
    for name in target:
        if name not in relation.columns:
            raise ApiError(400, "42703", f'column "{name}" does not exist')
    if not target:
        return ""
    conflict = f" on conflict ({', '.join(identifier(name) for name in target)})"
    if preferences.resolution == "ignore-duplicates" or not columns:
        return f"{conflict} do nothing"
    changes = ", ".join(f"{identifier(name)} = excluded.{identifier(name)}" for name in columns)
    counted = (
        f"set_config('{UPDATED_SETTING}', (coalesce(nullif(current_setting('{UPDATED_SETTING}', true), ''), '0')"
        "::bigint + 1)::text, true) <> '0'"
    )
    return f"{conflict} do update set {changes} where {counted}"


def _refuse_without_filter(query: Query, verb: str) -> None:
    """Hosted sessions load `safeupdate`: a write of a whole table is taken for a mistake."""
    if not query.tests.get(()):
        raise ApiError(400, "21000", f"{verb} requires a WHERE clause")


def _refuse_window(query: Query) -> None:
    if () in query.limits or () in query.offsets:
        raise ApiError(400, "PGRST100", "limit and offset are not parameters of a write")
