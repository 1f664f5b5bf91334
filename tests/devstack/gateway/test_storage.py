"""Storage, as the real client speaks it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jwt
import pytest
import pytest_asyncio
from storage3.exceptions import StorageApiError

from tests.devstack.gateway.conftest import ALICE, BOB, Project


@pytest_asyncio.fixture
async def files(own_project: Project) -> Any:
    """Alice's view of a private bucket, which holds one file of hers."""
    await own_project.service.storage.create_bucket("files")
    bucket = own_project.alice.storage.from_("files")
    await bucket.upload(f"{ALICE}/a b.txt", b"hello", {"content-type": "text/plain"})
    return bucket


async def refusal(action: Any) -> str:
    """The status in the body of a refusal."""
    with pytest.raises(StorageApiError) as error:
        await action
    return str(error.value.status)


async def test_upload_and_download(own_project: Project, files: Any) -> None:
    assert await files.download(f"{ALICE}/a b.txt") == b"hello"
    assert await files.exists(f"{ALICE}/a b.txt")
    assert await own_project.service.storage.from_("files").download(f"{ALICE}/a b.txt") == b"hello"


async def test_policies_decide(own_project: Project, files: Any) -> None:
    theirs = own_project.bob.storage.from_("files")
    assert await refusal(theirs.download(f"{ALICE}/a b.txt")) == "404"
    assert await refusal(theirs.upload(f"{ALICE}/x.txt", b"x", {})) == "403"
    assert await refusal(theirs.create_signed_url(f"{ALICE}/a b.txt", 60)) == "404"
    assert await theirs.remove([f"{ALICE}/a b.txt"]) == []
    assert await theirs.list(ALICE) == []
    await theirs.upload(f"{BOB}/mine.txt", b"x", {})


async def test_duplicates_and_upserts(files: Any) -> None:
    assert await refusal(files.upload(f"{ALICE}/a b.txt", b"again", {})) == "409"
    await files.upload(f"{ALICE}/a b.txt", b"again", {"x-upsert": "true"})
    assert await files.download(f"{ALICE}/a b.txt") == b"again"


async def test_signed_url_needs_no_key_and_runs_out(own_project: Project, files: Any) -> None:
    signed = (await files.create_signed_url(f"{ALICE}/a b.txt", 60))["signedURL"]
    answer = await own_project.http.get(signed)
    assert (answer.content, answer.headers["content-type"]) == (b"hello", "text/plain; charset=utf-8")
    assert (await own_project.http.get(signed + "x")).status_code == 400
    other = signed.replace("a%20b.txt", "other.txt")
    assert (await own_project.http.get(other)).json()["error"] == "InvalidSignature"
    key = f"files/{ALICE}/a b.txt"
    late = {"url": key, "scope": "download", "exp": int(time.time()) - 5}
    token = jwt.encode(late, own_project.gateway.jwt_secret, "HS256")
    answer = await own_project.http.get(f"{signed.partition('?')[0]}?token={token}")
    assert (answer.status_code, answer.json()["error"]) == (400, "InvalidJWT")
    assert await refusal(files.create_signed_url(f"{ALICE}/a b.txt", 0)) == "400"


async def test_many_signed_urls_name_what_is_missing(own_project: Project, files: Any) -> None:
    signed = await files.create_signed_urls([f"{ALICE}/a b.txt", f"{BOB}/none.txt"], 60)
    assert [entry["error"] is None for entry in signed] == [True, False]
    assert (await own_project.http.get(signed[0]["signedURL"])).content == b"hello"
    assert signed[1]["signedURL"] is None


async def test_signed_upload_is_for_its_own_path(own_project: Project, files: Any) -> None:
    place = await files.create_signed_upload_url(f"{ALICE}/up.txt")
    guest = own_project.anon.storage.from_("files")
    await guest.upload_to_signed_url(f"{ALICE}/up.txt", place["token"], b"by a guest", {})
    assert await files.download(f"{ALICE}/up.txt") == b"by a guest"
    assert await refusal(guest.upload_to_signed_url(f"{ALICE}/other.txt", place["token"], b"x", {})) == "400"
    assert await refusal(guest.upload_to_signed_url(f"{ALICE}/up.txt", place["token"], b"x", {})) == "409"
    read = await files.create_signed_url(f"{ALICE}/up.txt", 60)
    token = read["signedURL"].partition("token=")[2]
    assert await refusal(guest.upload_to_signed_url(f"{ALICE}/up.txt", token, b"x", {})) == "400"
    theirs = own_project.bob.storage.from_("files")
    assert await refusal(theirs.create_signed_upload_url(f"{ALICE}/up2.txt")) == "403"


