"""The catalogue as a file for spreadsheets: one product a line, known by its sku, written and read the same way."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from processors.model import Json

COLUMNS = ("sku", "name", "description", "category", "price", "attributes", "image_url", "active")
NEEDED = ("sku",)
MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 10_000
YES = ("1", "true", "yes", "y", "si", "sì", "x", "vero")
NO = ("0", "false", "no", "n", "falso")
# A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is wrong with a file: the line as an editor counts it, the column, and the key of the text that says it."""

    line: int
    field: str
    key: str
    value: str = ""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Products of a file as `import_products` takes them, with the line of each, and what is wrong."""

    products: Sequence[Json]
    lines: Sequence[int]
    problems: Sequence[Problem]


def write(products: Iterable[Mapping[str, object]]) -> bytes:
    """A file with a header, semicolons and a mark of UTF-8, as spreadsheets here open by a double click."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for product in products:
        writer.writerow([_cell(name, product.get(name)) for name in COLUMNS])
    return out.getvalue().encode("utf-8-sig")


def read(content: bytes) -> Sheet:
    """The products of a file: comma, semicolon or tab, UTF-8 or Windows-1252; columns that lack stay as they are."""
    if len(content) > MOST_BYTES:
        return _refused(Problem(line=1, field="file", key="csv.too_large"))
    text = _decoded(content)
    if "\0" in text:
        return _refused(Problem(line=1, field="file", key="csv.not_text"))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error:
        return _refused(Problem(line=reader.line_num, field="file", key="csv.broken"))
    if not rows:
        return _refused(Problem(line=1, field="file", key="csv.empty"))
    header = [cell.strip().lower() for cell in rows[0][1]]
    wrong = [
        *(Problem(line=1, field=name, key="csv.unknown_column") for name in header if name not in COLUMNS),
        *(
            Problem(line=1, field=name, key="csv.twice_column")
            for name in set(header)
            if header.count(name) > 1
        ),
        *(Problem(line=1, field=name, key="csv.no_column") for name in NEEDED if name not in header),
    ]
    if wrong:
        return _refused(*wrong)
    if len(rows) - 1 > MOST_ROWS:
        return _refused(Problem(line=MOST_ROWS + 2, field="file", key="csv.too_many"))
    return _products(header, rows[1:])


def _products(header: Sequence[str], rows: Sequence[tuple[int, Sequence[str]]]) -> Sheet:
    products: list[Json] = []
    lines: list[int] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for line, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            problems.append(Problem(line=line, field="file", key="csv.cells", value=str(len(cells))))
            continue
        product: dict[str, object] = {}
        for name, cell in zip(header, cells, strict=True):
            if name == "active" and not cell.strip():
                continue
            try:
                product[name] = _value(name, cell.strip())
            except ValueError as problem:
                problems.append(Problem(line=line, field=name, key=str(problem), value=cell.strip()))
        sku = str(product.get("sku") or "")
        if sku and sku in seen:
            problems.append(Problem(line=line, field="sku", key="csv.twice", value=str(seen[sku])))
        seen.setdefault(sku, line)
        products.append(product)
        lines.append(line)
    if not products and not problems:
        problems.append(Problem(line=1, field="file", key="csv.empty"))
    return Sheet(products=products, lines=lines, problems=problems)


def _value(name: str, cell: str) -> object:
    """A cell as the database takes it. Raises ValueError with the key of what is wrong."""
    if cell[:1] == "'" and cell[1:2] in _FORMULA:
        cell = cell[1:]
    if name == "price":
        plain = cell.replace("€", "").replace("\u00a0", "").strip()
        if re.fullmatch(r"\d+(,\d{1,2})?", plain):
            plain = plain.replace(",", ".")
        if not re.fullmatch(r"\d+(\.\d{1,2})?", plain):
            raise ValueError("wrong.price")
        return plain
    if name == "active":
        if cell.lower() in YES:
            return True
        if cell.lower() in NO:
            return False
        raise ValueError("wrong.active")
    if name == "attributes":
        return _attributes(cell)
    if name == "image_url":
        return cell or None
    return cell


def _attributes(cell: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in cell.split(";"):
        if not part.strip():
            continue
        name, equals, values = part.partition("=")
        listed = [value.strip() for value in values.split("|") if value.strip()]
        if not equals or not name.strip() or not listed:
            raise ValueError("csv.attributes")
        found[name.strip()] = listed
    return found


def _cell(name: str, value: object) -> str:
    if name == "attributes" and isinstance(value, Mapping):
        return "; ".join(f"{key}={'|'.join(values)}" for key, values in value.items())
    if isinstance(value, bool):
        return "1" if value else "0"
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _delimiter(text: str) -> str:
    first = text.splitlines()[0] if text.strip() else ""
    return max(";,\t", key=first.count)


def _refused(*problems: Problem) -> Sheet:
    return Sheet(products=[], lines=[], problems=problems)
