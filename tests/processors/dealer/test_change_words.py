"""How dealers say that an order would do otherwise, and at what time."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from processors.dealer.change_words import read_wishes
from processors.partners.times import moment_in

NOW = datetime(2026, 11, 20, 15, 20, tzinfo=ZoneInfo("Europe/Rome"))


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        ("manca la crocchetta salmone, va bene senza?", [("without", "crocchetta salmone")]),
        ("D1042: mancano lo shampoo e le ciotole", [("without", "shampoo"), ("without", "ciotole")]),
        ("ciao, va bene senza shampoo?", [("without", "shampoo")]),
        ("the shampoo is missing, ok without?", [("without", "shampoo")]),
        ("kurang sampo kucing, boleh tanpa itu?", [("without", "sampo kucing")]),
        ("posso dare solo 2 candele", [("fewer", "candele", 2)]),
        ("posso darne solo 2", [("fewer", "", 2)]),
        ("2 candele invece di 3 va bene?", [("fewer", "candele", 2)]),
        ("al posto dello shampoo posso dare le salviette", [("instead", "shampoo", "salviette")]),
        (
            "invece della crocchetta salmone, posso mandare quella al pollo?",
            [("instead", "crocchetta salmone", "al pollo")],
        ),
        (
            "instead of the salmon kibble I can give chicken kibble",
            [("instead", "salmon kibble", "chicken kibble")],
        ),
        ("sampo diganti dengan tisu basah", [("instead", "sampo", "tisu basah")]),
        ("manca il guinzaglio rosso, ho quello blu", [("instead", "guinzaglio rosso", "blu")]),
        ("manca la M ma ho la L", [("instead", "m", "l")]),
        ("manca lo shampoo, posso dare il balsamo?", [("instead", "shampoo", "balsamo")]),
        ("the red leash is missing, I have the blue one", [("instead", "red leash", "blue")]),
        ("kurang tali merah, ada yang biru", [("instead", "tali merah", "biru")]),
        ("manca lo shampoo, va bene lo stesso?", [("without", "shampoo")]),
        ("manca lo shampoo, ne ho chiesto un altro", [("without", "shampoo")]),
        ("posso alle 18", [("later", "18:00")]),
        ("pronto alle 18:30 per D1042", [("later", "18:30")]),
        ("30 minuti di ritardo", [("later", "15:50")]),
        ("I can do it at 6 pm", [("later", "18:00")]),
        ("bisa jam 6 sore", [("later", "18:00")]),
        ("manca lo shampoo e posso alle 18", [("without", "shampoo"), ("later", "18:00")]),
        ("chiudo fino alle 15", []),
        ("pronto D1042", []),
        ("esaurito lo shampoo", []),
        ("arrivate 20 candele", []),
        ("accetto", []),
        ("ho solo 2 cucce", []),
        ("tutto pronto, nessun problema", []),
    ],
)
def test_a_change_is_read(text: str, wishes: list[tuple[object, ...]]) -> None:
    found = []
    for wish in read_wishes(text, NOW):
        if wish.ready_at is not None:
            found.append((wish.kind, f"{wish.ready_at:%H:%M}"))
        else:
            more = [wish.left] if wish.kind == "fewer" else [wish.by] if wish.kind == "instead" else []
            found.append((wish.kind, wish.product, *more))
    assert found == wishes


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("alle 18", "20 18:00"),
        ("alle 6", "20 18:00"),
        ("alle 9 del mattino", "21 09:00"),
        ("alle 3", "21 03:00"),
        ("alle 4", "20 16:00"),
        ("domani alle 9", "21 09:00"),
        ("fino alle 15", "21 15:00"),
        ("tra un'ora", "20 16:20"),
        ("tra un'ora e mezza", "20 16:50"),
        ("mezz'ora", "20 15:50"),
        ("2 ore", "20 17:20"),
        ("in 40 minutes", "20 16:00"),
        ("until 4:30pm", "20 16:30"),
        ("2 jam lagi", "20 17:20"),
        ("jam 8 malam", "20 20:00"),
        ("besok jam 10 pagi", "21 10:00"),
        ("alle 18 e mezza", "20 18:30"),
        ("a mezzogiorno", "21 12:00"),
        ("alle 24", "21 00:00"),
        ("alle 25", None),
        ("alle 18 45 e un quarto", None),
        ("presto", None),
        ("D1042", None),
    ],
)
def test_a_moment_is_read(text: str, moment: str | None) -> None:
    found = moment_in(text, NOW)
    assert (None if found is None else f"{found:%d %H:%M}") == moment
