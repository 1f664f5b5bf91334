"""Claimed files as typed objects, and the calls that say what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from processors.model import Json
from processors.rows import Outgoing
from processors.store import Store


@dataclass(frozen=True, kw_only=True)
class ClaimedFile:
    """A file to fetch, or with `stored_path` one that only waits for its transcript. `attempts` counts from 1."""

    id: UUID
    token: UUID
    attempts: int
    business_id: UUID
    conversation_id: UUID
    contact_id: UUID
    message_id: UUID
    channel: str
    account: str
    external_id: str
    kind: str
    mime_type: str
    sha256: str | None
    stored_path: str | None
    wants_transcript: bool
    languages: tuple[str, ...]


class MediaRows:
    """The SQL functions of `…_media.sql` and `…_voice.sql`. Each returns False when the lease was lost."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def claim(self, *, limit: int, lease_seconds: int) -> tuple[list[ClaimedFile], float | None]:
        """Files to work on, leased, and in how many seconds the next is due (None when none waits)."""
        params = {"p_limit": limit, "p_lease_seconds": lease_seconds}
        row = await self._store.call("claim_media", params, retry=False)
        next_ms = row["next_ms"]
        return [_file(item) for item in row["files"]], None if next_ms is None else next_ms / 1000

    async def stored(self, file: ClaimedFile, path: str, mime_type: str, sha256: bytes, size: int) -> bool:
        """The file is in the bucket."""
        params = _of(file) | {
            "p_path": path,
            "p_mime_type": mime_type,
            "p_sha256": sha256.hex(),
            "p_size_bytes": size,
        }
        return bool(await self._store.call("store_media", params))

    async def failed(self, file: ClaimedFile, reason: str, error: str, *, retry_ms: int | None) -> bool:
        """It could not be fetched; None ends the tries."""
        params = _of(file) | {"p_reason": reason, "p_error": error, "p_retry_ms": retry_ms}
        return bool(await self._store.call("fail_media", params))

    async def heard(self, file: ClaimedFile, words: str | None, call: Json, *, retry_ms: int | None) -> bool:
        """The words of a voice note, or None; `call` is the row for `ai_calls`."""
        params = _of(file) | {"p_transcript": words, "p_call": dict(call), "p_retry_ms": retry_ms}
        return bool(await self._store.call("record_transcript", params))

    async def keep_upload(self, message: Outgoing, path: str, external_id: str, days: int) -> None:
        """The provider holds the file under this id for so many days."""
        expires_at = (datetime.now(UTC) + timedelta(days=days)).isoformat()
        params = {
            "p_message_id": str(message.message_id),
            "p_path": path,
            "p_external_id": external_id,
            "p_expires_at": expires_at,
        }
        await self._store.call("keep_upload", params)


def _of(file: ClaimedFile) -> dict[str, Any]:
    return {"p_id": str(file.id), "p_token": str(file.token)}


def _file(row: Mapping[str, Any]) -> ClaimedFile:
    return ClaimedFile(
        id=UUID(row["id"]),
        token=UUID(row["token"]),
        attempts=row["attempts"],
        business_id=UUID(row["business_id"]),
        conversation_id=UUID(row["conversation_id"]),
        contact_id=UUID(row["contact_id"]),
        message_id=UUID(row["message_id"]),
        channel=row["channel"],
        account=row["account"],
        external_id=row["external_id"],
        kind=row["kind"],
        mime_type=row["mime_type"],
        sha256=row["sha256"],
        stored_path=row["stored_path"],
        wants_transcript=row["wants_transcript"],
        languages=tuple(row["languages"]),
    )
