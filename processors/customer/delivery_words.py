"""Words about where an order goes, in each language: another address, the same one, collected at the shop."""

from __future__ import annotations

import re
from typing import Final

from processors.understanding.gate import plain

_ADDRESS: Final = r"(?:indirizzo|indirizzi|address|alamat\w*)"
_OTHER: Final = (
    r"(?:cambi\w+|modific\w+|sbagliat\w+|corregg\w+|nuovo|divers\w+|altro|aggiorn\w+|change|wrong|different|"
    r"another|update|edit|correct|ganti|ubah|salah|beda|koreksi)"
)
_WANTS_OTHER: Final = re.compile(
    rf"\b(?:{_OTHER}(?: \w+){{0,4}} {_ADDRESS}|{_ADDRESS}(?: \w+){{0,4}} {_OTHER})\b"
)
_COLLECTS: Final = re.compile(
    r"\b(?:(?:lo |la |li |le )?ritir(?:o|arlo|arla|arli|arle|are|iamo)\b(?! (?:il reso|i resi))|"
    r"(?:passo|passiamo|vengo|veniamo)(?: (?!via\b|corso\b|piazza\b)\w+){0,6} a (?:prend|ritir)\w+|asporto|"
    r"pick ?up|pick (?:it|them|this|that) up|collect (?:it|them)|i ll collect|ambil sendiri|"
    r"(?:saya )?(?:ambil|jemput) (?:di|ke) toko)\b"
)
_PART: Final = re.compile(r"[^,;.!\n]+[,;.!\n]*")
_JOINED: Final = re.compile(
    r"\s+(?:e|ed|and|dan)\s+(?=(?:poi |then )?(?:(?:io )?(?:passo|passiamo|vengo|veniamo)\b|(?:lo|la|li|le) ritir|"
    r"(?:i|we)(?:['’]ll| will)? (?:pick|collect)|(?:saya )?ambil))",
    re.IGNORECASE,
)
_SAME: Final = re.compile(
    r"(?:(?:si|ok|yes|ya|va bene|iya) )?(?:(?:al|allo|lo|the|come|il|ke|di|to) )*"
    r"(?:stesso(?: indirizzo| posto)?|solito(?: indirizzo| posto)?|(?:l )?altra volta|(?:la )?scorsa volta|"
    r"sempre (?:li|qui)|sempre (?:allo )?stesso(?: indirizzo)?|"
    r"same(?: (?:address|place|as (?:last time|before|usual)))?|usual(?: address| place)?|"
    r"(?:alamat )?(?:yang )?sama(?: seperti (?:kemarin|sebelumnya|biasa))?|(?:alamat )?biasa(?:nya)?|yang kemarin)"
    r"(?: (?:grazie|please|per favore|ya|aja|saja|kak))*"
)


def wants_other_address(text: str) -> bool:
    """ "Vorrei cambiare l'indirizzo", "the address is wrong": where to is not said yet."""
    return _WANTS_OTHER.search(plain(text)) is not None


def collects(text: str) -> bool:
    """ "Lo ritiro io", "pickup": the customer comes for the goods."""
    return _COLLECTS.search(plain(text)) is not None


def same_place(text: str) -> bool:
    """ "Stesso indirizzo", "come l'altra volta", as the answer to the question where to."""
    return _SAME.fullmatch(plain(text)) is not None


def with_pickup(line: str) -> tuple[str, ...]:
    """A line, or the wish in it and that it is collected: "passo io domani a prenderle, tenetemi 2 palline"."""
    parts = [part for whole in _JOINED.split(line) for part in _PART.findall(whole)]
    coming = [part for part in parts if collects(part) and "?" not in part]
    wish = "".join(f" {part.strip()}" for part in parts if part not in coming).strip(" ,;")
    if not coming or len(wish.split()) < 2:
        return (line,)
    return (wish, " ".join(part.strip(" ,;.!") for part in coming))
