"""What writing down a voice note costs: by the minute or by tokens, as the host bills it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from openai.types.audio.transcription import Usage

from processors.settings import Settings

DOLLARS_PER_MINUTE = {"gpt-transcribe": Decimal("0.0045"), "whisper-1": Decimal("0.006")}
"""List prices of November 2026; an unlisted model needs AI_TRANSCRIBE_PRICES, else it costs an unknown 0."""

_OGG_PAGE = b"OggS"
_OPUS_SAMPLES_PER_SECOND = 48_000
"""Opus counts its samples at this rate whatever it was recorded at (RFC 7845, section 4)."""
_LONGEST_SECONDS = 6 * 3600


@dataclass(frozen=True, kw_only=True)
class Billed:
    """What a host told of a call; compatible hosts leave out what they like."""

    seconds: Decimal | None = None
    tokens: tuple[int, int] | None = None
    """Heard, written."""

    @classmethod
    def of(cls, usage: Usage | None) -> Billed:
        seconds = getattr(usage, "seconds", None)
        heard, written = getattr(usage, "input_tokens", None), getattr(usage, "output_tokens", None)
        return cls(
            seconds=Decimal(str(seconds)) if isinstance(seconds, int | float) else None,
            tokens=(heard, written) if isinstance(heard, int) and isinstance(written, int) else None,
        )


def cost_usd(settings: Settings, billed: Billed, recording: bytes) -> Decimal:
    """What a transcription cost, in USD: by AI_TRANSCRIBE_PRICES, else by the list.

    Where only a price by the minute is known, and the host told tokens or nothing, the length of the recording counts.
    """
    prices = [Decimal(price) for price in settings.ai_transcribe_prices.split(",") if price]
    if billed.tokens is not None and len(prices) == 2:
        (heard, written), (price_heard, price_written) = billed.tokens, prices
        return round((price_heard * heard + price_written * written) / 1_000_000, 6)
    listed = DOLLARS_PER_MINUTE.get(settings.ai_transcribe_model, Decimal(0))
    per_minute = prices[0] if len(prices) == 1 else listed
    seconds = billed.seconds if billed.seconds is not None else Decimal(str(length_seconds(recording)))
    return round(per_minute * seconds / 60, 6)


def length_seconds(recording: bytes) -> float:
    """How long a recording in Ogg/Opus is, by the position of its last page (RFC 3533); 0 for another format."""
    page = recording.rfind(_OGG_PAGE)
    position = recording[page + 6 : page + 14]
    if page < 0 or len(position) < 8:
        return 0.0
    seconds = int.from_bytes(position, "little", signed=True) / _OPUS_SAMPLES_PER_SECOND
    return seconds if 0 < seconds <= _LONGEST_SECONDS else 0.0
