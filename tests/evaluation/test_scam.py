"""Signs of job scams: what is known is found, and honest offers are left alone."""

from __future__ import annotations

import pytest

from bench.evaluation.__main__ import DATA
from bench.evaluation.measure import Misses, scam
from bench.evaluation.rows import read_folder
from processors.scam_check.signs import signs_in


@pytest.mark.parametrize(("name", "recall"), [("dev", 0.95), ("heldout", 0.5)])
def test_honest_offers_are_not_suspected_and_scams_are_found(name: str, recall: float) -> None:
    figures = scam(read_folder(DATA, only=[name]).advertisements[name], Misses())
    assert figures["precision"] >= 0.95
    assert figures["recall"] >= recall


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Per iniziare versi una quota di iscrizione di 49 €", "fee"),
        ("Receive payments on your account and forward them in bitcoin", "mule"),
        ("Terima paket di rumah lalu kirim ke luar negeri", "parcels"),
        ("Compra due carte regalo e inviaci i codici", "vouchers"),
        ("Kirim foto KTP dan rekening sebelum wawancara", "documents"),
    ],
)
def test_a_trick_has_its_name(text: str, sign: str) -> None:
    found = signs_in(text)
    assert sign in found.signs
    assert found.is_suspicious


@pytest.mark.parametrize(
    "text",
    [
        "Barista a Trento, contratto stagionale, alloggio offerto, colloquio in sede. Nessun costo a carico tuo.",
        "Driver wanted, licence costs covered by us, no fees, interview at the depot.",
        "Dicari kasir, wawancara di toko, tidak ada biaya apa pun.",
        "",
    ],
)
def test_what_honest_offers_deny_is_no_sign(text: str) -> None:
    assert not signs_in(text).is_suspicious
