"""Logging that never tells what people wrote or who they are.

The text of an exception may quote a message or a number, so only its type and its place are logged.
"""

from __future__ import annotations

import logging
import traceback

log = logging.getLogger(__name__)


def configure(level: str) -> None:
    """One line per record on standard error; libraries that log addresses are kept quiet."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True)
    for noisy in (
        "httpx",
        "httpcore",
        "hpack",
        "openai",
        "realtime",
        "websockets",
        "urllib3",
        "google",
        "stripe",
    ):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def describe(error: BaseException) -> str:
    """The error's type and where it was raised, innermost last: `KeyError at cart.py:41 in add`."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " < ".join(f"{f.filename.rsplit('/', 1)[-1]}:{f.lineno} in {f.name}" for f in reversed(frames))
    return f"{type(error).__name__} at {places}" if places else type(error).__name__
