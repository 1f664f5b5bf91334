"""Job advertisements that are none: signs that are known, never a promise that an offer is good."""

from processors.scam_check.advice import respond

__all__ = ["respond"]
