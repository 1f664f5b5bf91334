"""Passwords: their hashes and what is asked of them."""

from __future__ import annotations

import asyncio
import re
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from devstack.gateway.auth.errors import AuthError

MIN_LENGTH = 8
"""As `supabase/config.toml` has it."""
MAX_LENGTH = 72
"""Hosted Auth hashes by bcrypt, which reads no further."""

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NOBODY = _hasher.hash(secrets.token_hex(16))
"""Checked when there is no such user, so that the answer takes as long as for a wrong password."""
_HASH = re.compile(r"\$argon2id?\$v=19\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+")


def hash_password(password: str) -> str:
    """An argon2id string for `auth.users.encrypted_password`, which hosted Auth reads too."""
    return _hasher.hash(password)


async def matches(stored: str | None, password: str) -> bool:
    """Whether the password is the stored one; without a stored one it takes as long to say no."""
    return await asyncio.to_thread(_matches, stored or _NOBODY, password) and bool(stored)


def _matches(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (Argon2Error, InvalidHashError):
        return False


async def hashed(password: object) -> str:
    """The hash of a new password. Raises AuthError for one that is too short or too long."""
    if not isinstance(password, str):
        raise AuthError(400, "validation_failed", "password must be a string")
    if len(password) < MIN_LENGTH:
        text = f"Password should be at least {MIN_LENGTH} characters."
        raise AuthError(422, "weak_password", text, reasons=["length"])
    if len(password.encode()) > MAX_LENGTH:
        text = f"Password cannot be longer than {MAX_LENGTH} characters"
        raise AuthError(400, "validation_failed", text)
    return await asyncio.to_thread(hash_password, password)


def given_hash(value: object) -> str:
    """A hash that an administrator brings along. Raises AuthError for anything but argon2."""
    if not isinstance(value, str) or not _HASH.fullmatch(value):
        raise AuthError(400, "validation_failed", "password_hash must be an argon2 string here")
    return value
