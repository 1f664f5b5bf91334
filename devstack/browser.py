"""Find a Chromium for the desk's tests, or install Debian's when that is allowed. Standard library only."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

PATH_VARIABLE = "RELAYDESK_CHROMIUM"
"""Names the browser to use; the tests read it too."""

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLAYWRIGHT_CACHES = ("~/.cache/ms-playwright", "~/Library/Caches/ms-playwright")
PLAYWRIGHT_PATTERNS = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")
INSTALL_LIMIT_SECONDS = 600


def find() -> str | None:
    """The browser to use: the one that RELAYDESK_CHROMIUM names, the system's, or Playwright's own."""
    named = os.environ.get(PATH_VARIABLE)
    if named:
        return shutil.which(named)
    return next(filter(None, map(shutil.which, NAMES)), None) or _playwrights()


def _playwrights() -> str | None:
    for cache in PLAYWRIGHT_CACHES:
        for pattern in PLAYWRIGHT_PATTERNS:
            found = sorted(Path(cache).expanduser().glob(pattern))
            if found:
                return str(found[-1])
    return None


def find_or_install() -> str | None:
    """As `find`; without one, installs Debian's package when run as root on a system with apt. Says which."""
    browser = find()
    if browser is None and may_install():
        print("Installing chromium with apt for the tests of the desk …", flush=True)
        _install()
        browser = find()
    print(f"Browser for the tests of the desk: {browser or 'none'}", flush=True)
    return browser


def may_install() -> bool:
    """Whether a package can be installed without asking anybody."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _install() -> None:
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        try:
            result = subprocess.run(
                ["apt-get", "-qq", *step],
                env=environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=INSTALL_LIMIT_SECONDS,
            )
        except subprocess.TimeoutExpired:
            print("  apt-get took too long", flush=True)
            return
        if result.returncode != 0:
            print(f"  apt-get {step[0]}: {result.stderr.strip()[-500:]}", flush=True)
