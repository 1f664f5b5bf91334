"""Talk with dealers: offers, orders under way, the shelf."""

from processors.dealer.pipeline import respond

__all__ = ["respond"]
