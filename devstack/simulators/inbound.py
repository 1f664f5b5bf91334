"""A customer's message: from the few words of a script to the webhook Meta would send.

Source: developers.facebook.com, WhatsApp Cloud API, webhooks/reference/messages (September 2026) and
business-scoped-user-ids (June 2026): somebody whose phone is withheld has neither `from` nor `wa_id`.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, ValidationError, model_validator

from devstack.simulators.config import Config
from devstack.simulators.people import BSUID, People, Person
from devstack.simulators.service import BadControl, recipient_key
from devstack.simulators.wamid import new_wamid
from devstack.simulators.webhooks import envelope

MILLISECONDS_FROM = 10**11
"""A larger timestamp is surely not in seconds: it would be after the year 5000."""


class File(BaseModel):
    """A file that a customer sends, with its content: `{type, base64, mime, filename?, caption?, voice?}`."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    type: Literal["image", "video", "audio", "document", "sticker"]
    content: Base64Bytes = Field(alias="base64")
    mime: str = Field(min_length=1)
    filename: str | None = None
    caption: str | None = None
    voice: bool | None = None

    def as_message(self) -> dict[str, Any]:
        """The message object with a new id. Webhooks write the digest in base64."""
        body = {
            "id": str(secrets.randbelow(9 * 10**15) + 10**15),
            "mime_type": self.mime,
            "sha256": base64.b64encode(hashlib.sha256(self.content).digest()).decode(),
            "filename": self.filename,
            "caption": self.caption,
            "voice": self.voice,
        }
        return {"type": self.type, self.type: {k: v for k, v in body.items() if v is not None}}


class Request(BaseModel):
    """What `POST /graph/_inbound` takes: text, a file, or a Graph message object. `from` is a phone or a BSUID."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    sender: str | None = Field(default=None, alias="from")
    text: str | None = None
    message: dict[str, Any] | None = None
    media: File | None = None
    id: str | None = Field(default=None, min_length=1)
    name: str | None = None
    timestamp: float | None = Field(default=None, gt=0, lt=MILLISECONDS_FROM)
    phone_number_id: str | None = None
    url: str | None = None

    @model_validator(mode="after")
    def _one_content(self) -> Request:
        if sum(given is not None for given in (self.text, self.message, self.media)) != 1:
            raise ValueError("give either text, message or media")
        return self


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """A message ready to be delivered. `opens_window` is false for what the customer did not write."""

    wamid: str
    phone_number_id: str
    person: Person
    at: float
    body: bytes
    opens_window: bool
    message: dict[str, Any]


def parse(given: dict[str, Any]) -> Request:
    """Read the request of a script. Raises BadControl."""
    try:
        return Request.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BadControl(f"{where}: {first['msg']}" if where else first["msg"]) from None


def compose(request: Request, *, config: Config, people: People) -> Inbound:
    """Fill in what is missing and make the webhook. Raises BadControl."""
    text: dict[str, Any] = {"type": "text", "text": {"body": request.text}}
    message = text if request.message is None else request.message
    if request.media is not None:
        message = request.media.as_message()
    person = _sender(request, message, people)
    at = _timestamp(request, message)
    number = request.phone_number_id or config.numbers[0].id
    wamid = request.id or message.get("id") or new_wamid(person.phone or person.bsuid, inbound=True)
    who = {"from": person.phone} if person.phone else {}
    filled = {
        **{key: value for key, value in message.items() if key != "from"},
        **who,
        "from_user_id": person.bsuid,
        "id": str(wamid),
        "timestamp": str(int(at)),
        "type": message.get("type") or _type(message),
    }
    # Meta sends no contacts with a system message.
    is_system = filled["type"] == "system"
    contacts = {} if is_system else {"contacts": [person.as_contact()]}
    return Inbound(
        wamid=filled["id"],
        phone_number_id=number,
        person=person,
        at=at,
        body=envelope(config, number, {**contacts, "messages": [filled]}),
        opens_window=not is_system,
        message=filled,
    )


def _sender(request: Request, message: dict[str, Any], people: People) -> Person:
    given = request.sender or message.get("from") or message.get("from_user_id")
    if not isinstance(given, str):
        raise BadControl("from is required: a phone number or a BSUID")
    if BSUID.fullmatch(given):
        return people.meet(phone=None, bsuid=given, name=request.name)
    phone = recipient_key(given)
    if not phone.isascii() or not phone.isdigit():
        raise BadControl("from must be a phone number or a BSUID such as US.123")
    bsuid = message.get("from_user_id")
    return people.meet(phone=phone, bsuid=bsuid if isinstance(bsuid, str) else None, name=request.name)


def _timestamp(request: Request, message: dict[str, Any]) -> float:
    given = request.timestamp if request.timestamp is not None else message.get("timestamp")
    if given is None:
        return time.time()
    try:
        at = float(given)
    except (TypeError, ValueError):
        raise BadControl("timestamp must be Unix seconds") from None
    if not 0 < at < MILLISECONDS_FROM:
        raise BadControl("timestamp must be Unix seconds")
    return at


def _type(message: dict[str, Any]) -> str:
    """The type of a message that doesn't say: the name of the one object it has besides the common ones."""
    common = {"from", "from_user_id", "id", "timestamp", "context", "referral", "errors", "group_id"}
    own = sorted(key for key in message if key not in common and not key.startswith("from_"))
    if len(own) != 1:
        raise BadControl("message.type is required")
    return own[0]
