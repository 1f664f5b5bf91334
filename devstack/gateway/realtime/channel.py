"""One joined topic of one socket."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from devstack.gateway.realtime.claims import Claims
from devstack.gateway.realtime.limits import Window
from devstack.gateway.realtime.socket import Socket

Key = tuple[str, bool]
"""Topic and private flag: a private and a public channel of one name never meet."""


@dataclass(slots=True)
class Rights:
    """What policies allow on a private topic; None where they have not been asked yet. Asked once per token."""

    read_broadcast: bool
    read_presence: bool | None = None
    write_broadcast: bool | None = None
    write_presence: bool | None = None


PUBLIC = Rights(read_broadcast=True, read_presence=True, write_broadcast=True, write_presence=True)


@dataclass(eq=False, slots=True, kw_only=True)
class Channel:
    """A member of a topic."""

    socket: Socket
    topic: str
    private: bool
    join_ref: str | None
    token: str
    claims: Claims
    rights: Rights
    ack: bool
    echo: bool
    presence_key: str
    presence: bool
    presence_calls: Window
    ends_at: float
    """Unix time at which it ends, whatever its token says."""
    is_joined: bool = True
    expiry: asyncio.TimerHandle | None = field(default=None)

    @property
    def key(self) -> Key:
        """Which topic it is a member of."""
        return self.topic, self.private

    def push(self, event: str, payload: object, ref: str | None = None) -> None:
        """Write a message of this topic to the client."""
        self.socket.push(self.topic, event, payload, ref)

    def tell(self, extension: str, status: str, message: str) -> None:
        """A system message."""
        body = {"extension": extension, "status": status, "message": message, "channel": self.topic}
        self.push("system", body)
