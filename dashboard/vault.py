"""Where sessions outlive a desk process: sealed in the database, with a key that only the person's cookie gives.

Nothing here can be opened with what the database holds, nor with what a desk process remembers of a cookie it has not
been shown: the cookie is 256 random bits, its digest finds the row, and a key derived from it opens what is in there.
"""

from __future__ import annotations

import hashlib
import json
import os
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from dashboard.client import Storage, rows
from dashboard.identity import Tokens

NONCE_BYTES = 12


def digest(cookie: str) -> str:
    """What finds the session of a cookie: neither the cookie nor its key follows from it."""
    return hashlib.sha256(cookie.encode("utf-8", "surrogatepass")).hexdigest()


class Seal:
    """Seals the tokens of one session, AES-256-GCM under a key derived from its cookie by HKDF-SHA256."""

    def __init__(self, cookie: str) -> None:
        secret = cookie.encode("utf-8", "surrogatepass")
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"relaydesk desk session").derive(secret)
        self._cipher = AESGCM(key)
        self._bound_to = digest(cookie).encode()

    def close(self, tokens: Tokens) -> str:
        """Tokens as a text that says nothing without the cookie."""
        nonce = os.urandom(NONCE_BYTES)
        body = json.dumps({**asdict(tokens), "user_id": str(tokens.user_id)}).encode()
        return b64encode(nonce + self._cipher.encrypt(nonce, body, self._bound_to)).decode()

    def open(self, sealed: str) -> Tokens:
        """The tokens again. Raises ValueError for what was not sealed with this cookie, or was changed."""
        raw = b64decode(sealed, validate=True)
        try:
            body = self._cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], self._bound_to)
        except InvalidTag:
            raise ValueError("not sealed with this cookie") from None
        values = json.loads(body)
        return Tokens(**{**values, "user_id": UUID(values["user_id"])})


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What the database keeps of a session. `ends_at` is Unix seconds; `mine`: this process may renew it now."""

    sealed: str = field(repr=False)
    version: int
    ends_at: float
    mine: bool = False


class Vault:
    """The functions of `*_desk_sessions.sql`. Each raises what `dashboard.client.rows` raises."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def keep(self, key: str, sealed: str, tokens: Tokens, ends_at: float) -> int:
        """Keep a session that has just begun; returns its version."""
        moment = datetime.fromtimestamp(ends_at, UTC).isoformat()
        asked = {"p_key": key, "p_sealed": sealed, "p_ends_at": moment}
        found: Any = await rows(self._storage.of(tokens.access).rpc("keep_desk_session", asked))
        return int(found)

    async def renew(self, key: str, sealed: str, tokens: Tokens, version: int) -> int | None:
        """Newer tokens in place of those of `version`; None when the session has ended meanwhile."""
        asked: dict[str, Any] = {"p_key": key, "p_sealed": sealed, "p_version": version}
        found: Any = await rows(self._storage.of(tokens.access).rpc("renew_desk_session", asked))
        return None if found is None else int(found)

    async def find(self, key: str) -> Kept | None:
        """A session by the digest of its cookie, None when there is none (any more)."""
        return _kept(await rows(self._storage.of_nobody().rpc("find_desk_session", {"p_key": key})))

    async def claim(self, key: str, version: int) -> Kept | None:
        """The session, and whether this process may exchange its refresh token now."""
        asked: dict[str, Any] = {"p_key": key, "p_version": version}
        return _kept(await rows(self._storage.of_nobody().rpc("claim_desk_renewal", asked)))

    async def end(self, key: str) -> None:
        """The session is over for every process."""
        await rows(self._storage.of_nobody().rpc("end_desk_session", {"p_key": key}))


def _kept(found: Any) -> Kept | None:
    if not found:
        return None
    return Kept(
        sealed=found["sealed"],
        version=int(found["version"]),
        ends_at=float(found["ends_at"]),
        mine=bool(found.get("mine")),
    )
