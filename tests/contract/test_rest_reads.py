"""Reads: filters, order, pages, counts, embedded rows, row security, and what is said when something is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from postgrest.exceptions import APIError

from tests.contract.target import BUSINESS, Callers

TABLE = "synonyms"


async def refusal(callers: Callers, query: Any) -> tuple[str, int]:
    """Code of a refused query, and the HTTP status where the client knows it."""
    with pytest.raises(APIError) as error:
        await callers.done(query.execute)
    return str(error.value.code), len(error.value.message or "")


async def terms(callers: Callers, query: Any) -> list[str]:
    """The last letters of the terms that a query found."""
    return [row["term"].rpartition("-")[2] for row in await callers.rows(query)]


@pytest.mark.covers("rest: GET table", "rest: select", "rest: filter eq", "rest: filter like", "rest: order")
async def test_filters_and_order(callers: Callers, glossary: str) -> None:
    """Filters are joined by and; order is applied. Source: postgrest client 2.34 on the wire, PostgREST docs."""
    service = await callers.service()
    query = service.table(TABLE).select("term").like("term", f"{glossary}%")
    assert await terms(callers, query.order("term")) == ["a", "b", "c"]
    query = service.table(TABLE).select("term").like("term", f"{glossary}%").order("term", desc=True)
    assert await terms(callers, query) == ["c", "b", "a"]
    query = (
        service.table(TABLE)
        .select("term, business_id")
        .eq("term", f"{glossary}-a")
        .eq("business_id", BUSINESS)
    )
    assert await callers.rows(query) == [{"term": f"{glossary}-a", "business_id": BUSINESS}]


@pytest.mark.covers("rest: filter in")
async def test_values_are_quoted_by_the_client(callers: Callers, glossary: str) -> None:
    """Commas, quotes and brackets inside values of `in` arrive as they are. Source: client on the wire."""
    service = await callers.service()
    odd = 'a è, "a" (50%)'
    query = (
        service.table(TABLE).select("term").in_("expansion", [odd, "x,y", 'q"z']).like("term", f"{glossary}%")
    )
    assert await terms(callers, query) == ["a"]


@pytest.mark.covers("rest: filter in")
async def test_in_with_nothing_finds_nothing(callers: Callers, glossary: str) -> None:
    """`in.()` is an empty array, no error. Source: PostgREST v14 query parser, seen on the wire."""
    service = await callers.service()
    assert await callers.rows(service.table(TABLE).select("term").in_("term", [])) == []


@pytest.mark.covers("rest: filter is", "rest: filter not.is")
async def test_null_is_asked_for_by_is(callers: Callers, glossary: str) -> None:
    """`eq.null` compares with a text; only `is` finds nulls. Source: PostgREST docs, operators."""
    service = await callers.service()
    base = service.table(TABLE).select("term").like("term", f"{glossary}%")
    assert await callers.rows(base.is_("business_id", "null")) == []
    base = service.table(TABLE).select("term").like("term", f"{glossary}%")
    assert len(await callers.rows(base.not_.is_("business_id", "null"))) == 3
    assert (await refusal(callers, service.table(TABLE).select("term").eq("business_id", None)))[0] == "22P02"


@pytest.mark.covers("rest: or of filters", "rest: filter ilike", "rest: filter gte", "rest: filter lt")
async def test_either_of_several_filters(callers: Callers, glossary: str) -> None:
    """`or` takes filters as one raw text; quotes keep patterns together. Source: client on the wire."""
    service = await callers.service()
    pattern = f'"{glossary.upper()}-a%"'
    query = (
        service.table(TABLE).select("term").or_(f"term.ilike.{pattern},term.eq.{glossary}-c").order("term")
    )
    assert await terms(callers, query) == ["a", "c"]
    query = service.table(TABLE).select("term").gte("term", f"{glossary}-a").lt("term", f"{glossary}-c")
    assert await terms(callers, query.order("term")) == ["a", "b"]


@pytest.mark.covers("rest: filter gt", "rest: filter lte", "rest: filter neq")
async def test_comparisons(callers: Callers, glossary: str) -> None:
    """By the order of the column's type. Source: PostgREST docs, operators."""
    service = await callers.service()
    query = service.table(TABLE).select("term").gt("term", f"{glossary}-a").lte("term", f"{glossary}-c")
    assert await terms(callers, query.neq("term", f"{glossary}-b")) == ["c"]


@pytest.mark.covers("rest: limit", "rest: offset", "rest: Prefer count=exact")
async def test_pages_and_counts(callers: Callers, glossary: str) -> None:
    """`range` becomes offset and limit; the count is of all rows. Source: client on the wire, PostgREST docs."""
    service = await callers.service()

    def query(**options: Any) -> Any:
        return service.table(TABLE).select("term", **options).like("term", f"{glossary}%").order("term")

    assert await terms(callers, query().limit(1)) == ["a"]
    assert await terms(callers, query().range(1, 2)) == ["b", "c"]
    answer = await callers.done(query(count="exact").limit(2).execute)
    assert (len(answer.data), answer.count) == (2, 3)
    head = await callers.done(query(count="exact", head=True).execute)
    assert (head.data, head.count) == ([], 3)


