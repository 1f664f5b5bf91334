"""What single clauses of dealers mean, and where one clause ends."""

from __future__ import annotations

import pytest

from processors.dealer.words import verb_of
from processors.partners.clauses import clauses


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("accetto", "accept"),
        ("Accetto!", "accept"),
        ("ok accetto la 1042", "accept"),
        ("acetto", "accept"),
        ("confermo", "accept"),
        ("lo prendo io", "accept"),
        ("prendo io la 1042", "accept"),
        ("ci penso io", "accept"),
        ("I'll take it", "accept"),
        ("accept D1042", "accept"),
        ("terima", "accept"),
        ("saya ambil", "accept"),
        ("rifiuto", "decline"),
        ("no non posso", "decline"),
        ("non riesco oggi", "decline"),
        ("non accetto", "decline"),
        ("non ce l'ho", "decline"),
        ("I can't take it", "decline"),
        ("can’t", "decline"),
        ("decline", "decline"),
        ("tolak", "decline"),
        ("tidak bisa", "decline"),
        ("gak bisa kak", "decline"),
        ("sì", "yes"),
        ("ok", "yes"),
        ("va bene", "yes"),
        ("ok grazie", "yes"),
        ("👍", "yes"),
        ("D1042 sì", "yes"),
        ("yes please", "yes"),
        ("iya", "yes"),
        ("siap", "yes"),
        ("no", "no"),
        ("D1042 no", "no"),
        ("👎", "no"),
        ("tidak", "no"),
        ("pronto D1042", "ready"),
        ("la D1042 è pronta", "ready"),
        ("ready D1042", "ready"),
        ("sudah siap D1042", "ready"),
        ("sto preparando", "preparing"),
        ("in preparazione", "preparing"),
        ("preparing it", "preparing"),
        ("in consegna", "out_for_delivery"),
        ("partito", "out_for_delivery"),
        ("consegnata al rider", "out_for_delivery"),
        ("out for delivery", "out_for_delivery"),
        ("sudah dikirim", "out_for_delivery"),
        ("consegnato", "delivered"),
        ("D1042 delivered", "delivered"),
        ("sudah sampai", "delivered"),
        ("non è ancora pronto", None),
        ("not ready", None),
        ("ordini", "overview"),
        ("my orders", "overview"),
        ("pesanan", "overview"),
        ("pausa", "pause"),
        ("siamo chiusi oggi", "pause"),
        ("istirahat dulu", "pause"),
        ("riapro", "resume"),
        ("pausa finita", "resume"),
        ("buka lagi", "resume"),
        ("operatore", "human"),
        ("voglio parlare con una persona", "human"),
        ("grazie mille", "thanks"),
        ("terima kasih", "thanks"),
        ("buongiorno", "greeting"),
        ("aiuto", "help"),
        ("esaurito lo shampoo", None),
        ("arrivate 20 candele", None),
        ("I don't have shampoo", None),
        ("1042", None),
        ("", None),
    ],
)
def test_a_clause_has_its_verb(text: str, verb: str | None) -> None:
    assert verb_of(text) == verb


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("accetto 1042 e 1043", ["accetto 1042", "1043"]),
        ("accetto la 1042 e rifiuto la 1043", ["accetto la 1042", "rifiuto la 1043"]),
        ("esaurito lo shampoo, arrivate 20 candele", ["esaurito lo shampoo", "arrivate 20 candele"]),
        ("20 candele, 5 cucce e 3 ciotole", ["20 candele", "5 cucce", "3 ciotole"]),
        ("lo shampoo e le crocchette", ["lo shampoo", "le crocchette"]),
        ("candele cannella e arancia", ["candele cannella e arancia"]),
        ("quante cucce ho? e lo shampoo?", ["quante cucce ho?", "lo shampoo?"]),
        ("pausa\nriapro", ["pausa", "riapro"]),
        ("1,5 kg", ["1,5 kg"]),
        (" … ?!", []),
        ("", []),
    ],
)
def test_a_text_is_divided_where_something_new_is_said(text: str, parts: list[str]) -> None:
    assert clauses(text) == parts
