"""Message ids as Meta makes them: opaque to clients, here with the same bytes inside."""

from __future__ import annotations

import base64
import secrets

OUTBOUND = b"\x11\x18\x12"
INBOUND = b"\x12\x18\x14"


def new_wamid(phone: str, *, inbound: bool) -> str:
    """A fresh id of a message from or to `phone` (digits, or anything else short that names the user)."""
    kind = INBOUND if inbound else OUTBOUND
    user = phone.encode()[:64]
    unique = secrets.token_hex(kind[2] // 2).upper().encode()
    raw = b"\x1c\x18" + bytes([len(user)]) + user + b"\x15\x02\x00" + kind + unique + b"\x00"
    return "wamid." + base64.b64encode(raw).decode()
