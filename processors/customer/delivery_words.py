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
    r"\b(?:(?:lo |la |li |le )?ritir(?:o|arlo|arla|arli|are|iamo)\b(?! (?:il reso|i resi))|"
    r"passo (?:io )?a prender\w+|vengo (?:io )?a prender\w+|asporto|"
    r"pick ?up|pick it up|pick them up|collect (?:it|them)|i ll collect|ambil sendiri|(?:saya )?ambil (?:di|ke) toko)\b"
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
