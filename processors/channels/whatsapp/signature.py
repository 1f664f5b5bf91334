"""Who may call the webhook: the signature of a POST and the handshake of a GET.

Source: https://developers.facebook.com/docs/graph-api/webhooks/getting-started
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence

_PREFIX = b"sha256="


def verify(body: bytes, header: str | bytes | None, secrets: Sequence[str]) -> bool:
    """Whether `X-Hub-Signature-256` is the HMAC-SHA256 of the raw body under one of the app secrets.

    `body` must be the bytes as received: Meta signs its own escaping, so JSON written anew never
    verifies. Several secrets serve several apps on one URL and the change of a secret. Without any secret
    nothing verifies. Compared as bytes, because comparing strings raises on a header that is not ASCII.
    """
    if header is None:
        return False
    given = header if isinstance(header, bytes) else header.encode("utf-8", "surrogatepass")
    if not given.startswith(_PREFIX):
        return False
    digest = given[len(_PREFIX) :]
    # Every secret is tried, so that the time does not tell which of them matched.
    matches = [hmac.compare_digest(_digest(secret, body), digest) for secret in secrets if secret]
    return any(matches)


def sign(body: bytes, secret: str) -> str:
    """The header that Meta would send with this body."""
    return (_PREFIX + _digest(secret, body)).decode()


def _digest(secret: str, body: bytes) -> bytes:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()


def challenge(params: Mapping[str, str], verify_token: str) -> str | None:
    """What to answer to Meta's handshake, or None when it must be refused.

    The answer is the challenge alone as plain text with status 200; a refusal is 403. An empty
    `verify_token` refuses everything, or an absent setting would let anybody subscribe.
    """
    if not verify_token or not _same(params.get("hub.mode", ""), "subscribe"):
        return None
    if not _same(params.get("hub.verify_token", ""), verify_token):
        return None
    return params.get("hub.challenge") or None


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(
        given.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass")
    )
