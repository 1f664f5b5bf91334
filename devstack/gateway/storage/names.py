"""Which names of buckets and files Storage takes: the characters that are safe in S3, no accents among them."""

from __future__ import annotations

import re

from devstack.gateway.storage.errors import StorageFailure

MAX_NAME_BYTES = 1024
_KEY = re.compile(r"[A-Za-z0-9_/!\-.*'() &$@=;:+,?]+")
_BUCKET = re.compile(r"[A-Za-z0-9_!\-.*'() &$@=;:+,?]{1,63}")


def object_name(name: object) -> str:
    """The name, if it is one. Source: supabase/storage `storage/limits.ts`; relative steps are refused here too."""
    if (
        not isinstance(name, str)
        or len(name) > MAX_NAME_BYTES
        or not _KEY.fullmatch(name)
        or any(part in ("", ".", "..") for part in name.split("/"))
    ):
        raise StorageFailure(400, "InvalidKey", f"Invalid key: {str(name)[:200]}")
    return name


def bucket_name(name: object) -> str:
    """The name, if it is one."""
    if not isinstance(name, str) or not _BUCKET.fullmatch(name):
        raise StorageFailure(400, "InvalidBucketName", "Bucket name invalid", error="Invalid Input")
    return name
