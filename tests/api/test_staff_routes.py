"""REST for signed-in people: the caller's own rights decide, pages are stable, errors say what would help."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.backend import ADMIN, AGENT, RIDER_USER, VIEWER, Backend
from tests.api.service import api_settings, serving

SEND = "/api/whatsapp/send"
MESSAGES = "/api/whatsapp/messages"
CONTACTS = "/api/whatsapp/contacts"


@pytest.mark.parametrize("path", [MESSAGES, CONTACTS])
async def test_reading_needs_a_signed_in_person(api: httpx.AsyncClient, backend: Backend, path: str) -> None:
    for token in (None, "nonsense", "a.b.c", backend.anon_key, backend.forged(AGENT), backend.expired(AGENT)):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = await api.get(path, headers=headers)
        assert answer.status_code == 401, token
        assert answer.json()["error"]


async def test_sending_needs_a_signed_in_person(api: httpx.AsyncClient, backend: Backend) -> None:
    body = {"phone": "393470000011", "text": "ciao"}
    for headers in ({}, backend.bearer_of(backend.forged(AGENT))):
        assert (await api.post(SEND, json=body, headers=headers)).status_code == 401


@pytest.mark.parametrize("user", [AGENT, ADMIN, VIEWER])
async def test_staff_see_the_messages_of_their_business(
    api: httpx.AsyncClient, backend: Backend, user: str
) -> None:
    page = (await api.get(MESSAGES, headers=backend.bearer(user))).raise_for_status().json()
    assert len(page["messages"]) > 5


async def test_who_is_no_staff_sees_nothing(api: httpx.AsyncClient, backend: Backend) -> None:
    for path, name in ((MESSAGES, "messages"), (CONTACTS, "contacts")):
        page = (await api.get(path, headers=backend.bearer(RIDER_USER))).raise_for_status().json()
        assert page == {name: [], "next": None}


async def test_another_business_is_invisible(api: httpx.AsyncClient, backend: Backend) -> None:
    stranger = await backend.other_business()
    for path, name in ((MESSAGES, "messages"), (CONTACTS, "contacts")):
        page = (await api.get(path, headers=backend.bearer(stranger))).raise_for_status().json()
        assert page[name] == []
    conversation = await backend.value("select id from whatsapp_conversations order by id limit 1")
    body = {"conversation_id": str(conversation), "text": "ciao"}
    answer = await api.post(SEND, json=body, headers=backend.bearer(stranger))
    assert answer.status_code == 404


async def test_messages_page_by_page_are_all_of_them(api: httpx.AsyncClient, backend: Backend) -> None:
    conversation = await backend.value(
        "select conversation_id from whatsapp_messages group by 1 order by count(*) desc limit 1"
    )
    rows = await backend.rows(
        "select sequence from whatsapp_messages where conversation_id = $1 order by sequence desc",
        conversation,
    )
    seen: list[int] = []
    cursor: str | None = None
    while True:
        params: dict[str, Any] = {"conversation_id": str(conversation), "limit": 2}
        params |= {"before": cursor} if cursor else {}
        answer = await api.get(MESSAGES, params=params, headers=backend.bearer(AGENT))
        page = answer.raise_for_status().json()
        seen += [message["sequence"] for message in page["messages"]]
        assert len(page["messages"]) <= 2
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [row["sequence"] for row in rows]


async def test_contacts_page_by_page_are_all_of_them(api: httpx.AsyncClient, backend: Backend) -> None:
    # Rows of one transaction share their time, so the id must order them.
    await backend.execute(
        "insert into contacts (business_id, name, phone) "
        "select (select id from businesses order by id limit 1), 'Folla ' || n, '3934711' || lpad(n::text, 5, '0') "
        "from generate_series(1, 23) n"
    )
    seen: list[str] = []
    cursor: str | None = None
    while True:
        params: dict[str, Any] = {"limit": 5} | ({"before": cursor} if cursor else {})
        page = (
            (await api.get(CONTACTS, params=params, headers=backend.bearer(AGENT))).raise_for_status().json()
        )
        seen += [contact["id"] for contact in page["contacts"]]
        cursor = page["next"]
        if cursor is None:
            break
    rows = await backend.rows("select id from contacts order by created_at desc, id desc")
    assert seen == [str(row["id"]) for row in rows]


SEARCHES = {
    "Rossi, (Anna)": ['Rossi, (Anna) "la" 100%'],
    "rossi": ['Rossi, (Anna) "la" 100%'],
    '"la"': ['Rossi, (Anna) "la" 100%'],
    "100%": ['Rossi, (Anna) "la" 100%'],
    "%": ['Rossi, (Anna) "la" 100%'],
    "a_b\\c": ["a_b\\c"],
    "x),phone.not.is.null,(name.eq.x": [],
    "39 347 77 88 99": ["a_b\\c"],
    "nobody at all": [],
}


async def test_search_takes_every_character_as_itself(api: httpx.AsyncClient, backend: Backend) -> None:
    await backend.execute(
        "update contacts set name = 'altri', username = null, phone = null; "
        "insert into contacts (business_id, name, phone) select id, 'Rossi, (Anna) \"la\" 100%', '393470001234' "
        "from businesses order by id limit 1; "
        "insert into contacts (business_id, name, phone) select id, 'a_b\\c', '39347778899' "
        "from businesses order by id limit 1"
    )
    found = {}
    for search in SEARCHES:
        answer = await api.get(CONTACTS, params={"search": search}, headers=backend.bearer(AGENT))
        found[search] = [contact["name"] for contact in answer.raise_for_status().json()["contacts"]]
    assert found == SEARCHES


WRONG_PARAMETERS: list[tuple[str, dict[str, str], str]] = [
    (MESSAGES, {"before": "x"}, "before"),
    (MESSAGES, {"limit": "0"}, "limit"),
    (MESSAGES, {"limit": "1000"}, "limit"),
    (MESSAGES, {"conversation_id": "x"}, "conversation_id"),
    (MESSAGES, {"phone": "abc"}, "phone"),
    (CONTACTS, {"before": "!!!"}, "before"),
    (CONTACTS, {"before": "W10"}, "before"),
    (CONTACTS, {"search": ""}, "search"),
]


async def test_wrong_parameters_name_their_field(api: httpx.AsyncClient, backend: Backend) -> None:
    for path, params, field in WRONG_PARAMETERS:
        answer = await api.get(path, params=params, headers=backend.bearer(AGENT))
        assert (answer.status_code, answer.json()["field"]) == (422, field), params


async def open_conversation(backend: Backend) -> str:
    """A conversation inside its window."""
    found = await backend.value(
        "update whatsapp_conversations set window_expires_at = now() + interval '1 hour' where id = "
        "(select c.id from whatsapp_conversations c join channel_accounts a on a.id = c.account_id "
        "where not a.simulated and c.status = 'open' order by c.id limit 1) returning id"
    )
    return str(found)


async def test_an_agent_answers_once_per_key(api: httpx.AsyncClient, backend: Backend) -> None:
    body = {"conversation_id": await open_conversation(backend), "text": "Arrivo!", "client_key": "k1"}
    first = (await api.post(SEND, json=body, headers=backend.bearer(AGENT))).raise_for_status().json()
    again = (await api.post(SEND, json=body, headers=backend.bearer(AGENT))).raise_for_status().json()
    assert first["status"] == "pending"
    assert first["message_id"] == again["message_id"]
    rows = await backend.rows(
        "select author, content from whatsapp_messages where id = $1::uuid", first["message_id"]
    )
    assert [tuple(row) for row in rows] == [("agent", "Arrivo!")]
    owner = await backend.value(
        "select owner from whatsapp_conversations where id = $1::uuid", first["conversation_id"]
    )
    assert owner == "human"


async def test_a_viewer_may_not_send(api: httpx.AsyncClient, backend: Backend) -> None:
    body = {"conversation_id": await open_conversation(backend), "text": "ciao"}
    assert (await api.post(SEND, json=body, headers=backend.bearer(VIEWER))).status_code == 403


async def test_a_closed_window_is_409_and_says_what_helps(api: httpx.AsyncClient, backend: Backend) -> None:
    conversation = await open_conversation(backend)
    await backend.execute("update whatsapp_conversations set window_expires_at = now() - interval '1 hour'")
    body = {"conversation_id": conversation, "text": "ciao"}
    answer = await api.post(SEND, json=body, headers=backend.bearer(AGENT))
    assert answer.status_code == 409
    assert "template" in answer.json()["remedy"]


async def test_writing_first_to_a_number_needs_a_template(api: httpx.AsyncClient, backend: Backend) -> None:
    body = {"phone": "+39 347 000 0099", "text": "ciao"}
    assert (await api.post(SEND, json=body, headers=backend.bearer(AGENT))).status_code == 409


WRONG_BODIES: list[tuple[dict[str, str], str]] = [
    ({"text": "ciao"}, "conversation_id"),
    ({"phone": "12", "text": "ciao"}, "phone"),
    ({"phone": "393470000011", "text": ""}, "text"),
    ({"phone": "393470000011", "text": "a" * 4097}, "text"),
    ({"phone": "393470000011"}, "text"),
    ({"conversation_id": "x", "text": "ciao"}, "conversation_id"),
]


async def test_a_wrong_answer_names_its_field(api: httpx.AsyncClient, backend: Backend) -> None:
    for body, field in WRONG_BODIES:
        answer = await api.post(SEND, json=body, headers=backend.bearer(AGENT))
        assert (answer.status_code, answer.json()["field"]) == (422, field), body


async def test_blank_words_are_refused_by_the_database(api: httpx.AsyncClient, backend: Backend) -> None:
    body = {"conversation_id": await open_conversation(backend), "text": "   "}
    answer = await api.post(SEND, json=body, headers=backend.bearer(AGENT))
    assert (answer.status_code, answer.json()["field"]) == (422, "text")


async def test_an_unknown_conversation_is_404(api: httpx.AsyncClient, backend: Backend) -> None:
    body = {"conversation_id": "00000000-0000-4000-8000-0000000000ff", "text": "ciao"}
    assert (await api.post(SEND, json=body, headers=backend.bearer(AGENT))).status_code == 404


async def test_storage_down_is_503(backend: Backend) -> None:
    async with serving(api_settings()) as api:
        for path in (MESSAGES, CONTACTS):
            assert (await api.get(path, headers=backend.bearer(AGENT))).status_code == 503
