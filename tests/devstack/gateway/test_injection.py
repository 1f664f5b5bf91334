"""Whatever a request says, it stays data: hostile text in every position of a query."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devstack.gateway.rest.errors import ApiError
from devstack.gateway.rest.grammar import read_query
from devstack.gateway.rest.media import JSON
from devstack.gateway.rest.preferences import NO_PREFERENCES
from devstack.gateway.rest.read import read_statement
from devstack.gateway.rest.schema import Column, Relation, Schema
from devstack.gateway.rest.sql import identifier, literal
from tests.devstack.gateway.conftest import Project

HOSTILE = [
    "'; drop table public.items; --",
    '"; drop table public.items; --',
    "x') or 1=1 --",
    "$1; select pg_sleep(9)",
    "\\'; select 1; --",
    "/* */ union select * from auth.users",
]
RELATION = Relation(
    schema="public",
    name="things",
    oid=1,
    columns={"id": Column("id", "integer", False, None), "data": Column("data", "jsonb", True, None)},
)
SCHEMA = Schema(relations={("public", "things"): RELATION}, by_oid={1: RELATION})
NASTY = st.text(alphabet="abid._,:()'\"\\-> {}*$;!\x01é0", max_size=30)


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_in_every_position(own_project: Project, text: str) -> None:
    hostile = quote(text, safe="")
    paths = [
        f"shops?name=eq.{hostile}",
        f"shops?{hostile}=eq.1",
        f"shops?id=in.({hostile})",
        f'shops?name=in.("{hostile}")',
        f"shops?select={hostile}",
        f"shops?select=details->>{hostile}",
        f'shops?select=details->>"{hostile}"',
        f"shops?select=id::{hostile}",
        f'shops?select="{hostile}":id',
        f"shops?order={hostile}",
        f"shops?order=details->>{hostile}",
        f"shops?or=(name.eq.{hostile})",
        f"shops?words=fts({hostile}).x",
        f"shops?words=fts.{hostile}",
        f"shops?limit={hostile}",
        f"shops?select=id,{hostile}(id)",
        f"{hostile}?select=id",
        f"rpc/{hostile}",
        f"rpc/twice?p_text={hostile}",
    ]
    for path in paths:
        response = await own_project.get(f"/rest/v1/{path}", x_hostile=text)
        assert response.status_code < 500, (path, response.text)
        assert response.elapsed.total_seconds() < 5
    answer = await own_project.alice.rpc("twice", {"p_text": text}).execute()
    assert answer.data == text * 2
    inserted = await own_project.alice.table("shops").insert({"name": text}).execute()
    assert inserted.data[0]["name"] == text
    assert len((await own_project.service.table("items").select("id").execute()).data) == 3


@given(parameters=st.lists(st.tuples(NASTY, NASTY), max_size=4))
def test_parser_never_fails_unexpectedly_and_parameters_stay_out_of_sql(
    parameters: list[tuple[str, str]],
) -> None:
    try:
        query = read_query(parameters)
        statement = read_statement(SCHEMA, RELATION, query, NO_PREFERENCES, JSON)
    except ApiError:
        return
    _assert_balanced(statement.sql)


@given(value=st.text(max_size=40))
def test_values_are_parameters(value: str) -> None:
    try:
        statement = read_statement(
            SCHEMA, RELATION, read_query([("data->>k", f"eq.{value}")]), NO_PREFERENCES, JSON
        )
    except ApiError:
        assert "\0" in value
        return
    assert statement.parameters.values == ["k", value]


@given(text=st.text(min_size=1, max_size=40).filter(lambda text: "\0" not in text))
def test_quoting_is_one_token(text: str) -> None:
    _assert_balanced(identifier(text))
    _assert_balanced(literal(text))
    assert identifier(text)[1:-1].replace('""', "").count('"') == 0
    assert literal(text)[1:-1].replace("''", "").count("'") == 0


def _assert_balanced(sql: str) -> None:
    """Quotes closed, and no statement's end or comment outside of them."""
    quote_open = ""
    outside = []
    for character in sql:
        if quote_open:
            quote_open = "" if character == quote_open else quote_open
        elif character in "'\"":
            quote_open = character
        else:
            outside.append(character)
    plain = "".join(outside)
    assert not quote_open
    assert ";" not in plain
    assert "--" not in plain
    assert "/*" not in plain
