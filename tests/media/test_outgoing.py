"""Files that an agent sends: from Storage to the provider once, then by its id."""

from __future__ import annotations

import json
from typing import Any

import asyncpg
import pytest
from storage3.exceptions import StorageApiError

from tests.media.files import AGENT, BUSINESS, PDF, STRANGER, VIEWER, Files


async def attach(files: Files, user_id: str = AGENT, name: str = "listino.pdf") -> str:
    """An agent's file in Storage; its path."""
    path = f"{BUSINESS}/{await files.phone.conversation()}/out/{name}"
    client = await files.as_user(user_id)
    await client.storage.from_("media").upload(path, PDF, {"content-type": "application/pdf"})
    return path


async def queue(files: Files, path: str, **more: Any) -> None:
    media = {"path": path, "mime_type": "application/pdf", "file_name": "Listino 2026.pdf"}
    reply = {"kind": "document", "text": "Ecco il listino", "media": media, **more}
    await files.phone.rows(
        "select private.queue_message($1, 'agent', $2::text::jsonb)",
        await files.phone.conversation(),
        json.dumps(reply),
    )


async def sent(files: Files) -> list[dict[str, Any]]:
    return [entry["body"] for entry in await files.log() if entry["wamid"] and entry["status"] == 200]


async def uploads(files: Files) -> int:
    # The customer sent nothing here, so every upload is ours.
    return sum(entry["path"].endswith("/media") and entry["status"] == 200 for entry in await files.log())


async def test_a_document_is_uploaded_once_and_sent_by_its_id(files: Files) -> None:
    await files.phone.say("ciao")
    await files.phone.rows("delete from outbox")
    path = await attach(files)
    await queue(files, path)
    await files.deliver()
    await queue(files, path)
    await files.deliver()
    first, second = await sent(files)
    assert first["type"] == "document"
    assert first["document"]["caption"] == "Ecco il listino"
    assert first["document"]["filename"] == "Listino 2026.pdf"
    assert second["document"]["id"] == first["document"]["id"]
    assert await uploads(files) == 1
    rows = await files.phone.rows(
        "select state, storage_path, kind from message_media where external_id = ''"
    )
    assert [tuple(row) for row in rows] == [("stored", path, "document")] * 2


async def test_an_id_that_ends_is_uploaded_anew(files: Files) -> None:
    await files.phone.say("ciao")
    await files.phone.rows("delete from outbox")
    path = await attach(files)
    await queue(files, path)
    await files.deliver()
    await files.phone.rows("update media_uploads set expires_at = now() + interval '5 minutes'")
    await queue(files, path)
    await files.deliver()
    assert (await uploads(files), len(await sent(files))) == (2, 2)


async def test_a_missing_file_fails_and_is_told(files: Files) -> None:
    await files.phone.say("ciao")
    await files.phone.rows("delete from outbox")
    await queue(files, f"{BUSINESS}/nowhere/out/gone.pdf")
    await files.deliver()
    [row] = await files.phone.rows("select status, error_text from whatsapp_messages where author = 'agent'")
    assert tuple(row) == ("failed", "Storage: no such file")
    assert "failed_message" in await files.phone.escalations()


async def test_what_whatsapp_does_not_take_is_told_with_its_reason(files: Files) -> None:
    await files.phone.say("ciao")
    await files.phone.rows("delete from outbox")
    path = await attach(files)
    media = {"path": path, "mime_type": "text/csv", "file_name": "listino.csv"}
    await queue(files, path, media=media)
    await files.deliver()
    query = "select status, error_code from whatsapp_messages where author = 'agent'"
    assert [tuple(row) for row in await files.phone.rows(query)] == [("failed", 100)]
    assert await files.phone.rows("select 1 from media_uploads") == []


async def test_only_agents_attach_and_only_to_their_business(files: Files) -> None:
    await files.phone.say("ciao")
    for user in (VIEWER, STRANGER):
        with pytest.raises(StorageApiError) as refusal:
            await attach(files, user)
        assert str(refusal.value.status) == "403"
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="another business"):
        await queue(files, "00000000-0000-4000-8000-0000000000ff/x/out/secret.pdf")
