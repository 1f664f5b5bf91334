"""The keys of one stack: made once, kept in its folder, readable by its owner only. Standard library only."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import time
from dataclasses import asdict, dataclass, fields
from pathlib import Path

KEY_LIFETIME_SECONDS = 10 * 365 * 24 * 3600


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """Every secret a stack needs. All begin with `dev-` where a production start must refuse them."""

    jwt_secret: str
    anon_key: str
    service_role_key: str
    database_password: str
    app_secret: str
    verify_token: str
    access_token: str
    developer_key: str
    service_key: str

    @classmethod
    def generate(cls) -> Credentials:
        """Fresh random keys; the two API keys are tokens signed with the JWT secret, as on the platform."""
        jwt_secret = _key("jwt")
        return cls(
            jwt_secret=jwt_secret,
            anon_key=api_key("anon", jwt_secret),
            service_role_key=api_key("service_role", jwt_secret),
            database_password=_key("db"),
            app_secret=_key("app"),
            verify_token=_key("verify"),
            access_token=_key("access"),
            developer_key=_key("developer"),
            service_key=_key("service"),
        )

    def derived(self, purpose: str) -> str:
        """One more key that follows from these, so that folders made earlier need no new ones."""
        digest = hmac.new(self.service_key.encode(), purpose.encode(), hashlib.sha256).hexdigest()
        return f"dev-{purpose}-{digest[:32]}"


def load(file: Path) -> Credentials | None:
    """The keys kept in `file`, or None when there are none yet."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return Credentials(**{field.name: str(kept[field.name]) for field in fields(Credentials)})
    except (FileNotFoundError, KeyError, ValueError):
        return None


def load_or_make(file: Path) -> Credentials:
    """The keys kept in `file`; made and written first when there are none. The folder must exist."""
    kept = load(file)
    if kept is not None:
        return kept
    fresh = Credentials.generate()
    part = file.with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(asdict(fresh), stream, indent=2)
    part.replace(file)
    return fresh


def api_key(role: str, jwt_secret: str) -> str:
    """A legacy Supabase API key: an HS256 token that says which database role its bearer acts as."""
    now = int(time.time())
    claims = {
        "iss": "supabase",
        "ref": "relaydesk",
        "role": role,
        "iat": now,
        "exp": now + KEY_LIFETIME_SECONDS,
    }
    signed = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
    digest = hmac.new(jwt_secret.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_base64(digest)}"


def _part(value: dict[str, object]) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _key(purpose: str) -> str:
    return f"dev-{purpose}-{secrets.token_urlsafe(24)}"
