"""What a voice note costs, however the host bills it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from openai.types.audio import Transcription
from pydantic import SecretStr

from processors.media.prices import Billed, cost_usd
from processors.settings import Settings

SETTINGS = Settings(
    environment="test",
    supabase_url="http://127.0.0.1:1",
    supabase_anon_key=SecretStr("anon"),
    supabase_service_role_key=SecretStr("service"),
)
HALF_A_MINUTE = (
    b"OggS\x00\x02" + bytes(20) + b"OggS\x00\x04" + (30 * 48_000).to_bytes(8, "little") + bytes(14)
)
TOKENS = {"type": "tokens", "input_tokens": 1000, "output_tokens": 100, "total_tokens": 1100}


@pytest.mark.parametrize(
    ("model", "prices", "usage", "dollars"),
    [
        ("gpt-transcribe", "", {"type": "duration", "seconds": 60}, "0.0045"),
        ("theirs", "6,10", TOKENS, "0.007"),
        # Tokens of a model whose price is known by the minute: the recording tells how long it is.
        ("gpt-transcribe", "", TOKENS, "0.00225"),
        ("theirs", "0.01", None, "0.005"),
        ("theirs", "0.01", {"prompt_tokens": 3}, "0.005"),
        ("theirs", "0.01", {"type": "duration", "seconds": 6}, "0.001"),
        ("theirs", "", TOKENS, "0"),
    ],
)
def test_a_note_is_charged(model: str, prices: str, usage: object, dollars: str) -> None:
    settings = SETTINGS.model_copy(update={"ai_transcribe_model": model, "ai_transcribe_prices": prices})
    heard = Transcription.construct(text="due candele", usage=usage)
    assert cost_usd(settings, Billed.of(heard.usage), HALF_A_MINUTE) == Decimal(dollars)


@pytest.mark.parametrize("recording", [b"", b"OggS", b"ID3 something else", b"OggS\x00\x02" + b"\xff" * 8])
def test_what_is_no_whole_recording_has_no_length(recording: bytes) -> None:
    assert cost_usd(SETTINGS, Billed(), recording) == 0
