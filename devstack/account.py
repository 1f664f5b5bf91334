"""Whom PostgreSQL runs as, and where that account can reach files. Standard library only.

PostgreSQL refuses to run as root, and an unprivileged account can't pass a folder such as /root. So for root
the server's files are put where the account can reach them; an ordinary user just runs the server itself.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ACCOUNT_NAMES = ("nobody", "postgres")
"""Tried in this order: `nobody` owns nothing that a development server could harm."""

SHARED_DIR = Path("/var/lib/relaydesk")
"""Where files go that the account can't reach in the folder they were meant for. Used by root only."""

_POINTER = "kept-elsewhere"
_OWNER = "owner"


class AccountError(Exception):
    """There is no account that the server could run as."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """An unprivileged account of this machine; `user` is None when the caller is one already."""

    user: int | None
    group: int | None

    @property
    def process_options(self) -> dict[str, Any]:
        """Arguments of `subprocess` that start a process as this account."""
        if self.user is None:
            return {}
        return {"user": self.user, "group": self.group, "extra_groups": []}

    def own(self, folder: Path) -> None:
        """Give a folder, which must exist, to this account alone."""
        folder.chmod(0o700)
        if self.user is not None and self.group is not None:
            os.chown(folder, self.user, self.group)

    def reaches(self, path: Path) -> bool:
        """Whether this account may pass every folder on the way to `path`, and read what is there."""
        if self.user is None:
            return True
        if path.exists() and not self._allows(path, 0o5 if path.is_dir() else 0o4):
            return False
        return all(self._allows(parent, 0o1) for parent in path.resolve().parents if parent.exists())

    def _allows(self, path: Path, wanted: int) -> bool:
        facts = path.stat()
        if facts.st_uid == self.user:
            granted = facts.st_mode >> 6
        elif facts.st_gid == self.group:
            granted = facts.st_mode >> 3
        else:
            granted = facts.st_mode
        return granted & wanted == wanted


def server_account() -> Account:
    """The account to run the server as: the caller's own, or an existing unprivileged one for root.

    Raises AccountError when root finds none.
    """
    if os.geteuid() != 0:
        return Account(user=None, group=None)
    for name in ACCOUNT_NAMES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(user=entry.pw_uid, group=entry.pw_gid)
    raise AccountError(
        f"PostgreSQL does not run as root, and this machine has no account {' or '.join(ACCOUNT_NAMES)}. "
        "Run as an ordinary user, or add one: useradd --system postgres"
    )


def reachable_dir(folder: Path, account: Account) -> Path:
    """`folder` itself when the account can reach it, else a folder of its own under SHARED_DIR.

    `folder` remembers the other one in a small file, so removing `folder` forgets it; what was forgotten is
    swept at the next call.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if account.user is None:
        return folder
    folder.chmod(0o755)
    if account.reaches(folder):
        return folder
    _sweep_forgotten()
    pointer = folder / _POINTER
    if pointer.exists():
        return Path(pointer.read_text(encoding="utf-8"))
    elsewhere = SHARED_DIR / secrets.token_hex(8)
    elsewhere.mkdir(parents=True)
    elsewhere.chmod(0o755)
    SHARED_DIR.chmod(0o755)
    (elsewhere / _OWNER).write_text(str(folder.resolve()), encoding="utf-8")
    pointer.write_text(str(elsewhere), encoding="utf-8")
    return elsewhere


def _sweep_forgotten() -> None:
    for owner in SHARED_DIR.glob(f"*/{_OWNER}"):
        pointer = Path(owner.read_text(encoding="utf-8")) / _POINTER
        if not pointer.exists() or pointer.read_text(encoding="utf-8") != str(owner.parent):
            shutil.rmtree(owner.parent, ignore_errors=True)


def reachable_copy(tree: Path, account: Account) -> Path:
    """`tree` itself when the account can reach it, else a copy under SHARED_DIR that all stacks share."""
    if account.reaches(tree / "bin"):
        return tree
    facts = tree.stat()
    copy = SHARED_DIR / "programs" / f"{tree.name}-{facts.st_dev:x}-{facts.st_ino:x}-{int(facts.st_mtime):x}"
    if copy.exists():
        return copy
    copy.parent.mkdir(parents=True, exist_ok=True)
    for folder in (SHARED_DIR, copy.parent):
        folder.chmod(0o755)
    part = copy.with_name(f"{copy.name}.{os.getpid()}")
    shutil.copytree(tree, part, symlinks=True)
    part.chmod(0o755)
    try:
        part.rename(copy)
    except OSError:
        # Another start was quicker; its copy is as good.
        shutil.rmtree(part, ignore_errors=True)
    return copy
