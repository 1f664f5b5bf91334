"""Text vectors without a model: hashed character n-grams, the same for the same text on every machine."""

from __future__ import annotations

import base64
import math
import struct
from zlib import crc32

SIZES = range(3, 6)
"""Lengths of the n-grams: words that share a stem share most of them."""


def embed(text: str, dimensions: int) -> list[float]:
    """A vector of length 1. Texts that share words or parts of words point in similar directions."""
    vector = [0.0] * dimensions
    for word in text.casefold().split():
        padded = f" {word} "
        for size in SIZES:
            for start in range(max(1, len(padded) - size + 1)):
                code = crc32(padded[start : start + size].encode())
                # One bit decides the sign, so that collisions cancel out on average.
                vector[(code >> 1) % dimensions] += 1.0 if code & 1 else -1.0
    length = math.sqrt(sum(value * value for value in vector))
    if not length:
        return [1.0, *vector[1:]]
    return [value / length for value in vector]


def as_base64(vector: list[float]) -> str:
    """Little-endian 32-bit floats in base64, as `encoding_format` "base64" asks for."""
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