@pytest.mark.covers("rest: one object")
async def test_exactly_one_row(callers: Callers, glossary: str) -> None:
    """`single` refuses none and many with PGRST116; `maybe_single` gives None. Source: PostgREST errors, client."""
    service = await callers.service()
    one = service.table(TABLE).select("term").eq("term", f"{glossary}-a").single()
    assert await callers.rows(one) == {"term": f"{glossary}-a"}
    none = service.table(TABLE).select("term").eq("term", "nothing").single()
    assert (await refusal(callers, none))[0] == "PGRST116"
    many = service.table(TABLE).select("term").like("term", f"{glossary}%").single()
    assert (await refusal(callers, many))[0] == "PGRST116"
    maybe = service.table(TABLE).select("term").eq("term", "nothing").maybe_single()
    assert await callers.done(maybe.execute) is None


@pytest.mark.covers("rest: embed", "rest: select under another name")
async def test_embedded_rows(callers: Callers) -> None:
    """To one is an object, to many a list; an alias names it. Source: PostgREST docs, resource embedding."""
    service = await callers.service()
    query = service.table("staff").select("name, business:businesses(name)").eq("name", "Chiara Conti")
    assert await callers.rows(query) == [{"name": "Chiara Conti", "business": {"name": "Dloop"}}]
    query = service.table("businesses").select("name, people:staff(name)").eq("id", BUSINESS)
    (business,) = await callers.rows(query)
    assert {"name": "Chiara Conti"} in business["people"]


@pytest.mark.covers("rest: order of embedded rows", "rest: embed !inner", "rest: filter eq on embedded rows")
@pytest.mark.covers("rest: filter is on embedded rows", "rest: limit of embedded rows")
async def test_order_and_filters_of_embedded_rows(callers: Callers) -> None:
    """They are named by the alias; `!inner` drops parents without a match. Source: PostgREST v14 docs."""
    service = await callers.service()
    query = service.table("businesses").select("people:staff(name)").eq("id", BUSINESS)
    (business,) = await callers.rows(query.order("name", foreign_table="people"))
    names = [person["name"] for person in business["people"]]
    assert names == sorted(names)
    query = (
        service.table("businesses")
        .select("name, people:staff!inner(name)")
        .eq("people.name", "Nobody At All")
    )
    assert await callers.rows(query) == []
    query = service.table("businesses").select("name, people:staff(name)").eq("id", BUSINESS)
    (business,) = await callers.rows(query.is_("people.name", "null"))
    assert business == {"name": "Dloop", "people": []}
    query = service.table("businesses").select("people:staff(name)").eq("id", BUSINESS)
    query = query.order("name", foreign_table="people").limit(1, foreign_table="people")
    (business,) = await callers.rows(query)
    assert business["people"] == [{"name": names[0]}]


@pytest.mark.covers("rest: filter neq on embedded rows", "rest: filter not.is on embedded rows")
async def test_embedded_rows_but_some(callers: Callers) -> None:
    """Negated filters leave rows out of the list and keep the parent. Source: PostgREST docs, embedded filters."""
    service = await callers.service()
    query = service.table("businesses").select("people:staff(name)").eq("id", BUSINESS)
    (business,) = await callers.rows(query.neq("people.name", "Chiara Conti").not_.is_("people.name", "null"))
    names = {person["name"] for person in business["people"]}
    assert names
    assert "Chiara Conti" not in names


@pytest.mark.covers("rest: filter in on embedded rows")
async def test_embedded_rows_of_a_list(callers: Callers) -> None:
    """Only those named stay in the list. Source: PostgREST docs, embedded filters."""
    service = await callers.service()
    query = service.table("businesses").select("people:staff(name)").eq("id", BUSINESS)
    (business,) = await callers.rows(query.in_("people.name", ["Chiara Conti", "Nobody, At All"]))
    assert business["people"] == [{"name": "Chiara Conti"}]


@pytest.mark.covers("rest: filter ov")
async def test_lists_that_share_something(callers: Callers) -> None:
    """`ov` finds rows whose array holds any of the values. Source: PostgREST docs, operators."""
    service = await callers.service()

    async def speaks(*languages: str) -> list[Any]:
        found: list[Any] = await callers.rows(
            service.table("businesses").select("id").eq("id", BUSINESS).overlaps("languages", [*languages])
        )
        return found

    assert await speaks("it", "fr") == [{"id": BUSINESS}]
    assert await speaks("fr") == []


