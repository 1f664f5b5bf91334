"""Rows of storage.objects as the platform writes and shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import asyncpg
import orjson

from devstack.gateway.storage.bodies import Received


def stored_metadata(received: Received) -> str:
    """What the row of an object keeps of its file, as JSON."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    metadata = {
        "eTag": received.etag,
        "size": received.size,
        "mimetype": received.mime,
        "cacheControl": received.cache_control,
        "lastModified": now,
        "contentLength": received.size,
        "httpStatusCode": 200,
    }
    return orjson.dumps(metadata).decode()


def object_json(row: asyncpg.Record) -> dict[str, Any]:
    """A row as the platform shows it."""
    return {
        "name": row["name"],
        "id": str(row["id"]),
        "bucket_id": row["bucket_id"],
        "owner": None if row["owner"] is None else str(row["owner"]),
        "owner_id": row["owner_id"],
        "version": row["version"],
        "created_at": row["created_at"].isoformat(),
        "updated_at": row["updated_at"].isoformat(),
        "last_accessed_at": row["last_accessed_at"].isoformat(),
        "metadata": _json(row["metadata"]),
        "user_metadata": _json(row["user_metadata"]),
    }


def info_json(row: asyncpg.Record) -> dict[str, Any]:
    """What `/object/info` tells."""
    metadata = _json(row["metadata"])
    return {
        "id": str(row["id"]),
        "name": row["name"],
        "version": row["version"],
        "bucket_id": row["bucket_id"],
        "size": metadata.get("size"),
        "content_type": metadata.get("mimetype"),
        "cache_control": metadata.get("cacheControl"),
        "etag": metadata.get("eTag"),
        "metadata": _json(row["user_metadata"]),
        "last_modified": metadata.get("lastModified"),
        "created_at": row["created_at"].isoformat(),
    }


def _json(value: str | None) -> Mapping[str, Any]:
    parsed: Mapping[str, Any] = orjson.loads(value or "{}")
    return parsed
