"""Signs of job scams: what is known is found, what is worded anew mostly too, and honest offers are left alone."""

from __future__ import annotations

import pytest

from bench.evaluation.__main__ import DATA
from bench.evaluation.measure import Misses, scam
from bench.evaluation.rows import read_folder
from processors.scam_check.check import check
from processors.scam_check.training import digest, examples
from processors.scam_check.wording import wording_model
from processors.search.words import fold


@pytest.mark.parametrize(
    ("name", "recall"), [("dev", 0.95), ("heldout", 0.85), ("probe", 0.9), ("blind", 0.9)]
)
def test_honest_offers_are_not_suspected_and_scams_are_found(name: str, recall: float) -> None:
    figures = scam(read_folder(DATA, only=[name]).advertisements[name], Misses())
    assert figures["precision"] >= 0.93
    assert figures["recall"] >= recall


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Per iniziare versi una quota di iscrizione di 49 €", "fee"),
        ("Receive payments on your account and forward them in bitcoin", "mule"),
        ("Terima paket di rumah lalu kirim ke luar negeri", "parcels"),
        ("Compra due carte regalo e inviaci i codici", "vouchers"),
        ("Kirim foto KTP dan rekening sebelum wawancara", "documents"),
        ("Chi vuole il posto fa una ricarica da 60 euro per la pratica, poi firmiamo", "fee"),
        ("Let us use the account in your name for a week, good commission", "lent_name"),
    ],
)
def test_a_trick_has_its_name(text: str, sign: str) -> None:
    found = check(text)
    assert sign in found.signs
    assert found.is_suspicious


@pytest.mark.parametrize(
    "text",
    [
        "Barista a Trento, contratto stagionale, alloggio offerto, colloquio in sede. Nessun costo a carico tuo.",
        "Driver wanted, licence costs covered by us, no fees, interview at the depot.",
        "Dicari kasir, wawancara di toko, tidak ada biaya apa pun.",
        "Non chiediamo mai soldi, documenti o codici: chi lo fa a nostro nome è un truffatore.",
        "Perusahaan tidak memungut biaya seragam maupun pelatihan, wawancara di pabrik.",
        "",
    ],
)
def test_what_honest_offers_deny_is_no_sign(text: str) -> None:
    assert not check(text).is_suspicious


def test_one_trick_is_found_at_the_end_of_a_long_honest_text() -> None:
    honest = (
        "Hotel a Merano cerca cameriera ai piani, contratto stagionale, vitto e alloggio, colloquio in sede. "
    )
    trick = "Prima di partire versa 150 euro di cauzione per la camera, rimborsati con lo stipendio."
    assert not check(honest * 12).is_suspicious
    assert check(honest * 12 + trick).is_suspicious


def test_the_stored_weights_are_of_the_advertisements_in_the_repository() -> None:
    assert wording_model().trained_on == digest(examples())


def test_no_row_of_the_evaluation_was_learned() -> None:
    sets = read_folder(DATA).advertisements.values()
    assert not {fold(one.text) for one in examples()} & {fold(row.text) for rows in sets for row in rows}
