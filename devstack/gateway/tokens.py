"""API keys and JSON web tokens: who a request comes from.

The translation of keys follows the proxy of the Supabase CLI; the messages about tokens are PostgREST's.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from devstack.gateway.config import GatewayConfig

CLOCK_SKEW_SECONDS = 30
SHARED, OWN = "HS256", "ES256"
"""By the project's secret: API keys and tokens of scripts. By the signing key: tokens that Auth gives to users."""
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_BROWSER = re.compile(r"\bMozilla/\d")
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


class SigningKey:
    """The asymmetric key of the project. It follows from the secret, so that there is one thing to keep."""

    def __init__(self, secret: str) -> None:
        digest = hashlib.sha512(b"signing key\0" + secret.encode()).digest()
        self.private = ec.derive_private_key(
            int.from_bytes(digest) % (_P256_ORDER - 1) + 1,
            ec.SECP256R1(),
        )
        self.public = self.private.public_key()
        self.id = hashlib.sha256(ECAlgorithm.to_jwk(self.public).encode()).hexdigest()[:32]

    def jwks(self) -> dict[str, Any]:
        """What `/.well-known/jwks.json` publishes."""
        key = ECAlgorithm.to_jwk(self.public, as_dict=True)
        return {
            "keys": [{**key, "kid": self.id, "alg": OWN, "use": "sig", "key_ops": ["verify"], "ext": True}]
        }


class Tokens:
    """Signs and verifies; remembers what it verified, because checking a signature costs more than a lookup."""

    def __init__(self, config: GatewayConfig) -> None:
        self._secret = config.jwt_secret
        self._key = SigningKey(config.jwt_secret)
        self._jws = jwt.PyJWS(algorithms=[SHARED, OWN])
        self._verified: dict[str, Identity] = {}
        self._keys = {
            config.anon_key: config.anon_key,
            config.service_role_key: config.service_role_key,
        }
        if config.publishable_key:
            self._keys[config.publishable_key] = config.anon_key
        if config.secret_key:
            self._keys[config.secret_key] = config.service_role_key

    @property
    def public_keys(self) -> Mapping[str, Any]:
        """The set of keys that verify tokens of users."""
        return self._key.jwks()

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A token by the project's secret, as scripts and API keys have them."""
        return self._jws.encode(orjson.dumps(claims), self._secret, algorithm=SHARED, headers={"typ": "JWT"})

    def sign_for_user(self, claims: Mapping[str, Any]) -> str:
        """A token by the signing key, as Auth gives them to users of a project with asymmetric keys."""
        headers = {"typ": "JWT", "kid": self._key.id}
        return self._jws.encode(orjson.dumps(claims), self._key.private, algorithm=OWN, headers=headers)

    def bearer(self, headers: Mapping[str, str], parameters: Mapping[str, str] | None = None) -> str:
        """The token that the request speaks with, keys translated. Raises KeyRefused.

        A bearer that is a new-style key is the client library's stand-in for "no session": the key decides, and
        both have to be the same. Secret keys of the new style are refused where a browser shows them.
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
        if key.startswith("sb_secret_") and _BROWSER.search(headers.get("user-agent", "")):
            raise KeyRefused(
                "Forbidden use of secret API key in browser",
                "Secret API keys can only be used in a protected environment and should never be used in a browser. "
                "Delete this secret API key immediately.",
            )
        scheme, _, given = headers.get("authorization", "").partition(" ")
        given = given.strip()
        if scheme.lower() != "bearer" or not given or given == key:
            return token
        if given.startswith("sb_"):
            raise KeyRefused(
                "Invalid API key", "The Authorization header holds another API key than `apikey`."
            )
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
            payload = self._jws.decode(token, **self._verifier(token))
        except (jwt.InvalidAlgorithmError, jwt.InvalidKeyError):
            raise TokenRefused("PGRST301", "No suitable key or wrong key type") from None
        except (jwt.PyJWTError, ValueError):
            raise TokenRefused("PGRST301", "JWT cryptographic operation failed") from None
        try:
            claims = orjson.loads(payload)
        except orjson.JSONDecodeError:
            raise TokenRefused("PGRST303", "Parsing claims failed") from None
        if not isinstance(claims, dict):
            raise TokenRefused("PGRST303", "Parsing claims failed")
        role = claims.setdefault("role", "anon")
        if not isinstance(role, str) or "\0" in payload.decode("utf-8", "replace"):
            raise TokenRefused("PGRST303", "Parsing claims failed")
        return Identity(role=role, claims=claims, claims_json=orjson.dumps(claims).decode(), token=token)

    def _verifier(self, token: str) -> dict[str, Any]:
        """The one key and algorithm that may verify this token: what its header says only chooses among ours."""
        header = self._jws.get_unverified_header(token)
        if header.get("alg") == OWN:
            if header.get("kid") != self._key.id:
                raise jwt.InvalidKeyError("unknown kid")
            return {"key": self._key.public, "algorithms": [OWN]}
        return {"key": self._secret, "algorithms": [SHARED]}


def _check_times(claims: Mapping[str, Any]) -> None:
    now = time.time()
    # A claim that is null is as good as missing.
    claims = {name: claims[name] for name in ("exp", "nbf", "iat") if claims.get(name) is not None}
    for name, value in claims.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TokenRefused("PGRST303", f"The JWT '{name}' claim must be a number")
    if now > claims.get("exp", now) + CLOCK_SKEW_SECONDS:
        raise TokenRefused("PGRST303", "JWT expired")
    if now < claims.get("nbf", now) - CLOCK_SKEW_SECONDS:
        raise TokenRefused("PGRST303", "JWT not yet valid")
    if now < claims.get("iat", now) - CLOCK_SKEW_SECONDS:
        raise TokenRefused("PGRST303", "JWT issued at future")
