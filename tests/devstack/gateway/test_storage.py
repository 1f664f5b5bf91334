"""Storage, as the real client speaks it."""

from __future__ import annotations

from typing import Any

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
    assert (await own_project.http.get(other)).status_code == 400


async def test_list_and_remove(files: Any) -> None:
    await files.upload(f"{ALICE}/deep/er.txt", b"x", {})
    entries = await files.list(ALICE)
    assert [(entry["name"], entry["id"] is None) for entry in entries] == [("a b.txt", False), ("deep", True)]
    assert [entry["name"] for entry in await files.remove([f"{ALICE}/a b.txt"])] == [f"{ALICE}/a b.txt"]
    assert await refusal(files.download(f"{ALICE}/a b.txt")) == "404"


async def test_limits_of_a_bucket(own_project: Project) -> None:
    await own_project.service.storage.create_bucket(
        "files", options={"file_size_limit": 4, "allowed_mime_types": ["image/png"]}
    )
    bucket = own_project.service.storage.from_("files")
    assert await refusal(bucket.upload("a.png", b"12345", {"content-type": "image/png"})) == "413"
    assert await refusal(bucket.upload("a.txt", b"1", {"content-type": "text/plain"})) == "415"
    outside = "/storage/v1/object/files/%2e%2e/a.png"
    answer = await own_project.request(
        "POST", outside, token=own_project.gateway.service_role_key, content_type="image/png"
    )
    assert answer.json()["error"] == "InvalidKey"
    await bucket.upload("a.png", b"1", {"content-type": "image/png"})


async def test_public_bucket(own_project: Project) -> None:
    await own_project.service.storage.create_bucket("open", options={"public": True})
    bucket = own_project.service.storage.from_("open")
    await bucket.upload("a.txt", b"hi", {})
    assert (await own_project.http.get(await bucket.get_public_url("a.txt"))).content == b"hi"
    assert [entry.name for entry in await own_project.service.storage.list_buckets()] == ["open"]
