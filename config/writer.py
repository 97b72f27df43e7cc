"""Writes registers of a site folder: checked first, replaced in one step, comments kept.

Only the hub's process writes (CONTRACT §3). A write is a temporary file beside the target, flushed
to disk, renamed over it, and the folder flushed: a reader sees the old or the new file, never half
of one, also after a power cut.

`tomlkit` is the one dependency of config besides msgspec: it alone keeps an operator's comments
and layout when a zone is changed.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Table

from config.entries import file_entry
from config.environment import expanded
from config.load import check_site
from config.problems import Problem, Severity, SiteInvalid
from config.registers import REGISTER_COLUMNS
from config.site import Datum
from config.text_file import text_of

#: Register name (as in `register.get/put`) → file.
REGISTER_FILES = {
    "site": "site.toml",
    "cameras": "cameras.csv",
    "zones": "zones.toml",
    "calibration": "calibration.toml",
    "ptz": "ptz.toml",
    "grid": "grid.geojson",
    "inspectors": "inspectors.csv",
    "items": "items.csv",
    "rules": "rules.csv",
    "checkpoints": "checkpoints.csv",
    "fences": "fences.toml",
    "rounds": "rounds.toml",
}
#: TOML registers that are lists of tables: name of the list and of the key that identifies one.
_TABLE_LISTS = {
    "zones": ("zone", "id"),
    "calibration": ("camera", "id"),
    "ptz": ("mount", "camera"),
    "fences": ("fence", "id"),
    "rounds": ("round", "id"),
}

Rows = Sequence[Mapping[str, Any]]


class UnknownRegister(KeyError):
    """No register is called that."""


def register_text(folder: Path, name: str) -> str:
    """The register as it is written; empty where the site has none. Raises UnknownRegister."""
    path = folder / _file_of(name)
    return path.read_bytes().decode("utf-8-sig") if path.exists() else ""


def put_register(
    folder: Path, name: str, content: str | Rows, *, environment: Mapping[str, str] | None = None
) -> tuple[Problem, ...]:
    """Replaces a register, after the whole site was checked with the new content in place.

    Args:
        content: the file's text, or its entries: rows for CSV (cells by column) and tables for
            TOML lists (values by key; an entry keeps its comments while its id stays). Values as
            `register.get` gives them are understood too (`config.entries`).

    Returns:
        The warnings of the new site.

    Raises:
        UnknownRegister: no such register, or entries for one that is not a list.
        SiteInvalid: the site would be invalid with this content, or an entry is none; nothing
            was written.
        OSError: the disk said no; the old file stands.
    """
    file = _file_of(name)
    environment = os.environ if environment is None else environment
    text = content if isinstance(content, str) else _text_of(folder, name, content, environment)
    problems = _checked_with(folder, file, text, environment)
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    before = set(check_site(folder, environment)[1]) if errors else set()
    new_errors = [problem for problem in errors if problem not in before or problem.file == file]
    if new_errors:
        raise SiteInvalid(tuple(new_errors))
    replace_file(folder / file, text.encode())
    return problems


def append_row(
    folder: Path, name: str, row: Mapping[str, Any], *, environment: Mapping[str, str] | None = None
) -> tuple[Problem, ...]:
    """Adds one row to a CSV register, checked as `put_register` does; the others stay as written.

    Raises: as `put_register`; SiteInvalid also where a row of that id is there.
    """
    file = _file_of(name)
    if file not in REGISTER_COLUMNS:
        raise UnknownRegister(f"{name} has no rows")
    key = REGISTER_COLUMNS[file][0][0]
    records = list(csv.reader(io.StringIO(register_text(folder, name), newline="")))
    at = [cell.strip() for cell in records[0]].index(key) if records else 0
    present = [record[at].strip() for record in records[1:] if len(record) > at]
    if row[key] in present:
        raise SiteInvalid((Problem(file, None, key, str(row[key]), "an id that is not taken"),))
    entries = [{key: identity} for identity in present if identity] + [dict(row)]
    return put_register(folder, name, entries, environment=environment)


def _file_of(name: str) -> str:
    try:
        return REGISTER_FILES[name]
    except KeyError:
        raise UnknownRegister(name) from None


def _text_of(folder: Path, name: str, entries: Rows, environment: Mapping[str, str]) -> str:
    try:
        return _entries_text(folder, name, entries, environment)
    except UnknownRegister:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        found = f"{type(error).__name__} {error}"
        expected = "entries as register.get gives them, or as the file has them"
        raise SiteInvalid((Problem(_file_of(name), None, None, found, expected),)) from error


def _checked_with(
    folder: Path, file: str, text: str, environment: Mapping[str, str]
) -> tuple[Problem, ...]:
    """The problems the site would have: the check runs on a copy of the registers."""
    with tempfile.TemporaryDirectory(prefix="gridwall-check-") as copy:
        for other in REGISTER_FILES.values():
            if other != file and (folder / other).is_file():
                shutil.copyfile(folder / other, Path(copy) / other)
        (Path(copy) / file).write_bytes(text.encode())
        return _without_other_files(check_site(Path(copy), environment)[1])


def _without_other_files(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Streets and tiles are not copied, so their absence in the copy says nothing."""
    return tuple(p for p in problems if p.key not in {"streets", "tiles"} or p.line is not None)


