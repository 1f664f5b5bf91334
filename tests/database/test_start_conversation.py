"""An agent writes first: to whom, with what, and what keeps it from being sent."""

from __future__ import annotations

import json
import uuid
from typing import Any

import asyncpg
import pytest

from tests.database.engine import BUSINESS, CUSTOMER, Engine, message, together

pytestmark = pytest.mark.database
AGENT = {"sub": "00000000-0000-4000-8000-000000000021"}
ADMIN = {"sub": "00000000-0000-4000-8000-000000000022"}
VIEWER = {"sub": "00000000-0000-4000-8000-000000000023"}
CHIARA = "00000000-0000-4000-8000-000000000121"
ACCOUNT = uuid.UUID("00000000-0000-4000-8000-000000000011")
NEW = {"phone": "+39 333 987 6543", "name": "Rita Neri", "language": "it"}


async def template(engine: Engine, name: str = "stato_ordine") -> uuid.UUID:
    found = await engine.value("select id from message_templates where name = $1 and language = 'it'", name)
    return uuid.UUID(str(found))


async def start(
    engine: Engine,
    person: dict[str, Any],
    *,
    key: str = "",
    params: tuple[str, ...] = ("D1", "è pronto"),
    account: uuid.UUID = ACCOUNT,
    claims: Any = AGENT,
) -> Any:
    arguments = (uuid.UUID(BUSINESS), person, account, await template(engine), list(params))
    return await engine.call(
        "start_conversation", *arguments, key or uuid.uuid4().hex, role="authenticated", claims=claims
    )


async def reason(call: Any) -> str | None:
    with pytest.raises(asyncpg.PostgresError) as caught:
        await call
    return caught.value.detail


async def contact(engine: Engine, phone: str = CUSTOMER) -> dict[str, Any]:
    stored = await engine.ingest(message("ciao", sender=phone))
    conversation = uuid.UUID(stored["results"][0]["conversation_id"])
    [row] = await engine.rows(
        "select k.id::text from contacts k join whatsapp_conversations c on c.contact_id = k.id where c.id = $1",
        conversation,
    )
    return {"contact_id": row["id"]}


async def test_a_new_number_gets_the_template_once_and_belongs_to_the_agent(engine: Engine) -> None:
    started = [await start(engine, NEW, key="key-12345") for _ in range(3)]
    assert started[0] == started[1] == started[2]
    [row] = await engine.rows(
        "select c.owner, c.assignee_id::text, c.language, k.name, k.phone, m.content, m.author, m.type, m.status "
        "from whatsapp_conversations c join contacts k on k.id = c.contact_id "
        "join whatsapp_messages m on m.conversation_id = c.id where c.id = $1::text::uuid",
        started[0]["conversation_id"],
    )
    assert row == {
        "owner": "human",
        "assignee_id": CHIARA,
        "language": "it",
        "name": "Rita Neri",
        "phone": "393339876543",
        "content": "Aggiornamento sul tuo ordine D1: è pronto.",
        "author": "agent",
        "type": "template",
        "status": "pending",
    }
    # Their answer comes into the same conversation and is not the bot's.
    answer = await engine.ingest(message("grazie", sender="393339876543"))
    assert answer["results"][0]["conversation_id"] == started[0]["conversation_id"]
    assert await engine.claim() == []


async def test_somebody_known_keeps_name_and_language_and_the_conversation_in_progress(
    engine: Engine,
) -> None:
    known = await contact(engine)
    await engine.admin.execute(
        "update contacts set name = 'Giulia', language = 'en' where phone = $1", CUSTOMER
    )
    by_id = await start(engine, known)
    by_phone = await start(engine, {"phone": "0039 347 123 4567", "name": "Altra", "language": "it"})
    assert by_id["conversation_id"] == by_phone["conversation_id"]
    [row] = await engine.rows("select name, language from contacts where phone = $1", CUSTOMER)
    assert row == {"name": "Giulia", "language": "en"}


