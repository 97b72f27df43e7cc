"""Tables of cases as files: CSV (UTF-8 with a mark, for spreadsheets) and XLSX, out and in.

Only importer of openpyxl. Reads and writes row by row: a year of a district does not fit in memory.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path

import openpyxl

from config.site import Language
from console.desk.case import CaseData
from console.desk.exchange.columns import ALIASES, COLUMNS, safe_text
from ingest.errors import GridwallError

#: A sheet of XLSX has no more rows.
XLSX_ROWS_MOST = 1_048_575
#: Encodings tried on a CSV file; Chinese spreadsheets save GB18030.
ENCODINGS = ("utf-8-sig", "gb18030")


class TableUnreadable(GridwallError):
    """A file that is no table of cases, or one too long for its format."""


def write_csv(file: Path, cases: Iterable[CaseData], language: Language) -> int:
    """Writes a table; returns its rows."""
    count = 0
    with file.open("w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target)
        writer.writerow([column.heading(language) for column in COLUMNS])
        for case in cases:
            writer.writerow([safe_text(column.value(case)) for column in COLUMNS])
            count += 1
    return count


def write_xlsx(file: Path, cases: Iterable[CaseData], language: Language) -> int:
    """Writes a workbook of one sheet; returns its rows. Raises TableUnreadable when too long."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("案件" if language is Language.CHINESE else "Cases")
    sheet.freeze_panes = "A2"
    sheet.append([column.heading(language) for column in COLUMNS])
    count = 0
    for case in cases:
        count += 1
        if count > XLSX_ROWS_MOST:
            raise TableUnreadable(f"more than {XLSX_ROWS_MOST} cases: export them as CSV")
        sheet.append([_printable(safe_text(column.value(case))) for column in COLUMNS])
    book.save(file)
    return count


def _printable(value: object) -> object:
    """Control characters are not allowed in a workbook."""
    if isinstance(value, str):
        return "".join(c for c in value if c >= " " or c in "\n\t")
    return value


def read_rows(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a CSV or XLSX file: number in the file, our column name → text.

    Raises:
        TableUnreadable: no table, or no column we know.
    """
    rows = _xlsx_rows(file) if file.suffix.lower() == ".xlsx" else _csv_rows(file)
    names: list[str | None] | None = None
    for number, cells in enumerate(rows, start=1):
        if names is None:
            names = [ALIASES.get(cell.strip().lower()) for cell in cells]
            if not {"title", "note", "item_code"} & set(names):
                known = ", ".join(sorted(set(ALIASES.values())))
                raise TableUnreadable(f"{file.name}: no column is known; expected {known}")
            continue
        if any(cells):
            found = zip(names, cells, strict=False)
            yield number, {name: cell.strip() for name, cell in found if name and cell.strip()}


def _csv_rows(file: Path) -> Iterator[list[str]]:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise TableUnreadable(f"{file}: {error.strerror or error}") from error
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        try:
            yield from csv.reader(io.StringIO(text))
        except csv.Error as error:
            raise TableUnreadable(f"{file.name} is no CSV table: {error}") from error
        return
    raise TableUnreadable(f"{file.name} is neither UTF-8 nor GB18030 text")


def _xlsx_rows(file: Path) -> Iterator[list[str]]:
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    except Exception as error:
        raise TableUnreadable(f"{file.name} is no XLSX workbook: {error}") from error
    try:
        for row in book.worksheets[0].iter_rows(values_only=True):
            yield [_text(value) for value in row]
    finally:
        book.close()


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
