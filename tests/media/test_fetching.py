"""Inbound files: from the provider into the private bucket, once, checked, seen by their business alone."""

from __future__ import annotations

import hashlib
from uuid import UUID

import httpx
import pytest
from storage3.exceptions import StorageApiError

from processors.media.rows import MediaRows
from processors.media.types import EXTENSIONS
from tests.fixtures.cluster import Database
from tests.media.files import AGENT, BUSINESS, EXE, JPEG, OGG, PDF, STRANGER, VIEWER, Files


async def stored_names(files: Files) -> list[str]:
    rows = await files.phone.rows("select name from storage.objects where bucket_id = 'media'")
    return [row["name"] for row in rows]


async def signed_url(files: Files, user_id: str, path: str) -> str:
    client = await files.as_user(user_id)
    return str((await client.storage.from_("media").create_signed_url(path, 60))["signedURL"])


async def test_a_picture_is_fetched_and_seen_by_its_business_alone(files: Files) -> None:
    await files.send("image", JPEG, "image/jpeg")
    row = await files.row()
    assert (row["state"], row["storage_path"]) == ("pending", None)
    await files.work()
    row = await files.row()
    conversation = await files.phone.conversation()
    assert row["storage_path"] == f"{BUSINESS}/{conversation}/{row['message_id']}.jpg"
    assert (row["state"], row["run_at"], row["token"]) == ("stored", None, None)
    assert (row["size_bytes"], row["sha256"]) == (len(JPEG), hashlib.sha256(JPEG).hexdigest())

    async with httpx.AsyncClient(trust_env=False) as anybody:
        for user in (AGENT, VIEWER):
            answer = await anybody.get(await signed_url(files, user, row["storage_path"]))
            assert (answer.content, answer.headers["content-type"]) == (JPEG, "image/jpeg")
    await _another_business(files)
    with pytest.raises(StorageApiError) as refusal:
        await signed_url(files, STRANGER, row["storage_path"])
    assert str(refusal.value.status) == "404"
    assert (await _rows_seen(files, STRANGER), await _rows_seen(files, VIEWER)) == (0, 1)


async def _another_business(files: Files) -> None:
    """Somebody who is staff as well, elsewhere."""
    user = UUID(STRANGER)
    await files.phone.rows("insert into auth.users (id, email) values ($1, 'altri@example.com')", user)
    await files.phone.rows(
        "with b as (insert into businesses (name, slug) values ('Altri', 'altri') returning id) "
        "insert into staff (business_id, user_id, role) select id, $1, 'admin' from b",
        user,
    )


async def _rows_seen(files: Files, user_id: str) -> int:
    client = await files.as_user(user_id)
    return len((await client.table("message_media").select("id").execute()).data)


async def test_an_address_that_ran_out_is_asked_for_again(files: Files) -> None:
    await files.graph(media_next=["expired"])
    await files.send("image", JPEG, "image/jpeg")
    await files.work()
    assert ((await files.row())["state"], (await files.row())["attempts"]) == ("stored", 1)
    # The content may also be elsewhere, and slow.
    await files.graph(media_next=["redirect", "slow"], media_pause_ms=5)
    await files.send("document", PDF, "application/pdf", filename="ordine.pdf")
    await files.send("image", JPEG, "image/jpeg")
    await files.work()
    rows = await files.phone.rows("select state, file_name from message_media order by created_at")
    assert [tuple(row) for row in rows] == [("stored", None), ("stored", "ordine.pdf"), ("stored", None)]


