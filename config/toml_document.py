"""A TOML file with the line of every key, so that a mistake can be pointed at.

`tomllib` gives values but no lines for keys; the small scanner here finds them (it trusts tomllib
for validity and only needs to be right on valid files). Pure; any thread.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

from config.problems import FileProblems
from config.text_file import read_text

KeyPath = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?")
_KEY = re.compile(
    r"""^\s*((?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*="""
)
_PART = re.compile(r""""([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+)""")
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")


class TomlDocument:
    """Parsed values and where each key stands.

    Attributes:
        values: the document as tomllib gives it.
    """

    def __init__(self, values: dict[str, Any], lines: dict[KeyPath, int]) -> None:
        self.values = values
        self._lines = lines

    def line(self, *path: str | int) -> int | None:
        """The line of a key, or of its nearest written parent; None for the whole file."""
        for length in range(len(path), 0, -1):
            found = self._lines.get(path[:length])
            if found is not None:
                return found
        return None


def read_toml(content: bytes, problems: FileProblems) -> TomlDocument | None:
    """The document, or None with the mistake told to `problems`."""
    text = read_text(content, problems)
    if text is None:
        return None
    if not text.strip():
        problems.warning("an empty file", "at least one key", line=1)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        at_line = _AT_LINE.search(message)
        line = int(at_line.group(1)) if at_line else text.count("\n") + 1
        problems.error(_AT_LINE.sub("", message).strip(), "valid TOML", line=line)
        return None
    return TomlDocument(values, key_lines(text))


def key_lines(text: str) -> dict[KeyPath, int]:
    """Key path → 1-based line for a valid TOML text; array-of-table elements count from 0."""
    lines: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    scanner = _ValueScanner()
    for number, line in enumerate(text.split("\n"), start=1):
        if scanner.inside_value:
            scanner.feed(line)
            continue
        header = _HEADER.match(line)
        if header:
            table = _table_path(header, counts)
            lines.setdefault(table, number)
            continue
        key = _KEY.match(line)
        if key:
            path = table + _parts(key.group(1))
            lines.setdefault(path, number)
            scanner.feed(line[key.end() :])
    return lines


def _parts(dotted: str) -> KeyPath:
    return tuple(a or b or c for a, b, c in _PART.findall(dotted))


def _table_path(header: re.Match[str], counts: dict[KeyPath, int]) -> KeyPath:
    """`[[zone]]` opens the next element; `[zone.x]` below it belongs to the newest element."""
    path: KeyPath = ()
    parts = _parts(header.group(2))
    for position, part in enumerate(parts):
        path = (*path, part)
        is_last = position == len(parts) - 1
        if is_last and header.group(1) == "[[":
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


class _ValueScanner:
    """Follows brackets and multi-line strings from line to line."""

    def __init__(self) -> None:
        self._depth = 0
        self._quote: str | None = None

    @property
    def inside_value(self) -> bool:
        return self._depth > 0 or self._quote is not None

    def feed(self, line: str) -> None:
        position = 0
        while position < len(line):
            position = self._step(line, position)

    def _step(self, line: str, position: int) -> int:
        if self._quote is not None:
            return self._inside_string(line, position)
        character = line[position]
        if character == "#":
            return len(line)
        if character in "\"'":
            triple = character * 3
            if line.startswith(triple, position):
                self._quote = triple
                return position + 3
            return _end_of_string(line, position)
        if character in "[{":
            self._depth += 1
        elif character in "]}":
            self._depth -= 1
        return position + 1

    def _inside_string(self, line: str, position: int) -> int:
        assert self._quote is not None
        if self._quote == '"""' and line[position] == "\\":
            return position + 2
        if line.startswith(self._quote, position):
            end = position + 3
            while end < len(line) and line[end] == self._quote[0]:
                end += 1  # up to two quotes may belong to the text itself
            self._quote = None
            return end
        return position + 1


def _end_of_string(line: str, start: int) -> int:
    quote, position = line[start], start + 1
    while position < len(line) and line[position] != quote:
        position += 2 if quote == '"' and line[position] == "\\" else 1
    return position + 1
