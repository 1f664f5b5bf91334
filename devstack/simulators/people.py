"""The people on the other side: phone, business-scoped user id (BSUID), profile name; and how a `to` is read.

Sources: developers.facebook.com, WhatsApp Cloud API, business-scoped-user-ids (June 2026) and
messages/send-messages (September 2026).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from devstack.simulators.config import Number
from devstack.simulators.graph_errors import GraphError
from devstack.simulators.service import recipient_key

BSUID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
PHONE_DIGITS_MIN = 7
PHONE_DIGITS_MAX = 15

COUNTRIES = {
    "1": "US", "20": "EG", "27": "ZA", "31": "NL", "32": "BE", "33": "FR", "34": "ES", "351": "PT",
    "353": "IE", "39": "IT", "40": "RO", "41": "CH", "43": "AT", "44": "GB", "48": "PL", "49": "DE",
    "52": "MX", "54": "AR", "55": "BR", "57": "CO", "60": "MY", "61": "AU", "62": "ID", "63": "PH",
    "65": "SG", "66": "TH", "81": "JP", "91": "IN", "971": "AE",
}  # fmt: skip
"""Country of a calling code, for the first letters of a BSUID; others get US."""

NAMES = ("Giulia Conti", "Marco Ferri", "Sara Greco", "Luca Riva", "Elena Gallo", "Paolo Serra", "Anna Villa")

DOCUMENTED = {"16505551234": ("US.13491208655302741918", "Sheena Nelson")}
"""The customer of Meta's own examples keeps the id those examples give her."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """One user as a business sees them: `phone` (digits) is None when it is withheld."""

    phone: str | None
    bsuid: str
    name: str

    def as_contact(self) -> dict[str, object]:
        """An item of a webhook's `contacts` array, in the shape of late 2026."""
        phone = {"wa_id": self.phone} if self.phone else {}
        return {"profile": {"name": self.name}, **phone, "user_id": self.bsuid}


class People:
    """Everybody who wrote. Others have the id and the name that follow from their phone."""

    def __init__(self) -> None:
        self._bsuids = {phone: bsuid for phone, (bsuid, _) in DOCUMENTED.items()}
        self._names = dict(DOCUMENTED.values())

    def meet(self, *, phone: str | None, bsuid: str | None, name: str | None) -> Person:
        """Note somebody who writes to us; at least one of phone and BSUID is given."""
        if phone is None:
            assert bsuid is not None, "a person has a phone or a BSUID"
            person = self.by_bsuid(bsuid)
        else:
            self._bsuids[phone] = bsuid or self.by_phone(phone).bsuid
            person = self.by_phone(phone)
        if name is None:
            return person
        self._names[person.bsuid] = name
        return Person(phone=person.phone, bsuid=person.bsuid, name=name)

    def by_phone(self, phone: str) -> Person:
        """The person with this phone (digits)."""
        bsuid = self._bsuids.get(phone) or _bsuid_of(phone)
        return Person(phone=phone, bsuid=bsuid, name=self._name(bsuid))

    def by_bsuid(self, bsuid: str) -> Person:
        """The person with this BSUID; the phone is withheld."""
        return Person(phone=None, bsuid=bsuid, name=self._name(bsuid))

    def addressed(self, *, to: str | None, recipient: str | None, number: Number) -> Person:
        """Who a message is for; `to` wins when both are given. Raises GraphError."""
        if to is not None:
            return self.by_phone(self.wa_id(to, number=number))
        if recipient is None:
            raise GraphError(100, "The parameter to is required.")
        if not BSUID.fullmatch(recipient):
            raise GraphError(131009, "recipient is not a valid business-scoped user ID")
        return self.by_bsuid(recipient)

    def wa_id(self, to: str, *, number: Number) -> str:
        """The WhatsApp id a `to` leads to.

        Without `+` Meta puts the business's country code in front, whatever the digits begin with. Only the
        number of somebody who wrote to us is known to be whole and goes through without. Raises GraphError.
        """
        digits = recipient_key(to)
        is_phone = digits.isascii() and digits.isdigit()
        if not is_phone or not PHONE_DIGITS_MIN <= len(digits) <= PHONE_DIGITS_MAX:
            raise GraphError(131009, "Recipient phone number is not valid: to")
        if to.lstrip().startswith("+") or digits in self._bsuids:
            return digits
        return number.country_code + digits

    def _name(self, bsuid: str) -> str:
        return self._names.get(bsuid) or NAMES[_hash(bsuid) % len(NAMES)]


def _bsuid_of(phone: str) -> str:
    country = next((COUNTRIES[phone[:n]] for n in (3, 2, 1) if phone[:n] in COUNTRIES), "US")
    return f"{country}.{_hash(phone) % 10**20:020d}"


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