@pytest.mark.covers("rest: select a JSON path")
async def test_one_value_of_a_json_column(callers: Callers) -> None:
    """`->>` gives a text, null where there is none; an alias names it. Source: PostgREST docs, JSON columns."""
    service = await callers.service()
    query = service.table("products").select("id, attributes").neq("attributes", "{}").order("sku").limit(1)
    (product,) = await callers.rows(query)
    key, value = next(iter(product["attributes"].items()))
    query = service.table("products").select(f"one:attributes->>{key}, none:attributes->>no_such_key")
    (row,) = await callers.rows(query.eq("id", product["id"]))
    assert (json.loads(row["one"]), row["none"]) == (value, None)


@pytest.mark.covers("rest: embed by name of the key")
async def test_embedded_rows_by_the_name_of_their_key(callers: Callers) -> None:
    """The name of a foreign key chooses among several. Source: PostgREST docs, disambiguating by hint."""
    service = await callers.service()
    columns = "code, dealer:dealers!market_orders_dealer_id_fkey(name)"
    assert isinstance(await callers.rows(service.table("market_orders").select(columns).limit(1)), list)
    wrong = service.table("market_orders").select("code, dealers!no_such_key(name)")
    assert (await refusal(callers, wrong))[0] == "PGRST200"


@pytest.mark.covers("rest: select a cast")
async def test_numbers_as_texts(callers: Callers) -> None:
    """A cast keeps all digits of a price. Source: PostgREST docs, casting columns."""
    service = await callers.service()
    (row,) = await callers.rows(service.table("products").select("price::text").limit(1))
    assert row["price"].partition(".")[2].isdigit()


@pytest.mark.covers("rest: select")
async def test_kinds_of_values(callers: Callers) -> None:
    """numeric is a number, jsonb an object, timestamptz ISO with an offset. Source: PostgREST, json of PostgreSQL."""
    service = await callers.service()
    query = service.table("products").select("price, attributes, created_at, active").limit(1)
    (row,) = await callers.rows(query)
    assert isinstance(row["price"], int | float)
    assert isinstance(row["attributes"], dict)
    assert row["active"] in (True, False)
    assert row["created_at"][10] == "T"
    assert row["created_at"].endswith("+00:00")


async def test_row_security_shows_nothing_to_strangers(
    callers: Callers, glossary: str, stranger: str
) -> None:
    """What policies hide is absent, not refused. Source: PostgreSQL row security; PostgREST answers 200 and []."""
    query = "term"
    agent, other = await callers.agent(), await callers.client(token=stranger)
    assert len(await callers.rows(agent.table(TABLE).select(query).like("term", f"{glossary}%"))) == 3
    assert await callers.rows(other.table(TABLE).select(query).like("term", f"{glossary}%")) == []


async def test_what_is_not_granted_is_refused(callers: Callers, words: str) -> None:
    """42501, for the anon key (HTTP 401) and for people (403). Source: PostgREST error table."""
    anon, agent = await callers.client(), await callers.agent()
    assert (await refusal(callers, anon.table(TABLE).select("term")))[0] == "42501"
    row = {"business_id": BUSINESS, "term": words, "expansion": "x"}
    assert (await refusal(callers, agent.table(TABLE).insert(row)))[0] == "42501"


async def test_what_does_not_exist(callers: Callers) -> None:
    """Unknown table PGRST205, column 42703, relation PGRST200, bad value 22P02. Source: PostgREST errors v14."""
    service = await callers.service()
    assert (await refusal(callers, service.table("no_such_table").select("*")))[0] == "PGRST205"
    assert (await refusal(callers, service.table(TABLE).select("no_such_column")))[0] == "42703"
    assert (await refusal(callers, service.table(TABLE).select("riders(name)")))[0] == "PGRST200"
    assert (await refusal(callers, service.table(TABLE).select("term").eq("business_id", "x")))[0] == "22P02"
    assert (await refusal(callers, service.schema("private").table("x").select("*")))[0] == "PGRST106"


async def test_bad_tokens_are_refused(callers: Callers) -> None:
    """Forged, cut and unsigned tokens: PGRST301. Source: PostgREST v14 errors, group 3."""
    token = await callers.token("agente@dloop.example")
    head, body, signature = token.split(".")
    unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0"
    swapped = ("B" if signature[0] == "A" else "A") + signature[1:]
    for bad in (f"{head}.{body}.{swapped}", f"{unsigned}.{body}.", f"{head}.{body}"):
        client = await callers.client(token=bad)
        assert (await refusal(callers, client.table(TABLE).select("term")))[0] == "PGRST301"


async def test_a_wrong_key_is_refused_at_the_door(callers: Callers) -> None:
    """401 before anything is asked of the database. Source: proxy of the Supabase CLI, Kong template."""
    client = await callers.client("sb_publishable_no_such_key")
    with pytest.raises(APIError) as error:
        await callers.done(client.table(TABLE).select("term").execute)
    assert "401" in str(error.value.code) or "API key" in str(error.value.message)