def _entries_text(folder: Path, name: str, entries: Rows, environment: Mapping[str, str]) -> str:
    site = check_site(folder, environment)[0]
    datum = Datum.WGS84 if site is None else site.datum
    rows = [file_entry(name, entry, datum) for entry in entries]
    old = register_text(folder, name)
    if name in _TABLE_LISTS:
        return _toml_text(old, *_TABLE_LISTS[name], rows)
    file = _file_of(name)
    if file not in REGISTER_COLUMNS:
        raise UnknownRegister(f"{name} is written as text, not as entries")
    return _csv_text(old, REGISTER_COLUMNS[file][0], rows, environment)


def _csv_text(old: str, columns: Sequence[str], rows: Rows, environment: Mapping[str, str]) -> str:
    """Rows below the old header, so that a city's own columns and their order survive."""
    records = list(csv.reader(io.StringIO(old, newline="")))
    header = [name.strip() for name in records[0]] if records else list(columns)
    header += [
        name
        for name in columns
        if name not in header and any(row.get(name) is not None for row in rows)
    ]
    former = _former_rows(header, records[1:], columns[0])
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        known = former.get(text_of(row.get(columns[0])), {})
        writer.writerow({key: _cell(key, row, known, environment) for key in header})
    return text.getvalue()


def _former_rows(
    header: Sequence[str], records: Sequence[Sequence[str]], id_column: str
) -> dict[str, dict[str, str]]:
    """The old cells by id; none for a register whose rows have no id of their own (rules)."""
    if id_column not in header or id_column == "item_code":
        return {}
    rows = [dict(zip(header, record, strict=False)) for record in records]
    return {row.get(id_column, "").strip(): row for row in rows}


def _cell(
    key: str, row: Mapping[str, Any], known: Mapping[str, str], environment: Mapping[str, str]
) -> str:
    """What is written: own columns nobody sent stay, a secret stays a reference to it."""
    old = known.get(key, "")
    if key not in row:
        return old
    new = text_of(row[key])
    return old if "${" in old and expanded(old, environment)[0] == new else new


def _toml_text(old: str, list_name: str, id_key: str, entries: Rows) -> str:
    """The old document with the list brought to `entries`; untouched tables stay as they are."""
    try:
        document = tomlkit.parse(old)
    except TOMLKitError as error:
        raise ValueError(f"the old file cannot be read: {error}") from error
    existing = document.get(list_name)
    if not isinstance(existing, AoT):
        document.pop(list_name, None)
        existing = tomlkit.aot()
        document[list_name] = existing
    wanted = {str(entry[id_key]): entry for entry in entries}
    for index in reversed(range(len(existing))):
        if str(existing[index].get(id_key)) not in wanted:
            del existing[index]
    present = {str(table.get(id_key)): table for table in existing}
    for identity, entry in wanted.items():
        table = present.get(identity)
        if table is None:
            existing.append(_filled(tomlkit.table(), entry))
        else:
            _filled(table, entry)
    return tomlkit.dumps(document)


def _filled(table: Table, entry: Mapping[str, Any]) -> Table:
    """Keys that stay the same keep their line and comment."""
    for key in [key for key in table if key not in entry or entry[key] is None]:
        del table[key]
    for key, value in entry.items():
        if value is not None and (key not in table or table[key] != value):
            table[key] = value
    return table


def replace_file(path: Path, content: bytes) -> None:
    """Writes a file so that it is whole at any moment and on disk when this returns."""
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, temporary)
        else:
            Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    """The rename itself must survive a power cut; systems without folder handles do it alone."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
