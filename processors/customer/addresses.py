"""Addresses as customers write or send them: "via Garibaldi 12, 10122 Torino", a position, a form.

Whether anything is brought there decides the database; here only what is an address at all is told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from processors.model import Json
from processors.search.words import fold
from processors.understanding.counting import number_at

LONGEST: Final = 200
"""Characters of an address; who writes more tells something else."""

_STREET: Final = (
    r"via|viale|v\.le|corso|c\.so|piazza|p\.zza|p\.za|piazzale|piazzetta|largo|vicolo|vico|strada|contrada|"
    r"frazione|localita|borgo|salita|lungo(?:mare|po|dora|tevere|arno)|"
    r"jl\.?|jln\.?|jalan|gang|gg\.|perum(?:ahan)?|komplek|kampung"
)
_STREET_AFTER: Final = r"street|st\.?|road|rd\.?|avenue|ave\.?|lane|square|drive"
_INTRO: Final = re.compile(
    r"^(?:(?:ciao|ok|va bene|allora|si|sì|e|no|halo|hi|the|di|ke|a|in|al|alla)\b[ ,:]*|"
    r"(?:il |l[' ]?)?(?:mio |nuovo )?indirizzo(?: (?:di consegna|giusto|corretto))?(?: (?:e'|è|e|sarebbe))?[ ,:]*|"
    r"(?:me lo |lo |la |li )?(?:spedit\w+|spedisc\w+|mand\w+|consegn\w+|port\w+|abito|sto|siamo|vivo)\b[ ,:]*|"
    r"(?:please )?(?:deliver|send|ship|bring)(?: it| them)? to[ ,:]*|"
    r"(?:my |the |new |delivery )*add?res+s?(?: is)?[ ,:]*|"
    r"i live (?:at|in)[ ,:]*|(?:tolong )?(?:kirim|antar)(?:kan)?(?: saja)? ke[ ,:]*|"
    r"alamat(?: saya| baru| pengiriman|nya)*(?: adalah| di)?[ ,:]*)",
    re.IGNORECASE,
)
_STARTS: Final = re.compile(rf"^(?:{_STREET})\s+\S*[a-z]", re.IGNORECASE)
_HOLDS: Final = re.compile(
    rf"\b(?:{_STREET})\s+\S*[a-z]|\d+\s+(?:\w+\s+){{1,3}}(?:{_STREET_AFTER})(?![a-z])", re.IGNORECASE
)
_POSTCODE: Final = re.compile(r"(?<![\d.,])(\d{5})(?![\d.,]*\d)")
_SPEAKS_OF_IT: Final = re.compile(
    r"^[^\d]*\b(?:indirizzo|sbagliat\w+|errore|consegn\w+|spedi\w+|mand\w+|port\w+|abit\w+|address|wrong|deliver\w*|"
    r"live|send|alamat\w*|salah|kirim\w*|antar\w*)\b[^\d]*$"
)
_NUMBERED: Final = re.compile(r"^\w*[a-z]{3}\w*[ ,]+(?:\w+[ ,]+){0,4}?(?:n\.? ?|no\.? ?)?\d{1,4}\b")
_COURTESY: Final = re.compile(
    r"(?:[ ,]+(?:grazie(?: mille)?|per favore|please|thanks|thank you|ya|kak|dong|aja|saja|deh|min|makasih|"
    r"terima kasih))+[.! ]*$",
    re.I,
)
_SHOPPING: Final = re.compile(
    r"\b(ordine|vorrei|voglio|aggiungi|metti|togli|prendo|ordino|quanto|costa|avete|want|would like|add|remove|order|"
    r"how much|do you|mau|pesan|tambah|hapus|berapa|ada)\b"
)
_COUNTING: Final = re.compile(
    r"\b(?:e|ed|and|dan|sama|anche|pure|also|plus|juga|piu|altr[ieoa]|ancora|more|another|lagi|anzi|solo|soltanto|only|just|"
    r"cuma|make|it|them|me|mi|ne|for|per|untuk|il|lo|la|i|gli|le|the|a|di|dei|delle|of|no|ok|si|sono|siamo|about|x|like|"
    r"want|take|need|get|have|send|give|drop|double|serv\w+|facciamo|faccia\w*|fai|mett\w+|prend\w+|dammi|dacci|"
    r"mand\w+|aggiung\w+|togl\w+|lev[aio]\w*|beli\w*|ambil\w*|minta|kirim\w*|jadi\w*|ganti\w*)[ ,]+\d{1,4}\b"
)
"""A number behind a word of shopping counts things; that of a house follows the name of its street."""
_SENDING: Final = re.compile(
    r"[,;.]?\s*(?:(?:e|ed|and|dan|da|to be|che|puoi|potete|can you)\s+)*(?:(?:me |te )?(?:lo|la|li|le|ce li)\s+)?"
    r"(?:mand|invia|spedi|consegn|port|recapit|deliver|send|ship|bring|kirim|di ?kirim|antar|di ?antar)\w*"
    r"(?:\s+(?!a\b|in\b|to\b|ke\b)[^\W\d]+)?\s*(?:(?:a lei|a lui|a casa|it|them|her|him)\s+)?"
    r"(?:(?:a|in|al|to|at|ke|di)\s+)?$|"
    r"[,;.]?\s*\b(?:a|in|to|at|ke|indirizzo|address|alamat)\s*:?\s*$",
    re.IGNORECASE,
)
"""What leads over to an address at the end of a wish."""

_FORM_ADDRESS: Final = ("address", "indirizzo", "alamat", "street", "via", "building_name", "house_number")
_FORM_POSTCODE: Final = ("postcode", "postal_code", "zip", "cap", "kode_pos", "in_pin_code", "sg_post_code")
_FORM_CITY: Final = ("city", "citta", "kota", "landmark_area", "state")


@dataclass(frozen=True, kw_only=True)
class Address:
    """A place to bring things to. `id` is known when it is one the customer used before."""

    text: str
    postcode: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    id: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The shape in which the database's functions take and give an address."""
        every = {
            "address_id": self.id,
            "address": self.text,
            "postcode": self.postcode,
            "latitude": self.latitude,
            "longitude": self.longitude,
        }
        return {name: value for name, value in every.items() if value is not None}

    @classmethod
    def from_json(cls, stored: Json) -> Address:
        """Raises KeyError without a text."""
        return cls(
            text=str(stored["address"]),
            postcode=stored.get("postcode"),
            latitude=stored.get("latitude"),
            longitude=stored.get("longitude"),
            id=stored.get("address_id"),
        )

    def with_postcode(self, postcode: str) -> Address:
        """The same place, its postcode now known and readable."""
        text = self.text if postcode in self.text else f"{self.text}, {postcode}"
        return replace(self, text=text, postcode=postcode, id=None)


