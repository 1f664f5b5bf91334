"""What a call of a model costs: list prices, and an estimate where the provider said nothing of tokens."""

from __future__ import annotations

from decimal import Decimal

from processors.settings import Settings

DOLLARS_PER_MILLION: dict[str, tuple[Decimal, Decimal]] = {
    "gpt-6-luna": (Decimal("0.10"), Decimal("0.50")),
    "gpt-5.6-luna": (Decimal("0.20"), Decimal("1.20")),
    "gpt-6-sol": (Decimal("2.00"), Decimal("10.00")),
}
"""USD per million tokens in and out, from the provider's public list of November 2026."""

CHARACTERS_PER_TOKEN = 3.5


def cost_usd(settings: Settings, input_tokens: int, output_tokens: int) -> Decimal:
    """What so many tokens of the configured chat model cost: by AI_PRICES, else by the list, else 0."""
    if settings.ai_prices:
        price_in, price_out = map(Decimal, settings.ai_prices.split(","))
    else:
        price_in, price_out = DOLLARS_PER_MILLION.get(settings.ai_chat_model, (Decimal(0), Decimal(0)))
    return round((price_in * input_tokens + price_out * output_tokens) / 1_000_000, 6)


def estimated_tokens(text: str) -> int:
    """About how many tokens a text has."""
    return round(len(text) / CHARACTERS_PER_TOKEN)
