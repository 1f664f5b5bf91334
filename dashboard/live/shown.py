"""What people were last sent, so that they are not told again what they see already."""

from __future__ import annotations

import hashlib
from collections.abc import Container
from typing import Any
from uuid import UUID

import orjson

Rights = frozenset[UUID]
"""The businesses of a person: whoever has the same ones sees the same rows."""


class Shown:
    """A digest of each row and thread, for each group of people with the same rights."""

    def __init__(self) -> None:
        self._digests: dict[tuple[Rights, str, UUID], bytes] = {}

    def is_news(self, rights: Rights, kind: str, row_id: UUID, value: Any) -> bool:
        """Whether this differs from what these people were last sent; remembered from now on."""
        digest = hashlib.blake2b(orjson.dumps(value), digest_size=16).digest()
        key = (rights, kind, row_id)
        is_news = self._digests.get(key) != digest
        self._digests[key] = digest
        return is_news

    def keep_only(self, groups: Container[Rights]) -> None:
        """Forget what those were sent of whom nobody is there any more."""
        self._digests = {key: digest for key, digest in self._digests.items() if key[0] in groups}