def address_in(text: str, *, asked: bool) -> Address | None:
    """The address that a text is; None when it is none.

    `asked` after a question for it: then "Garibaldi 12, Torino" is enough. Unasked it must begin like a
    street and hold a number, or name a street with a postcode.
    """
    bare = _without_intro(text)
    if not bare or len(bare) > LONGEST or "?" in bare:
        return None
    plain, postcode = fold(bare), postcode_of(bare)
    has_number = any(character.isdigit() for character in bare)
    if _STARTS.match(plain):
        is_address = asked or has_number
    elif _HOLDS.search(plain):
        is_address = postcode is not None or (asked and has_number)
    else:
        # A house number follows its street: "2 candele" is a wish.
        named = _NUMBERED.search(plain) or (postcode is not None and len(bare.split()) > 2)
        is_address = asked and bool(named) and not (_SHOPPING.search(plain) or _COUNTING.search(plain))
    return Address(text=tidy(bare), postcode=postcode) if is_address else None


def with_address(line: str) -> tuple[str, ...]:
    """A line, or the wish in it and the address it goes to: "una candela, la mandate in via Roma 3, 20121 Milano"."""
    plain = fold(line)
    found = _HOLDS.search(plain)
    if found is None or found.start() == 0 or len(plain) != len(line):
        return (line,)
    wish, rest = line[: found.start()], line[found.start() :]
    if _SENDING.search(wish) is None or not re.search(r"\d", rest) or address_in(rest, asked=False) is None:
        return (line,)
    wish = _SENDING.sub("", wish).strip(" ,;.")
    words = fold(wish).split()
    wants = _SHOPPING.search(fold(wish)) or any(number_at(words, at) for at in range(len(words)))
    return (wish, rest) if wants and len(words) > 1 else (line,)


def postcode_in(text: str) -> str | None:
    """A postcode that stands alone, as the answer to the question for it: "10122", "il cap è 10122"."""
    code = postcode_of(text)
    return code if code is not None and len(text.split()) <= 4 else None


def address_of_place(place: Json, *, unnamed: str) -> Address | None:
    """A position sent from a phone ({latitude, longitude, name, address}); `unnamed` stands for its words."""
    try:
        latitude, longitude = float(place["latitude"]), float(place["longitude"])
    except (KeyError, TypeError, ValueError):
        return None
    said = [str(place[key]) for key in ("name", "address") if place.get(key)]
    text = tidy(", ".join(dict.fromkeys(said)))[:LONGEST] or unnamed
    return Address(text=text, postcode=postcode_of(text), latitude=latitude, longitude=longitude)


def address_of_form(response: object) -> Address | None:
    """The address in an answered form, also in one that keeps its fields under `values`; None without any."""
    if not isinstance(response, Mapping):
        return None
    inner = response.get("values")
    fields = {
        str(k).casefold(): str(v) for k, v in (inner if isinstance(inner, Mapping) else response).items()
    }
    street = [fields[name] for name in _FORM_ADDRESS if fields.get(name)]
    if not street:
        return None
    postcode = next((fields[name] for name in _FORM_POSTCODE if fields.get(name)), None)
    town = [fields[name] for name in _FORM_CITY if fields.get(name)]
    text = tidy(", ".join([*street, " ".join(filter(None, (postcode, *town)))]))
    return Address(text=text[:LONGEST], postcode=postcode or postcode_of(text))


def _without_intro(text: str) -> str:
    left = " ".join(text.split())
    while (match := _INTRO.match(left)) and match.end() and match.end() < len(left):
        # "Via" may be what an intro ends with, never what it takes away.
        left = left[match.end() :].lstrip(" ,:")
    if (street := _HOLDS.search(left)) and _SPEAKS_OF_IT.search(fold(left[: street.start()])):
        # "Ho sbagliato, l'indirizzo giusto è corso Francia 10": what is said about the address is none of it.
        left = left[street.start() :]
    return _COURTESY.sub("", left)


def tidy(text: str) -> str:
    """As it may be repeated: one line, no signs that a text would be filled or formatted by."""
    plain = " ".join(text.translate(str.maketrans("", "", "{}*_~`")).split()).strip(" ,;.")
    return plain[:1].upper() + plain[1:]


def postcode_of(text: str) -> str | None:
    """The postcode in an address, the last one when there are several; None without any."""
    found = _POSTCODE.findall(text)
    return str(found[-1]) if found else None
