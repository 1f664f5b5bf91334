"""The rules of this repository that no linter knows. Each message says why the rule is there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.places import ROOT

PRODUCT = ("api", "processors", "dashboard")
FORBIDDEN_IMPORTS = {
    "processors": {"fastapi", "streamlit", "uvicorn", "api", "dashboard", "devstack", "tests", "bench"},
    "api": {"streamlit", "dashboard", "devstack", "tests", "bench"},
    "dashboard": {"fastapi", "api", "devstack", "tests", "bench"},
    "devstack": {"api", "dashboard", "tests", "bench"},
}
FILE_LINES_MAX = 350
NAIVE_TIMES = {"utcnow", "utcfromtimestamp"}


def _files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def _imports(file: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module


@pytest.mark.parametrize("folder", FORBIDDEN_IMPORTS)
def test_imports_point_one_way(folder: str) -> None:
    """api → processors ← dashboard: what happens to a message must run without web server and screen."""
    wrong = [
        f"{file.relative_to(ROOT)}:{line} imports {module}"
        for file in _files(folder)
        for line, module in _imports(file)
        if module.split(".")[0] in FORBIDDEN_IMPORTS[folder]
    ]
    assert wrong == []


def test_stripe_is_loaded_by_whoever_needs_it_alone() -> None:
    """Its library takes memory and a moment: who is paid in cash only must not pay for it at the start."""
    own = {"processors.payments.stripe_pages", "processors.payments.stripe_events"}
    wrong = []
    for folder in PRODUCT:
        for file in _files(folder):
            module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
            tree = ast.parse(file.read_text(encoding="utf-8"))
            at_the_top = {
                name
                for node in tree.body
                if isinstance(node, ast.Import | ast.ImportFrom)
                for name in (
                    [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
                )
            }
            if module not in own and any(
                name in own or name.split(".")[0] == "stripe" for name in at_the_top
            ):
                wrong.append(module)
    assert wrong == []


@pytest.mark.parametrize("folder", PRODUCT)
def test_the_product_does_not_print(folder: str) -> None:
    """What is printed reaches no log level, no filter and no rule about personal data."""
    wrong = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in _files(folder)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert wrong == []


@pytest.mark.parametrize("folder", [*PRODUCT, "devstack"])
def test_no_moment_is_without_a_time_zone(folder: str) -> None:
    """A naive moment means something else on each machine: `datetime.now()` needs a zone."""
    wrong = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in _files(folder)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr in NAIVE_TIMES or _is_naive_now(node)
    ]
    assert wrong == []


def _is_naive_now(call: ast.Call) -> bool:
    function = call.func
    is_now = (
        isinstance(function, ast.Attribute) and function.attr == "now" and "datetime" in ast.unparse(function)
    )
    return is_now and not call.args and not call.keywords


@pytest.mark.parametrize("folder", [*PRODUCT, "devstack"])
def test_a_file_is_one_idea(folder: str) -> None:
    """Past this length a file holds several: split it by subject."""
    lengths = {
        file.relative_to(ROOT): len(file.read_text(encoding="utf-8").splitlines()) for file in _files(folder)
    }
    assert {str(file): lines for file, lines in lengths.items() if lines > FILE_LINES_MAX} == {}


@pytest.mark.parametrize("folder", [*PRODUCT, "devstack", "tests"])
def test_every_folder_of_code_is_a_package(folder: str) -> None:
    """Without it, tests/processors would be imported in place of processors, and mypy would see two names."""
    folders = {file.parent for file in _files(folder)}
    assert [str(path.relative_to(ROOT)) for path in folders if not (path / "__init__.py").exists()] == []


def test_the_folder_of_migrations_never_hides_the_supabase_library() -> None:
    """A package of this name at the root would be imported in place of the library."""
    assert list((ROOT / "supabase").rglob("__init__.py")) == []


def test_migrations_have_names_that_sort_by_time() -> None:
    """The Supabase CLI applies them in this order and knows them by their number alone."""
    names = sorted(file.name for file in (ROOT / "supabase" / "migrations").iterdir())
    assert [name for name in names if not re.fullmatch(r"\d{14}_[a-z0-9_]+\.sql", name)] == []
    versions = [name.split("_")[0] for name in names]
    assert len(set(versions)) == len(versions)


def test_programs_do_not_shadow_the_standard_library() -> None:
    """The folder of a script leads the search path: libraries would import our queue.py for theirs."""
    names = {"queue", "types", "email", "logging", "json", "secrets", "signal", "time", "calendar", "select"}
    found = [file for folder in ("dashboard", "processors") for file in (ROOT / folder).glob("*.py")]
    assert [file.name for file in found if file.stem in names] == []


def test_decisions_are_numbered_in_a_row() -> None:
    """Two that were written at the same time must not share a number: it is how others name them."""
    found = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    titles = [file.read_text(encoding="utf-8").partition(".")[0] for file in found]
    assert [file.name[:4] for file in found] == [f"{number:04}" for number in range(1, len(found) + 1)]
    assert titles == [f"# {number}" for number in range(1, len(found) + 1)]