async def test_move_and_copy(own_project: Project, files: Any) -> None:
    await files.move(f"{ALICE}/a b.txt", f"{ALICE}/moved.txt")
    assert not await files.exists(f"{ALICE}/a b.txt")
    await files.copy(f"{ALICE}/moved.txt", f"{ALICE}/copied.txt")
    await files.update(f"{ALICE}/moved.txt", b"changed", {"content-type": "text/plain"})
    assert await files.download(f"{ALICE}/copied.txt") == b"hello"
    assert await files.download(f"{ALICE}/moved.txt") == b"changed"
    assert await refusal(files.copy(f"{ALICE}/moved.txt", f"{ALICE}/copied.txt")) == "409"
    assert await refusal(files.move(f"{ALICE}/moved.txt", f"{BOB}/stolen.txt")) == "403"
    theirs = own_project.bob.storage.from_("files")
    assert await refusal(theirs.move(f"{ALICE}/moved.txt", f"{BOB}/stolen.txt")) == "404"
    assert await refusal(theirs.copy(f"{ALICE}/moved.txt", f"{BOB}/stolen.txt")) == "404"


async def test_info_tells_what_was_uploaded(files: Any) -> None:
    options = {"content-type": "image/png", "cache-control": "60", "metadata": {"by": "test"}}
    await files.upload(f"{ALICE}/a.png", b"12345", options)
    info = await files.info(f"{ALICE}/a.png")
    assert (info["size"], info["content_type"], info["cache_control"]) == (5, "image/png", "max-age=60")
    assert info["metadata"] == {"by": "test"}


async def test_bare_uploads_ranges_and_conditions(own_project: Project, files: Any) -> None:
    path = f"/storage/v1/object/files/{ALICE}/raw.bin"
    answer = await own_project.request("POST", path, content=b"0123456789", content_type="audio/ogg")
    assert answer.json()["Key"] == f"files/{ALICE}/raw.bin"
    part = await own_project.request("GET", path, range="bytes=2-4")
    assert (part.status_code, part.content, part.headers["content-type"]) == (206, b"234", "audio/ogg")
    same = await own_project.request("GET", path, if_none_match=part.headers["etag"])
    assert same.status_code == 304
    named = await own_project.request("GET", f"{path}?download=voice note.ogg")
    assert named.headers["content-disposition"] == "attachment; filename*=UTF-8''voice%20note.ogg;"
    assert (await own_project.request("HEAD", path)).headers["content-length"] == "10"


async def test_insert_alone_lets_upload(own_project: Project) -> None:
    """Source: supabase/storage tries the insert without reading it back."""
    await own_project.service.storage.create_bucket("drop")
    async with own_project.database.connect(own_project.database.owner) as connection:
        await connection.execute(
            "create policy drops on storage.objects for insert to anon with check (bucket_id = 'drop')"
        )
    bucket = own_project.anon.storage.from_("drop")
    await bucket.upload("letter.txt", b"x", {})
    assert await refusal(bucket.download("letter.txt")) == "404"
    assert await refusal(bucket.upload("letter.txt", b"x", {"x-upsert": "true"})) == "403"


async def test_a_failed_upload_leaves_nothing(own_project: Project, files: Any, tmp_path: Path) -> None:
    before = sorted(path.name for path in tmp_path.iterdir())
    theirs = own_project.bob.storage.from_("files")
    assert await refusal(theirs.upload(f"{ALICE}/x.txt", b"x", {})) == "403"
    assert await refusal(files.upload(f"{ALICE}/a b.txt", b"x", {})) == "409"
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    await files.remove([f"{ALICE}/a b.txt"])
    assert list(tmp_path.iterdir()) == []


async def test_list_and_remove(files: Any) -> None:
    await files.upload(f"{ALICE}/deep/er.txt", b"x", {})
    entries = await files.list(ALICE)
    assert [(entry["name"], entry["id"] is None) for entry in entries] == [("deep", True), ("a b.txt", False)]
    assert [entry["name"] for entry in await files.remove([f"{ALICE}/a b.txt"])] == [f"{ALICE}/a b.txt"]
    assert await refusal(files.download(f"{ALICE}/a b.txt")) == "404"


async def test_uploads_of_one_name_at_the_same_time(files: Any, tmp_path: Path) -> None:
    """One of them wins whole; nothing of the others stays on disk."""
    name = f"{ALICE}/contended.txt"
    options = {"x-upsert": "true", "content-type": "text/plain"}
    contents = [bytes([65 + number]) * 50_000 for number in range(8)]
    await asyncio.gather(*(files.upload(name, content, options) for content in contents))
    assert await files.download(name) in contents
    assert len(list(tmp_path.iterdir())) == 2
    answers = await asyncio.gather(
        *(files.upload(f"{ALICE}/first.txt", content, {}) for content in contents), return_exceptions=True
    )
    assert sum(not isinstance(answer, Exception) for answer in answers) == 1
    assert len(list(tmp_path.iterdir())) == 3


