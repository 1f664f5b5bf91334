"""`/files/{message id}`: a file for those who may see its message, in a form that no browser runs."""

from __future__ import annotations

import json
from urllib.parse import unquote
from uuid import UUID, uuid4

import httpx

from processors.media.bucket import BUCKET
from tests.desk.conftest import DLOOP, GIULIA, RIDER, VIEWER, RunningDesk

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8
HOSTILE_NAME = 'a"b\r\nset-cookie: x=1/../\u202egpj.<script>.exe'


async def message_with(
    desk: RunningDesk,
    content: bytes = JPEG,
    mime_type: str = "image/jpeg",
    *,
    name: str | None = None,
    state: str = "stored",
    business: str = DLOOP,
) -> str:
    """A message of Giulia's with a file in Storage; its id."""
    message_id = str(uuid4())
    path = f"{business}/{GIULIA}/{message_id}.bin"
    client = await desk.gateway.client()
    stored_as = mime_type if mime_type != "text/html" else "text/plain"
    await client.storage.from_(BUCKET).upload(path, content, {"content-type": stored_as})
    await desk.sql(
        "insert into whatsapp_messages (id, business_id, conversation_id, account_id, direction, author, type, status) "
        "select $1, business_id, id, account_id, 'inbound', 'customer', 'document', 'received' "
        "from whatsapp_conversations where id = $2",
        UUID(message_id),
        UUID(GIULIA),
    )
    await desk.sql(
        "insert into message_media (business_id, message_id, external_id, kind, mime_type, file_name, "
        "storage_path, state, reason, sha256) "
        "values ($1, $2, 'm', 'document', $3, $4, $5, $6, case when $6 = 'failed' then 'gone' end, 'abc')",
        UUID(DLOOP),
        UUID(message_id),
        mime_type,
        name,
        path,
        state,
    )
    return message_id


async def test_a_picture_is_shown_whole_in_part_or_not_again(seeded_desk: RunningDesk) -> None:
    message_id = await message_with(seeded_desk)
    for email in (VIEWER, None):
        browser = await (seeded_desk.signed_in(email) if email else seeded_desk.signed_in())
        answer = await browser.http.get(f"/files/{message_id}")
        assert (answer.status_code, answer.content) == (200, JPEG)
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["content-disposition"].startswith("inline; ")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
    part = await browser.http.get(f"/files/{message_id}", headers={"range": "bytes=2-5"})
    assert (part.status_code, part.content) == (206, JPEG[2:6])
    assert part.headers["content-range"] == f"bytes 2-5/{len(JPEG)}"
    again = await browser.http.get(f"/files/{message_id}", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_only_people_of_the_business_get_it(seeded_desk: RunningDesk) -> None:
    message_id = await message_with(seeded_desk)
    nobody = await seeded_desk.browser()
    assert (await nobody.http.get(f"/files/{message_id}")).status_code == 401
    browser = await seeded_desk.signed_in()
    assert (await browser.http.get(f"/files/{uuid4()}")).status_code == 404
    assert (await browser.http.get("/files/nonsense")).status_code != 200
    # A path of another business, even in a row of one's own: Storage decides too.
    elsewhere = await message_with(seeded_desk, business=str(uuid4()))
    assert (await browser.http.get(f"/files/{elsewhere}")).status_code == 404
    # Whoever no longer works there sees nothing from that moment.
    await seeded_desk.sql("update staff set active = false")
    assert (await browser.http.get(f"/files/{message_id}")).status_code == 404
    assert (await nobody.sign_in(RIDER)).status_code == 403


async def test_what_is_not_stored_is_not_there(seeded_desk: RunningDesk) -> None:
    browser = await seeded_desk.signed_in()
    for state in ("pending", "failed"):
        message_id = await message_with(seeded_desk, state=state)
        assert (await browser.http.get(f"/files/{message_id}")).status_code == 404


async def test_documents_are_saved_under_a_harmless_name(seeded_desk: RunningDesk) -> None:
    browser = await seeded_desk.signed_in()
    message_id = await message_with(seeded_desk, b"%PDF-1.7", "application/pdf", name=HOSTILE_NAME)
    answer = await browser.http.get(f"/files/{message_id}")
    kind, plain, full = answer.headers["content-disposition"].split("; ")
    assert kind == "attachment"
    assert "set-cookie" not in answer.headers
    name = unquote(full.removeprefix("filename*=UTF-8''"))
    assert name.endswith(".exe.pdf")
    assert not set(name) & set('"\r\n/<>\u202e:')
    assert plain.count('"') == 2


async def test_nothing_that_runs_is_ever_served(seeded_desk: RunningDesk) -> None:
    browser = await seeded_desk.signed_in()
    script = b"<html><script>alert(1)</script>"
    message_id = await message_with(seeded_desk, script, "text/html", name="x.html")
    answer: httpx.Response = await browser.http.get(f"/files/{message_id}")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; ")


async def test_the_thread_tells_state_and_reason(seeded_desk: RunningDesk) -> None:
    await message_with(seeded_desk, state="failed", name="rotto.pdf")
    browser = await seeded_desk.signed_in()
    async with browser.live() as page:
        thread = await page.ask("open", id=GIULIA)
    [file] = [message["media"][0] for message in thread["rows"] if message["media"]]
    assert (file["state"], file["reason"], file["file_name"]) == ("failed", "gone", "rotto.pdf")
    assert "storage_path" not in json.dumps(thread)