async def test_who_must_not_be_written_to_is_not(engine: Engine) -> None:
    known = await contact(engine)
    await engine.admin.execute("update contacts set opted_out_at = now() where phone = $1", CUSTOMER)
    assert await reason(start(engine, known)) == "opted_out"
    await engine.admin.execute(
        "update contacts set opted_out_at = null, blocked_at = now() where phone = $1", CUSTOMER
    )
    assert await reason(start(engine, known)) == "contact_blocked"
    await engine.admin.execute("update contacts set blocked_at = null where phone = $1", CUSTOMER)
    await engine.admin.execute(
        "update contact_identities set scope = 'simulated' where contact_id = $1::text::uuid",
        known["contact_id"],
    )
    assert await reason(start(engine, known)) == "unreachable"
    await engine.admin.execute("update contact_identities set scope = ''")
    await engine.admin.execute(
        "update message_templates set category = 'MARKETING' where name = 'stato_ordine'"
    )
    assert await reason(start(engine, known)) == "no_consent"
    prefer = "select private.set_preference($1, $2, 'marketing_messages', $3, 'at the counter', now())"
    ids = (uuid.UUID(BUSINESS), uuid.UUID(known["contact_id"]))
    await engine.admin.execute(prefer, *ids, "stop")
    assert await reason(start(engine, known)) == "no_marketing"
    await engine.admin.execute(prefer, *ids, "resume")
    assert (await start(engine, known))["message_id"]
    assert (
        await engine.value(
            "select count(*) from whatsapp_messages where author = 'agent' and type = 'template'"
        )
        == 1
    )


async def test_what_is_no_number_no_template_or_not_theirs_is_refused_by_name(engine: Engine) -> None:
    assert await reason(start(engine, {"phone": "12", "name": "x"})) == "phone"
    assert await reason(start(engine, {"phone": "0", "name": "x"})) == "phone"
    assert await reason(start(engine, NEW, params=("D1",))) == "template_values"
    assert await reason(start(engine, NEW, params=("D1", "a\nb"))) == "template_values"
    assert await reason(start(engine, {"contact_id": str(uuid.uuid4())})) == "no_contact"
    simulator = uuid.UUID("00000000-0000-4000-8000-000000000013")
    assert await reason(start(engine, NEW, account=simulator)) == "no_account"
    await engine.admin.execute("update message_templates set status = 'PAUSED'")
    assert await reason(start(engine, NEW)) == "no_template"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await start(engine, NEW, claims=VIEWER)
    assert await engine.value("select count(*) from contacts where phone = '393339876543'") == 0


async def test_who_a_colleague_talks_to_is_left_to_them(engine: Engine) -> None:
    started = await start(engine, NEW, claims=ADMIN)
    assert await reason(start(engine, NEW)) == "with_colleague"
    await engine.call(
        "resolve_conversation",
        uuid.UUID(started["conversation_id"]),
        "k1",
        role="authenticated",
        claims=ADMIN,
    )
    assert (await start(engine, NEW))["conversation_id"] != started["conversation_id"]


async def test_the_provider_s_limit_of_people_is_kept(engine: Engine) -> None:
    async def says(**health: dict[str, Any]) -> None:
        sql = "update channel_accounts set health = $1::text::jsonb where id = $2"
        await engine.admin.execute(sql, json.dumps(health), ACCOUNT)

    now, before = "2026-01-02", "2026-01-01"
    await says(
        new={"max_daily_conversations_per_business": 2, "at": now},
        old={"current_limit": "TIER_1K", "at": before},
    )
    for n in (1, 2):
        await start(engine, {"phone": f"39333000000{n}"})
    assert await reason(start(engine, {"phone": "393330000003"})) == "daily_limit"
    # Who wrote within a day is answered, not written to first.
    assert await start(engine, await contact(engine))
    for said, people in (("TIER_2K", 2000), ("TIER_250", 250), ("TIER_UNLIMITED", None)):
        await says(new={"current_limit": said})
        assert await engine.value("select private.people_per_day($1)", uuid.UUID(BUSINESS)) == people


async def test_one_click_that_comes_twice_at_once_sends_once(engine: Engine) -> None:
    results = await together(*(start(engine, NEW, key="same-key-1") for _ in range(4)))
    assert len({str(result) for result in results}) == 1
    assert (
        await engine.value(
            "select count(*) from whatsapp_messages where type = 'template' and phone = '393339876543'"
        )
        == 1
    )


async def test_people_are_found_by_name_and_number(engine: Engine) -> None:
    await start(engine, NEW)

    async def found(words: str) -> list[str]:
        rows = await engine.call(
            "search_contacts", uuid.UUID(BUSINESS), words, role="authenticated", claims=VIEWER
        )
        return [row["name"] for row in rows]

    for words in ("rita", "ner", "987 65", "+39 333 987", "0039333987"):
        assert "Rita Neri" in await found(words), words
    assert await found("nessuno così") == []
    assert await found("") == []
