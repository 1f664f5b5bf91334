"""POST (insert, upsert), PATCH and DELETE of a table."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

import orjson

from devstack.gateway.http import Request
from devstack.gateway.rest.errors import ApiError, bad_body, unsupported
from devstack.gateway.rest.media import Media, body_sql
from devstack.gateway.rest.plan import Planner, needed_columns
from devstack.gateway.rest.preferences import Preferences
from devstack.gateway.rest.query import Query
from devstack.gateway.rest.read import refuse_write_parameters
from devstack.gateway.rest.schema import Relation, Schema
from devstack.gateway.rest.sql import Parameters, identifier, literal, qualified
from devstack.gateway.rest.statement import Statement

Around = Callable[[Parameters, str], Statement]
"""Puts the parts that all writes share around one of them."""

UPDATED_SETTING = "response.updated"
"""Counts the rows that a merge changed instead of inserting; the status of the answer depends on it."""


def write_statement(
    schema: Schema, relation: Relation, query: Query, preferences: Preferences, media: Media, request: Request
) -> Statement:
    """The statement of a POST, PATCH or DELETE. Raises ApiError."""
    around = functools.partial(_statement, schema, relation, query, preferences, media)
    if request.method == "DELETE":
        return _delete(around, relation, query)
    content_type = request.header("content-type").partition(";")[0].strip().lower() or "application/json"
    if content_type != "application/json":
        raise bad_body(f"Content-Type not acceptable: {content_type}")
    if request.method == "POST":
        return _insert(around, relation, query, preferences, request.body)
    if request.method == "PATCH":
        return _update(around, relation, query, preferences, media, request.body)
    if request.method == "PUT":
        raise unsupported("PUT", "Upsert by POST with on_conflict and resolution=merge-duplicates.")
    raise ApiError(405, "PGRST117", f"Unsupported HTTP method: {request.method}")


def _insert(
    around: Around, relation: Relation, query: Query, preferences: Preferences, body: bytes
) -> Statement:
    """Insert the objects of `body`; on a conflict do what `resolution` prefers."""
    rows, array = _objects(body)
    columns = _columns_of(relation, rows, query.columns)
    listed = ", ".join(identifier(name) for name in columns)
    chosen = ", ".join(f"body.{identifier(name)}" for name in columns)
    # Objects without fields are rows of defaults.
    source = (
        f"({listed}) select {chosen} from {_rows_source(relation, columns, preferences)}"
        if columns
        else "select from json_array_elements($1::text::json)"
    )
    write = f"insert into {qualified(relation)} as t0 {source}"
    write += _on_conflict(relation, query, preferences, columns)
    if query.tests.get(()):
        raise unsupported("A filter of an insert", "Rows are inserted or not; filter an update.")
    return around(Parameters(array), write)


def _update(
    around: Around, relation: Relation, query: Query, preferences: Preferences, media: Media, body: bytes
) -> Statement:
    """Set the fields of the object in `body` wherever the filters hold."""
    rows, array = _objects(body)
    if len(rows) != 1 or query.on_conflict is not None:
        raise bad_body("An update takes one JSON object")
    columns = _columns_of(relation, rows, query.columns)
    parameters = Parameters(array)
    if not columns:
        return _nothing_changes(relation, media, parameters)
    _refuse_without_filter(query, "UPDATE")
    changes = ", ".join(f"{identifier(name)} = body.{identifier(name)}" for name in columns)
    source = _rows_source(relation, columns, preferences)
    return around(parameters, f"update {qualified(relation)} as t0 set {changes} from {source}")


def _delete(around: Around, relation: Relation, query: Query) -> Statement:
    """Delete wherever the filters hold. The client sends a body of `{}`, which means nothing."""
    refuse_write_parameters(query)
    _refuse_without_filter(query, "DELETE")
    return around(Parameters(), f"delete from {qualified(relation)} as t0")


def _statement(
    schema: Schema,
    relation: Relation,
    query: Query,
    preferences: Preferences,
    media: Media,
    parameters: Parameters,
    write: str,
) -> Statement:
    """The write, and around it the read of what it returned."""
    _refuse_window(query)
    planner = Planner(schema, query, parameters)
    root = planner.tree(relation)
    where = planner.where(root)
    if root.scope.tested_embeds:
        raise unsupported("A write filtered by an embedded resource", "Filter by a column of the table.")
    changed = f"coalesce(nullif(current_setting('{UPDATED_SETTING}', true), ''), '0')::bigint as total"
    if not preferences.wants_rows:
        # Returning a constant needs no privilege to read.
        sql = (
            f"with written as ({write}{where} returning 1) "
            f"select {changed}, count(*) as page, '' as body{planner.extras} from written"
        )
        return Statement(sql, parameters, False)
    names = needed_columns(root)
    returned = "t0.*" if names is None else ", ".join(root.scope.reference(name) for name in names) or "1"
    rows = f"select {planner.select_list(root)} from written as t0{planner.joins(root)}{planner.order(root)}"
    sql = (
        f"with written as ({write}{where} returning {returned}), result as ({rows}) "
        f"select {changed}, (select count(*) from written) as page, "
        f"{body_sql(media)} as body{planner.extras} from result"
    )
    return Statement(sql, parameters, False)


def _nothing_changes(relation: Relation, media: Media, parameters: Parameters) -> Statement:
    """No field to set, no row touched: that is how PostgREST answers an empty object."""
    sql = (
        f"with result as (select * from {qualified(relation)} where $1::text is null) "
        f"select 0::bigint as total, count(*) as page, {body_sql(media)} as body{parameters.extras} from result"
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
        raise bad_body("All object keys must match")
    return rows, text


def _columns_of(
    relation: Relation, rows: Sequence[dict[str, object]], chosen: tuple[str, ...] | None
) -> list[str]:
    """The columns that are written: those of the first object, or those that `columns` names."""
    names = list(dict.fromkeys(chosen)) if chosen is not None else list(rows[0]) if rows else []
    if chosen is None and any(row.keys() != rows[0].keys() for row in rows[1:]):
        raise bad_body("All object keys must match")
    for name in names:
        if name not in relation.columns:
            message = f"Could not find the '{name}' column of '{relation.name}' in the schema cache"
            raise ApiError(400, "PGRST204", message)
    return names


def _rows_source(relation: Relation, columns: Sequence[str], preferences: Preferences) -> str:
    """The objects of $1 as rows with the types of the table."""
    typed = ", ".join(f"{identifier(name)} {relation.columns[name].type}" for name in columns)
    if not preferences.missing_default:
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
        raise unsupported("limit or offset of a write", "Filter by the key, or use max-affected.")
