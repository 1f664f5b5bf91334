"""Ask an HTTP service whether it is ready. Standard library only."""

from __future__ import annotations

import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

# Proxy settings of the machine are for the outside, never for a service on loopback.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def answers(url: str, *, timeout_seconds: float = 2.0) -> str | None:
    """None when `url` answers with 2xx, else in a few words what is wrong."""
    try:
        with _OPENER.open(url, timeout=timeout_seconds):
            return None
    except urllib.error.HTTPError as error:
        detail = error.read(300).decode(errors="replace").strip()
        return f"status {error.code} {detail}".strip()
    except (OSError, ValueError) as error:
        return str(getattr(error, "reason", error)) or type(error).__name__


def failures(urls: dict[str, str]) -> dict[str, str]:
    """Ask several services at once; the ones that are not ready with the reason."""
    if not urls:
        return {}
    with ThreadPoolExecutor(max_workers=len(urls)) as pool:
        problems = zip(urls, pool.map(answers, urls.values()), strict=True)
    return {name: problem for name, problem in problems if problem is not None}