async def test_listing_pages_sorts_and_searches(files: Any) -> None:
    for name in ("b2.txt", "b1.txt", "c.txt"):
        await files.upload(f"{ALICE}/many/{name}", b"x", {})

    async def names(**options: Any) -> list[str]:
        return [entry["name"] for entry in await files.list(f"{ALICE}/many", options)]

    assert await names(limit=2) == ["b1.txt", "b2.txt"]
    assert await names(limit=2, offset=2) == ["c.txt"]
    assert await names(sortBy={"column": "name", "order": "desc"}) == ["c.txt", "b2.txt", "b1.txt"]
    assert await names(search="B") == ["b1.txt", "b2.txt"]
    assert await refusal(names(sortBy={"column": "1; drop table x", "order": "asc"})) == "400"


async def test_limits_of_a_bucket(own_project: Project) -> None:
    await own_project.service.storage.create_bucket(
        "files", options={"file_size_limit": 4, "allowed_mime_types": ["image/png"]}
    )
    bucket = own_project.service.storage.from_("files")
    assert await refusal(bucket.upload("a.png", b"12345", {"content-type": "image/png"})) == "413"
    assert await refusal(bucket.upload("a.txt", b"1", {"content-type": "text/plain"})) == "415"
    await bucket.upload("a.png", b"1", {"content-type": "image/png"})


@pytest.mark.parametrize(
    "name",
    [
        "%2e%2e/a.png",
        "a/%2e%2e/b",
        "a//b",
        "a%00b",
        "caff%C3%A8.png",
        "a%5Cb",
        "%3Cscript%3E",
        "x" * 1025,
        "a%23b",
    ],
)
async def test_names_that_are_refused(own_project: Project, name: str) -> None:
    await own_project.service.storage.create_bucket("files")
    answer = await own_project.request(
        "POST",
        f"/storage/v1/object/files/{name}",
        token=own_project.gateway.service_role_key,
        content=b"x",
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "InvalidKey")


async def test_buckets_are_changed_emptied_and_removed(own_project: Project) -> None:
    storage = own_project.service.storage
    await storage.create_bucket("files", options={"file_size_limit": "1MB"})
    assert (await storage.get_bucket("files")).file_size_limit == 1_000_000
    await storage.update_bucket("files", {"public": True, "allowed_mime_types": ["image/*"]})
    bucket = await storage.get_bucket("files")
    assert (bucket.public, bucket.file_size_limit, bucket.allowed_mime_types) == (
        True,
        1_000_000,
        ["image/*"],
    )
    await storage.from_("files").upload("a.png", b"1", {"content-type": "image/png"})
    assert await refusal(storage.delete_bucket("files")) == "409"
    await storage.empty_bucket("files")
    await storage.delete_bucket("files")
    assert await refusal(storage.get_bucket("files")) == "404"
    assert await refusal(storage.create_bucket("a/b")) == "400"
    assert await refusal(storage.create_bucket("files", options={"file_size_limit": 2**40})) == "413"
    assert await refusal(own_project.alice.storage.create_bucket("mine")) == "403"


async def test_a_file_over_the_limit_of_the_project_is_refused(own_project: Project) -> None:
    await own_project.service.storage.create_bucket("files")

    async def endless() -> AsyncIterator[bytes]:
        chunk = b"x" * 1024 * 1024
        for _ in range(52):
            yield chunk

    answer = await own_project.request(
        "POST",
        "/storage/v1/object/files/huge.bin",
        token=own_project.gateway.service_role_key,
        content=endless(),
        content_type="video/mp4",
    )
    assert (answer.status_code, answer.json()["statusCode"]) == (400, "413")
    assert await own_project.service.storage.from_("files").list() == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/object/list/files", b"{"),
        ("POST", "/object/list/files", b'{"limit": "many"}'),
        ("POST", "/object/sign/files/a.txt", b'{"expiresIn": -1}'),
        ("POST", "/object/sign/files", b'{"expiresIn": 5, "paths": "a"}'),
        ("POST", "/object/move", b'{"bucketId": "files", "sourceKey": "a", "destinationKey": "../b"}'),
        ("DELETE", "/object/files", b'{"prefixes": []}'),
        ("DELETE", "/object/files", b'{"prefixes": ["\\u0000"]}'),
        ("POST", "/bucket", b'{"name": ""}'),
        ("POST", "/bucket", b'{"name": "x", "allowed_mime_types": ["nonsense"]}'),
        ("POST", "/object/list-v2/files", b"{}"),
        ("GET", "/render/image/authenticated/files/a.png", None),
    ],
)
async def test_requests_that_are_refused(
    project: Project, method: str, path: str, body: bytes | None
) -> None:
    answer = await project.request(
        method, f"/storage/v1{path}", token=project.gateway.service_role_key, content=body
    )
    assert answer.status_code == 400
    assert set(answer.json()) == {"statusCode", "error", "code", "message"}


async def test_public_bucket(own_project: Project) -> None:
    await own_project.service.storage.create_bucket("open", options={"public": True})
    bucket = own_project.service.storage.from_("open")
    await bucket.upload("a.txt", b"hi", {})
    assert (await own_project.http.get(await bucket.get_public_url("a.txt"))).content == b"hi"
    assert [entry.name for entry in await own_project.service.storage.list_buckets()] == ["open"]
