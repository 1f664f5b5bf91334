"""What single clauses of riders mean."""

from __future__ import annotations

import pytest

from processors.rider.words import verb_of


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("ritirato D1004", "out_for_delivery"),
        ("preso", "out_for_delivery"),
        ("sono partito", "out_for_delivery"),
        ("picked up D1004", "out_for_delivery"),
        ("sudah saya ambil", "out_for_delivery"),
        ("otw", "out_for_delivery"),
        ("consegnato", "delivered"),
        ("Consegnata al portiere!", "delivered"),
        ("delivered", "delivered"),
        ("sudah sampai", "delivered"),
        ("non risponde nessuno", "nobody_home"),
        ("non c'è nessuno", "nobody_home"),
        ("nobody home", "nobody_home"),
        ("he doesn't answer", "nobody_home"),
        ("tidak ada orang", "nobody_home"),
        ("indirizzo sbagliato", "wrong_address"),
        ("non trovo la via", "wrong_address"),
        ("wrong address", "wrong_address"),
        ("alamat salah", "wrong_address"),
        ("lo rifiuta", "refused"),
        ("non vuole pagare", "refused"),
        ("customer refused", "refused"),
        ("ditolak", "refused"),
        ("non consegnato", "failed"),
        ("consegna fallita", "failed"),
        ("not delivered", "failed"),
        ("couldn't deliver", "failed"),
        ("tidak terkirim", "failed"),
        ("non ancora consegnato", "not_yet"),
        ("not delivered yet", "not_yet"),
        ("belum sampai", "not_yet"),
        ("i miei ordini", "overview"),
        ("my orders", "overview"),
        ("pesanan saya", "overview"),
        ("consegnato il D1004?", "overview"),
        ("pausa", "pause"),
        ("torno tra 10 minuti", "pause"),
        ("back in 5", "pause"),
        ("istirahat", "pause"),
        ("oggi non lavoro", "pause"),
        ("non lavoro oggi", "pause"),
        ("I'm not working today", "pause"),
        ("hari ini gak kerja", "pause"),
        ("torno", "resume"),
        ("sono tornata", "resume"),
        ("back", "resume"),
        ("kembali", "resume"),
        ("operatore", "human"),
        ("grazie", "thanks"),
        ("ok", "yes"),
        ("il cane abbaia", None),
    ],
)
def test_riders_are_understood(text: str, verb: str | None) -> None:
    assert verb_of(text) == verb
