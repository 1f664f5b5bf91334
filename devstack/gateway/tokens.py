"""API keys and JSON web tokens: who a request comes from.

The translation of keys follows the proxy of the Supabase CLI; the messages about tokens are PostgREST's.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
import orjson

from devstack.gateway.config import GatewayConfig

CLOCK_SKEW_SECONDS = 30
ALGORITHM = "HS256"
_CACHED_TOKENS = 2000
_MAX_TOKEN_LENGTH = 16_384


class KeyRefused(Exception):
    """The request carries no API key of this project. Answered 401 in the shape of the platform's proxy."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.body = {"message": message, "hint": hint}


class TokenRefused(Exception):
    """A token that is not ours, not valid yet, or no longer. `code` is PostgREST's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks: a database role, and the claims that policies see."""

    role: str
    claims: Mapping[str, Any]
    claims_json: str
    token: str

    @property
    def user_id(self) -> str | None:
        """The signed-in user, None for a plain key."""
        subject = self.claims.get("sub")
        return subject if isinstance(subject, str) else None

    @property
    def expires_at(self) -> float:
        """Unix seconds; infinite when the token does not say."""
        expiry = self.claims.get("exp")
        return float(expiry) if isinstance(expiry, int | float) else float("inf")


ANONYMOUS = Identity(role="anon", claims={"role": "anon"}, claims_json='{"role":"anon"}', token="")


class Tokens:
    """Signs and verifies; remembers what it verified, because checking a signature costs more than a lookup."""

    def __init__(self, config: GatewayConfig) -> None:
        self._secret = config.jwt_secret
        self._jws = jwt.PyJWS(algorithms=[ALGORITHM])
        self._verified: dict[str, Identity] = {}
        self._keys = {
            config.anon_key: config.anon_key,
            config.service_role_key: config.service_role_key,
        }
        if config.publishable_key:
            self._keys[config.publishable_key] = config.anon_key
        if config.secret_key:
            self._keys[config.secret_key] = config.service_role_key

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A token with these claims."""
        return self._jws.encode(
            orjson.dumps(claims), self._secret, algorithm=ALGORITHM, headers={"typ": "JWT"}
        )

    def bearer(self, headers: Mapping[str, str], parameters: Mapping[str, str] | None = None) -> str:
        """The token that the request speaks with, keys translated. Raises KeyRefused.

        A bearer that is a new-style key is the client library's stand-in for "no session": the key decides.
        """
        key = headers.get("apikey") or (parameters or {}).get("apikey", "")
        if not key:
            raise KeyRefused(
                "No API key found in request", "No `apikey` request header or url param was found."
            )
        token = self._keys.get(key)
        if token is None:
            raise KeyRefused(
                "Invalid API key", "Double check your Supabase `anon` or `service_role` API key."
            )
        scheme, _, given = headers.get("authorization", "").partition(" ")
        given = given.strip()
        if scheme.lower() != "bearer" or not given or given.startswith("sb_"):
            return token
        return given

    def verify(self, token: str) -> Identity:
        """The identity a token proves. Raises TokenRefused."""
        if not token:
            return ANONYMOUS
        identity = self._verified.get(token)
        if identity is None:
            identity = self._check_signature(token)
            if len(self._verified) >= _CACHED_TOKENS:
                self._verified.clear()
            self._verified[token] = identity
        _check_times(identity.claims)
        return identity

    def _check_signature(self, token: str) -> Identity:
        if token.count(".") != 2 or len(token) > _MAX_TOKEN_LENGTH:
            raise TokenRefused("PGRST301", "Expected 3 parts in JWT; got " + str(token.count(".") + 1))
        try:
            payload = self._jws.decode(token, self._secret, algorithms=[ALGORITHM])
            claims = orjson.loads(payload)
        except jwt.InvalidAlgorithmError:
            raise TokenRefused("PGRST301", "No suitable key or wrong key type") from None
        except jwt.PyJWTError:
            raise TokenRefused("PGRST301", "JWT cryptographic operation failed") from None
        except orjson.JSONDecodeError:
            raise TokenRefused("PGRST303", "Parsing claims failed") from None
        if not isinstance(claims, dict):
            raise TokenRefused("PGRST303", "Parsing claims failed")
        role = claims.setdefault("role", "anon")
        if not isinstance(role, str) or "\0" in payload.decode("utf-8", "replace"):
            raise TokenRefused("PGRST303", "Parsing claims failed")
        return Identity(role=role, claims=claims, claims_json=orjson.dumps(claims).decode(), token=token)


def _check_times(claims: Mapping[str, Any]) -> None:
    now = time.time()
    for name in ("exp", "nbf", "iat"):
        value = claims.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise TokenRefused("PGRST303", f"The JWT '{name}' claim must be a number")
    if now > claims.get("exp", now) + CLOCK_SKEW_SECONDS:
        raise TokenRefused("PGRST303", "JWT expired")
    if now < claims.get("nbf", now) - CLOCK_SKEW_SECONDS:
        raise TokenRefused("PGRST303", "JWT not yet valid")
    if now < claims.get("iat", now) - CLOCK_SKEW_SECONDS:
        raise TokenRefused("PGRST303", "JWT issued at future")
