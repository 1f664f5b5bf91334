"""Calls of functions: results, arguments, errors."""

from __future__ import annotations

import uuid

import pytest

from tests.contract.target import BUSINESS, Callers
from tests.contract.test_rest_reads import refusal


@pytest.mark.covers("rest: POST rpc")
async def test_json_comes_as_it_is(callers: Callers) -> None:
    """A function that returns jsonb answers with it, unwrapped. Source: PostgREST, functions as RPC."""
    service = await callers.service()
    assert isinstance(await callers.rows(service.rpc("engine_health")), dict)
    assert await callers.rows(service.rpc("products_to_embed", {"p_model": "none", "p_limit": 0})) in (
        [],
        None,
    )


@pytest.mark.covers("rest: POST rpc")
async def test_arrays_objects_and_defaults_as_arguments(callers: Callers) -> None:
    """Arguments are matched by name; those with a default may be left out. Source: PostgREST, json_to_record."""
    service = await callers.service()
    arguments = {
        "p_business_id": BUSINESS,
        "p_embedding": None,
        "p_model": "none",
        "p_terms": ["guinzaglio", 'è, "x"'],
        "p_limit": 3,
    }
    found = await callers.rows(service.rpc("search_products", arguments))
    assert isinstance(found, list | dict)
    assert await callers.rows(service.rpc("ingest_events", {"p_items": []})) is not None


async def test_nothing_comes_from_void(callers: Callers, conversation: str) -> None:
    """204 without a body is nothing to the client, no null. Source: PostgREST; postgrest client 2.34."""
    agent = await callers.agent()
    assert await callers.rows(agent.rpc("mark_read", {"p_conversation_id": conversation})) == []


async def test_a_number_comes_as_a_number(callers: Callers) -> None:
    """A scalar result is bare JSON. Source: PostgREST, functions as RPC."""
    service = await callers.service()
    assert await callers.rows(service.rpc("expire_offers")) >= 0


async def test_functions_and_arguments_that_do_not_exist(callers: Callers) -> None:
    """PGRST202 for an unknown name, a missing or a surplus argument. Source: PostgREST errors v14."""
    service = await callers.service()
    for name, arguments in (
        ("no_such_function", {}),
        ("glossary", {}),
        ("glossary", {"p_business_id": BUSINESS, "p_more": 1}),
    ):
        assert (await refusal(callers, service.rpc(name, arguments)))[0] == "PGRST202"


async def test_functions_are_granted_by_name(callers: Callers) -> None:
    """42501 for who may not execute one. Source: PostgreSQL; default grants revoked (changelog 45329)."""
    for client in (await callers.client(), await callers.agent()):
        assert (await refusal(callers, client.rpc("claim_turns", {"p_limit": 1, "p_lease_seconds": 1})))[
            0
        ] == "42501"


async def test_errors_that_functions_raise(callers: Callers) -> None:
    """PTxyz is an HTTP status, a value is refused by 22023 with its hint. Source: PostgREST, raise sqlstate."""
    agent = await callers.agent()
    assert (await refusal(callers, agent.rpc("staff_conversation", {"p_phone": "12"})))[0] == "22023"
    assert (await refusal(callers, agent.rpc("take_over", {"p_conversation_id": str(uuid.uuid4())})))[
        0
    ] == "PT404"
    assert (await refusal(callers, agent.rpc("take_over", {"p_conversation_id": "x"})))[0] == "22P02"


async def test_functions_that_only_read_may_be_asked_by_get(callers: Callers) -> None:
    """`get=True` sends the arguments in the address. Source: client on the wire; PostgREST, read-only transaction."""
    service = await callers.service()
    by_get = await callers.rows(service.rpc("glossary", {"p_business_id": BUSINESS}, get=True))
    assert by_get == await callers.rows(service.rpc("glossary", {"p_business_id": BUSINESS}))
