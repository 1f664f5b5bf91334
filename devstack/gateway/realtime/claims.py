"""Who a channel is joined for: the claims of its token, checked as Realtime checks them.

Realtime is stricter than REST: a role and an expiry must be in the token, and no second after the expiry is given.
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from devstack.gateway.realtime.refused import Refused
from devstack.gateway.tokens import Identity, TokenRefused

Claims = Mapping[str, Any]
Verify = Callable[[str], Identity]
"""The identity that a token proves; raises TokenRefused."""

SIGNED = frozenset({"HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512"})
_MISSING = "Fields `role` and `exp` are required in JWT"


def claims_of(token: str, verify: Verify) -> Claims:
    """The claims of a token that is valid now. Raises Refused."""
    header, claims = _part(token, 0), _part(token, 1)
    if header is None or claims is None or token.count(".") != 2:
        raise Refused("MalformedJWT", "The token provided is not a valid JWT")
    if header.get("alg") not in SIGNED:
        raise Refused(
            "JwtSignerError", "Failed to generate JWT signer, check your JWT secret or JWKS configuration"
        )
    try:
        verify(token)
    except TokenRefused as error:
        if error.code == "PGRST303":
            raise _expired(claims) from None
        raise Refused("JwtSignatureError", "Failed to validate JWT signature") from None
    if not isinstance(claims.get("role"), str) or type(claims.get("exp")) is not int:
        raise Refused("InvalidJWTToken", _MISSING)
    if claims["exp"] <= time.time():
        raise _expired(claims)
    return claims


def _expired(claims: Claims) -> Refused:
    expiry = claims.get("exp")
    if type(expiry) is not int or expiry > time.time():
        return Refused("InvalidJWTToken", _MISSING if "exp" not in claims else "Token is not valid yet")
    return Refused("InvalidJWTToken", f"Token has expired {int(time.time()) - expiry} seconds ago")


def _part(token: str, index: int) -> dict[str, Any] | None:
    """One part of a token, unverified; None when it is no JSON object."""
    try:
        text = token.split(".")[index]
        part = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (IndexError, binascii.Error, ValueError):
        return None
    return part if isinstance(part, dict) else None
