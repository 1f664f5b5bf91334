"""Storage: buckets, files, signed addresses, and policies."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
import pytest_asyncio
from storage3.exceptions import StorageApiError

from tests.contract.target import Callers, unique


@pytest_asyncio.fixture
async def bucket(callers: Callers) -> AsyncIterator[str]:
    """A private bucket; emptied and removed in the end."""
    service = await callers.service()
    name = unique()
    await callers.done(lambda: service.storage.create_bucket(name))
    yield name
    await callers.done(lambda: service.storage.empty_bucket(name))
    await callers.done(lambda: service.storage.delete_bucket(name))


@pytest_asyncio.fixture
async def files(callers: Callers, bucket: str) -> Any:
    """The bucket as the service sees it, with one file in it."""
    view = (await callers.service()).storage.from_(bucket)
    await callers.done(lambda: view.upload("in/a b.txt", b"hello", {"content-type": "text/plain"}))
    return view


async def refusal(callers: Callers, call: Callable[..., Any], *arguments: Any) -> str:
    """The status in the body of a refusal."""
    with pytest.raises(StorageApiError) as error:
        await callers.done(call, *arguments)
    return str(error.value.status)


async def fetch(address: str) -> httpx.Response:
    """What anybody gets, without a key."""
    async with httpx.AsyncClient(timeout=30, verify=address.startswith("https")) as http:
        return await http.get(address)


@pytest.mark.covers("storage: POST bucket", "storage: GET bucket", "storage: GET bucket/{bucket}")
async def test_buckets(callers: Callers, bucket: str) -> None:
    """Made, listed and read by the service; a name is taken once. Source: supabase/storage routes/bucket."""
    service = await callers.service()
    assert bucket in [one.name for one in await callers.done(service.storage.list_buckets)]
    assert (await callers.done(lambda: service.storage.get_bucket(bucket))).public is False
    assert await refusal(callers, lambda: service.storage.create_bucket(bucket)) == "409"
    assert await refusal(callers, lambda: service.storage.get_bucket(unique())) == "404"


@pytest.mark.covers("storage: POST object/{bucket}/{path}", "storage: GET object/{bucket}/{path}")
async def test_a_file_comes_back_as_it_was(callers: Callers, files: Any) -> None:
    """Name, type and content; overwritten only on demand. Source: storage3 2.34 on the wire, supabase/storage."""
    assert await callers.done(lambda: files.download("in/a b.txt")) == b"hello"
    assert await refusal(callers, lambda: files.upload("in/a b.txt", b"x", {})) == "409"
    await callers.done(lambda: files.upload("in/a b.txt", b"again", {"x-upsert": "true"}))
    assert await callers.done(lambda: files.download("in/a b.txt")) == b"again"
    assert await refusal(callers, lambda: files.download("in/none.txt")) == "404"


@pytest.mark.covers("storage: GET object/info/{bucket}/{path}")
async def test_what_is_known_of_a_file(callers: Callers, files: Any) -> None:
    """Size and type; `exists` tells missing from forbidden by the error. Source: storage3 2.34 file_api."""
    info = await callers.done(lambda: files.info("in/a b.txt"))
    assert (info["size"], info["content_type"].partition(";")[0]) == (5, "text/plain")
    assert await callers.done(lambda: files.exists("in/a b.txt")) is True
    assert await callers.done(lambda: files.exists("in/none.txt")) is False


@pytest.mark.covers("storage: POST object/sign/{bucket}/{path}", "storage: POST object/sign/{bucket}")
async def test_signed_addresses_need_no_key(callers: Callers, files: Any) -> None:
    """For one and for many; a changed token is refused. Source: supabase/storage getSignedURL(s).ts."""
    signed = (await callers.done(lambda: files.create_signed_url("in/a b.txt", 60)))["signedURL"]
    assert (await fetch(signed)).content == b"hello"
    assert (await fetch(f"{signed}x")).status_code == 400
    many = await callers.done(lambda: files.create_signed_urls(["in/a b.txt", "in/none.txt"], 60))
    assert [entry["error"] is None for entry in many] == [True, False]
    assert (await fetch(many[0]["signedURL"])).content == b"hello"


@pytest.mark.covers(
    "storage: POST object/upload/sign/{bucket}/{path}", "storage: PUT object/upload/sign/{bucket}/{path}"
)
async def test_signed_uploads(callers: Callers, bucket: str, files: Any) -> None:
    """Whoever holds the token may upload that file, once. Source: supabase/storage getSignedUploadURL.ts."""
    place = await callers.done(lambda: files.create_signed_upload_url("in/up.txt"))
    guest = (await callers.client()).storage.from_(bucket)
    await callers.done(lambda: guest.upload_to_signed_url("in/up.txt", place["token"], b"x", {}))
    assert await callers.done(lambda: files.download("in/up.txt")) == b"x"
    wrong = await refusal(
        callers, lambda: guest.upload_to_signed_url("in/other.txt", place["token"], b"x", {})
    )
    assert wrong == "400"


@pytest.mark.covers("storage: POST object/list/{bucket}", "storage: DELETE object/{bucket}")
async def test_folders_and_removal(callers: Callers, files: Any) -> None:
    """A folder has no id; removed files are named. Source: storage3 2.34, storage.search of supabase/storage."""
    await callers.done(lambda: files.upload("in/deep/er.txt", b"x", {}))
    entries = {entry["name"]: entry["id"] for entry in await callers.done(lambda: files.list("in"))}
    assert entries["deep"] is None
    assert entries["a b.txt"] is not None
    removed = await callers.done(lambda: files.remove(["in/a b.txt", "in/none.txt"]))
    assert [entry["name"] for entry in removed] == ["in/a b.txt"]


@pytest.mark.covers("storage: POST object/move", "storage: POST object/copy")
async def test_moving_and_copying(callers: Callers, files: Any) -> None:
    """A copy stays when the original goes; what exists is not overwritten. Source: supabase/storage object.ts."""
    await callers.done(lambda: files.copy("in/a b.txt", "in/copy.txt"))
    await callers.done(lambda: files.move("in/a b.txt", "in/moved.txt"))
    assert await callers.done(lambda: files.exists("in/a b.txt")) is False
    assert await callers.done(lambda: files.download("in/copy.txt")) == b"hello"
    assert await refusal(callers, lambda: files.copy("in/moved.txt", "in/copy.txt")) == "409"


async def test_policies_decide(callers: Callers, bucket: str, files: Any) -> None:
    """Without a policy: 403 to upload, 404 to read, nothing to list or remove. Source: supabase/storage, RLS."""
    for client in (await callers.client(), await callers.agent()):
        view = client.storage.from_(bucket)
        assert await refusal(callers, view.upload, "x.txt", b"x", {}) == "403"
        assert await refusal(callers, view.download, "in/a b.txt") == "404"
        assert await callers.done(view.list, "in") == []
        assert await callers.done(view.remove, ["in/a b.txt"]) == []


async def test_limits_of_a_bucket(callers: Callers, bucket: str) -> None:
    """413 for size and 415 for type, in the body of a 400. Source: supabase/storage errors/codes.ts."""
    service = await callers.service()
    limits = {"public": False, "file_size_limit": 4, "allowed_mime_types": ["image/png"]}
    await callers.done(lambda: service.storage.update_bucket(bucket, limits))
    view = service.storage.from_(bucket)
    png = {"content-type": "image/png"}
    assert await refusal(callers, lambda: view.upload("a.png", b"12345", png)) == "413"
    assert await refusal(callers, lambda: view.upload("a.txt", b"1", {"content-type": "text/plain"})) == "415"
    await callers.done(lambda: view.upload("a.png", b"1", png))


@pytest.mark.parametrize("name", ["caffè.png", "a#b", "<x>", "a[1].pdf"])
async def test_names_of_files(callers: Callers, files: Any, name: str) -> None:
    """Only characters that are safe in S3. Source: supabase/storage limits.ts, isValidKey."""
    assert await refusal(callers, lambda: files.upload(f"in/{name}", b"x", {})) == "400"


async def test_public_buckets(callers: Callers, bucket: str, files: Any) -> None:
    """Their files are anybody's; those of others are not. Source: supabase/storage getPublicObject.ts."""
    service = await callers.service()
    address = await callers.done(lambda: files.get_public_url("in/a b.txt"))
    assert (await fetch(address)).status_code == 400
    await callers.done(lambda: service.storage.update_bucket(bucket, {"public": True}))
    assert (await fetch(address)).content == b"hello"
