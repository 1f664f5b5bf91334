"""Talk with riders: what to fetch, where to bring it, what became of it."""

from processors.rider.pipeline import respond

__all__ = ["respond"]
