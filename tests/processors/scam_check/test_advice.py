"""What somebody hears who forwards a job offer."""

from __future__ import annotations

from typing import cast

import pytest

from processors import router
from processors.model import Decision
from processors.scam_check import respond
from processors.services import Services
from tests.factories import make_business, make_turn

SCAM = "Ricevi pacchi a casa e rispediscili all'estero, 40 euro l'uno, senza colloquio. Scrivimi su Telegram."
HONEST = (
    "Forno a Modena cerca aiuto, contratto a termine, 1.450 € netti. Passare in negozio con il curriculum."
)


async def answered(*said: str, language: str = "it") -> Decision:
    turn = make_turn(*said, language=language, business=make_business(bot_kind="scam_check"))
    # Nothing is asked of any service.
    return await respond(turn, cast(Services, None))


def test_a_business_of_this_kind_is_answered_by_this_processor() -> None:
    assert router.processor_of(make_turn(SCAM, business=make_business(bot_kind="scam_check"))) is respond


async def test_a_scam_is_named_with_its_tricks_and_without_certainty() -> None:
    text = (await answered(SCAM)).replies[0].text
    assert "segnali di truffa" in text
    assert "pacchi" in text
    assert "Posso sbagliarmi" in text


@pytest.mark.parametrize(
    ("language", "offer", "open_words"),
    [
        ("it", HONEST, "Non è una garanzia"),
        (
            "en",
            "Shop assistant in Exeter, 24 hours a week, £11.80 an hour, interview in the store.",
            "no guarantee",
        ),
        (
            "id",
            "Kasir toko bangunan di Bogor, gaji UMR, bawa lamaran ke toko, wawancara hari Senin.",
            "bukan jaminan",
        ),
    ],
)
async def test_an_offer_without_signs_is_never_called_safe(
    language: str, offer: str, open_words: str
) -> None:
    assert open_words in (await answered(offer, language=language)).replies[0].text


async def test_a_weak_sign_alone_is_told_but_accuses_nobody() -> None:
    offer = HONEST.replace(
        "Passare in negozio con il curriculum.", "Mandare il curriculum a forno.modena@gmail.com."
    )
    text = (await answered(offer)).replies[0].text
    assert "truffa" in text.splitlines()[0]
    assert "Non basta" in text
    assert "casella gratuita" in text


async def test_an_offer_in_several_messages_is_one_offer() -> None:
    together = (
        await answered("Lavoro in Canada, 4.500 dollari al mese", "prima paghi 180 euro di pratica")
    ).replies
    assert len(together) == 1
    assert "Devi pagare tu" in together[0].text


@pytest.mark.parametrize("said", ["Ciao", "Buongiorno", "come funziona?"])
async def test_a_greeting_is_told_what_can_be_sent(said: str) -> None:
    assert "Inoltrami" in (await answered(said)).replies[0].text


async def test_a_wish_for_a_person_is_one() -> None:
    assert (await answered("operatore")).escalation == "asked"


async def test_what_has_no_words_is_asked_for_in_words() -> None:
    assert "copi il testo" in (await answered("")).replies[0].text
