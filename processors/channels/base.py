"""What every channel speaks: the events a webhook turns into, and the result of a send.

A channel's parser turns the bytes of one webhook into events. `to_json()` of an event is exactly
what the SQL function `ingest_events` reads, so beyond the parser nobody looks into a provider's shapes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal, Protocol

Json = Mapping[str, Any]
Outcome = Literal["sent", "retry", "failed", "unknown"]
Scope = Literal["message", "pair", "number", "account"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who wrote. At least one of `phone` (digits without `+`) and `bsuid` is set.

    A BSUID is Meta's id of a person within one business portfolio; since 2026 the phone may be withheld.
    """

    phone: str | None = None
    bsuid: str | None = None
    parent_bsuid: str | None = None
    name: str = ""
    username: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "phone": self.phone,
            "bsuid": self.bsuid,
            "parent_bsuid": self.parent_bsuid,
            "name": self.name,
            "username": self.username,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityChange:
    """The person known by the old ids is from now on known by the new ones."""

    old_phone: str | None = None
    old_bsuid: str | None = None
    new_phone: str | None = None
    new_bsuid: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "old_phone": self.old_phone,
            "old_bsuid": self.old_bsuid,
            "new_phone": self.new_phone,
            "new_bsuid": self.new_bsuid,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEvent:
    """One message from a person. `provider_time` is in Unix seconds, by the provider's clock.

    `content` is a plain line in the sender's own words and data; `payload` is the structured part.
    `wants_turn` says whether somebody waits for an answer to it. `target_id` is the message that a
    reaction, an edit or a deletion speaks of. `raw` is the item as received.
    """

    channel: str
    account: str
    external_id: str
    type: str
    content: str
    payload: Json
    provider_time: int
    sender: Sender
    wants_turn: bool
    raw: Any
    context_id: str | None = None
    group_id: str | None = None
    identity_change: IdentityChange | None = None
    target_id: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The item with `kind` = `message` that `ingest_events` reads."""
        return {
            "kind": "message",
            "channel": self.channel,
            "account": self.account,
            "external_id": self.external_id,
            "type": self.type,
            "content": self.content,
            "payload": dict(self.payload),
            "context_id": self.context_id,
            "provider_time": self.provider_time,
            "sender": self.sender.to_json(),
            "group_id": self.group_id,
            "wants_turn": self.wants_turn,
            "raw": self.raw,
            "identity_change": self.identity_change.to_json() if self.identity_change else None,
            "target_id": self.target_id,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptEvent:
    """What became of a message that we sent. `participant` is set for messages to a group only."""

    channel: str
    account: str
    external_id: str
    status: str
    provider_time: int
    raw: Any
    participant: str = ""
    callback_data: str | None = None
    errors: Sequence[Json] = ()
    pricing: Json | None = None
    recipient_phone: str | None = None
    recipient_bsuid: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The item with `kind` = `receipt` that `ingest_events` reads."""
        return {
            "kind": "receipt",
            "channel": self.channel,
            "account": self.account,
            "external_id": self.external_id,
            "status": self.status,
            "provider_time": self.provider_time,
            "participant": self.participant,
            "callback_data": self.callback_data,
            "errors": [dict(error) for error in self.errors],
            "pricing": None if self.pricing is None else dict(self.pricing),
            "recipient_phone": self.recipient_phone,
            "recipient_bsuid": self.recipient_bsuid,
            "raw": self.raw,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldEvent:
    """Everything that is neither a message nor a receipt, and everything that can't be read.

    `effects` are the changes to apply (an echo of the business's own phone, a preference, a template's
    state, an account's health); `error` says why the item can't be used, None when nothing is wrong.
    `occurred_at` (Unix seconds) tells a repeat of an event without an id of its own from the same thing
    happening again: a template may be paused twice.
    """

    channel: str
    account: str | None
    waba_id: str | None
    field: str
    payload: Any
    external_id: str = ""
    occurred_at: int | None = None
    error: str | None = None
    effects: Sequence[Json] = ()

    def to_json(self) -> dict[str, Any]:
        """The item with `kind` = `field` that `ingest_events` reads."""
        return {
            "kind": "field",
            "channel": self.channel,
            "account": self.account,
            "waba_id": self.waba_id,
            "field": self.field,
            "external_id": self.external_id,
            "occurred_at": self.occurred_at,
            "payload": self.payload,
            "error": self.error,
            "effects": [dict(effect) for effect in self.effects],
        }


Event = MessageEvent | ReceiptEvent | FieldEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """What is known after one attempt to send.

    sent: the provider took it and gave `external_id` · retry: it surely did not, another attempt may
    succeed after `retry_after_seconds` · failed: it surely did not and never will · unknown: it may have
    gone out; only a receipt can tell. `scope` says how far a pause must reach: this message, this pair of
    number and person, the whole number, or the whole account. `error` never holds a token.
    """

    outcome: Outcome
    external_id: str | None = None
    wa_id: str | None = None
    code: int | None = None
    error: str | None = None
    retry_after_seconds: float | None = None
    scope: Scope = "message"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A downloaded file: the type its provider declares, the SHA-256 of its bytes, how many they are."""

    mime_type: str
    sha256: bytes
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """A file that the provider holds for `days` under `external_id`."""

    external_id: str
    days: int


class Parser(Protocol):
    """Turns the bytes of one webhook into events. Raises BadRequest when they are not the channel's."""

    def __call__(self, body: bytes) -> list[Event]: ...


class BodyBuilder(Protocol):
    """Turns a stored reply (`Reply.to_json()`) into the provider's request body.

    Raises ChannelError when the reply can't be sent at all (nobody to send to, nothing to say).
    """

    def __call__(
        self,
        reply: Json,
        *,
        phone: str | None,
        bsuid: str | None,
        callback_data: str | None,
        context_id: str | None = None,
    ) -> dict[str, Any]: ...


class ChannelClient(Protocol):
    """Speaks to one provider. Neither method raises for anything the network or the provider does."""

    async def send(self, account: str, body: Json, *, attempt: int = 1) -> SendResult:
        """Send one built body from `account`. `attempt` counts from 1 and lengthens the pauses."""
        ...

    async def mark_read(self, account: str, external_id: str, *, typing: bool = False) -> bool:
        """Show a message as read, with `typing` also the typing dots. True when the provider agreed."""
        ...


class ChannelFiles(Protocol):
    """Files of one provider, in and out."""

    async def fetch(self, media_id: str, into: BinaryIO, *, limit: int) -> Fetched:
        """Download a file of at most `limit` bytes and check its digest. Raises MediaError."""
        ...

    async def upload(
        self, account: str, content: bytes, *, mime_type: str, file_name: str
    ) -> Uploaded | SendResult:
        """Give a file to the provider; a SendResult says why that failed. Raises nothing for the network's sake."""
        ...