async def test_a_wrong_digest_is_tried_three_times(files: Files) -> None:
    await files.graph(media_next=["digest"])
    await files.send("image", JPEG, "image/jpeg")
    await files.work()
    row = await files.row()
    assert (row["state"], row["attempts"]) == ("pending", 1)
    await files.due()
    await files.work()
    assert (await files.row())["state"] == "stored"

    await files.graph(media_next=["digest"] * 3)
    await files.send("image", JPEG, "image/jpeg")
    for _ in range(4):
        await files.work()
        await files.due()
    row = await files.row()
    assert (row["state"], row["reason"], row["attempts"]) == ("failed", "digest_mismatch", 3)
    assert len(await stored_names(files)) == 1

    # Nor is anything kept but what the webhook announced.
    media_id = await files.send("image", JPEG, "image/jpeg")
    other = hashlib.sha256(b"another picture").digest().hex()
    await files.phone.rows("update message_media set sha256 = $1 where external_id = $2", other, media_id)
    await files.work()
    assert (await files.row())["error"].startswith("it is not the file")
    assert len(await stored_names(files)) == 1


REFUSED = [
    ("image", JPEG, "image/jpeg", "too_big", "too_large"),
    ("image", JPEG, "image/jpeg", "swelling", "too_large"),
    ("image", JPEG + bytes(64 * 1024), "image/jpeg", "ok", "too_large"),
    ("image", EXE, "image/jpeg", "ok", "type_refused"),
    ("document", b"<!DOCTYPE html><script>alert(1)</script>", "text/plain", "ok", "type_refused"),
]


async def test_what_is_refused_at_once(files: Files) -> None:
    for kind, data, mime_type, fault, reason in REFUSED:
        await files.graph(media_next=[fault])
        await files.send(kind, data, mime_type, content="guarda qui")
        await files.work()
        row = await files.row()
        assert (row["state"], row["reason"], row["run_at"], row["attempts"]) == ("failed", reason, None, 1)
    assert await stored_names(files) == []
    query = "select count(*) from whatsapp_messages where content = 'guarda qui' and status = 'received'"
    assert await files.phone.value(query) == len(REFUSED)


async def test_a_file_that_is_gone_fails_and_a_server_that_is_down_is_waited_for(files: Files) -> None:
    await files.graph(media_next=["gone", "gone", "unavailable", "unavailable"])
    await files.send("image", JPEG, "image/jpeg")
    await files.work()
    await files.due()
    await files.work()
    assert ((await files.row())["state"], (await files.row())["reason"]) == ("failed", "gone")
    await files.send("audio", OGG, "audio/ogg")
    for _ in range(2):
        await files.work()
        assert (await files.row())["state"] == "pending"
        await files.due()
    await files.work()
    assert (await files.row())["state"] == "stored"


async def test_a_dead_worker_is_followed_and_can_write_nothing(files: Files) -> None:
    await files.send("image", JPEG, "image/jpeg")
    rows = MediaRows(files.phone.services.store)
    [claimed], _ = await rows.claim(limit=5, lease_seconds=60)
    await files.work()
    assert (await files.row())["state"] == "fetching", "nobody takes what is leased"
    await files.due()
    await files.work()
    assert ((await files.row())["state"], (await files.row())["attempts"]) == ("stored", 2)
    assert not await rows.stored(claimed, "elsewhere.jpg", "image/jpeg", b"", 1)
    assert not await rows.failed(claimed, "gone", "", retry_ms=None)
    assert (await files.row())["storage_path"] != "elsewhere.jpg"


async def test_nothing_is_fetched_twice(files: Files) -> None:
    media_id = await files.send("image", JPEG, "image/jpeg", external_id="wamid.twice")
    media = {"id": media_id, "mime_type": "image/jpeg"}
    await files.phone.send(type="image", payload={"media": media}, external_id="wamid.twice")
    for _ in range(3):
        await files.work()
    downloads = [entry for entry in await files.log() if "media-content" in entry["path"]]
    assert len(downloads) == 1
    assert len(await stored_names(files)) == 1


async def test_the_list_of_types_is_the_buckets_list(database: Database) -> None:
    async with database.connect() as connection:
        query = "select allowed_mime_types from storage.buckets where id = 'media' and not public"
        allowed = await connection.fetchval(query)
    assert sorted(allowed) == sorted(EXTENSIONS)
    assert not {"text/html", "image/svg+xml", "application/zip"} & set(allowed)
