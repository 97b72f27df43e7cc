"""site.toml: name, language, datum, addresses and every table of `config.settings`.

Keys, types and bounds come from the Structs themselves. Pure but for reading the one file in
`settings_of_folder`; any thread.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from config.environment import expanded
from config.host_port import host_and_port, is_loopback
from config.problems import (
    FileProblems,
    Noun,
    Problem,
    SiteInvalid,
    did_you_mean,
    has_errors,
    one_of,
    shown,
)
from config.relay_settings import RelaySettings
from config.settings import CalendarSettings, Settings, parse_timezone
from config.site import Datum, HubAddresses, Language
from config.store_settings import STORE_SCHEMES
from config.times import parse_hours
from config.toml_document import TomlDocument, read_toml
from config.toml_table import dotted

S = TypeVar("S", bound=Struct)

SITE_FILE = "site.toml"
_TOP_KEYS = ("name", "language", "coordinates", "tiles", "streets")
_ADDRESSES = ("intake", "feed", "query", "http", "jt808")
_LANGUAGE_ALIASES = {
    "zh": "zh_CN",
    "zh-CN": "zh_CN",
    "zh_cn": "zh_CN",
    "en_US": "en",
    "en-US": "en",
}


class SiteFile(Struct, frozen=True):
    """What site.toml says, before the registers are read."""

    name: str
    language: Language
    datum: Datum
    hub: HubAddresses
    settings: Settings
    tiles: str | None = None
    streets: str | None = None


def read_site_file(
    content: bytes, environment: Mapping[str, str], problems: FileProblems
) -> SiteFile | None:
    """The site file; None only where it is not TOML at all, so that registers are checked too."""
    document = read_toml(content, problems)
    if document is None:
        return None
    reader = _Reader(document, environment, problems)
    tables = {name: field.type for name, field in _fields(Settings).items()}
    reader.warn_unknown((), (*_TOP_KEYS, "hub", *tables))
    settings = Settings(**{name: reader.table(name, kind) for name, kind in tables.items()})
    _check_calendar(settings.calendar, reader)
    url = settings.store.url
    if url is not None and not url.startswith(STORE_SCHEMES):
        kind = shown(url.partition("://")[0])
        reader.error(("store", "url"), kind, "postgresql://USER:PASSWORD@HOST/DATABASE")
    for kind, code in settings.desk.items.items():
        line = document.line("desk", "items", kind)
        problems.refers(Noun.ITEM, code, line=line, key=f"desk.items.{kind}")
    _check_relay(settings.relay, reader)
    hub = reader.table("hub", HubAddresses)
    _check_addresses(hub, reader)
    _check_distinct(hub, reader)
    return SiteFile(
        name=reader.top("name", str) or "",
        language=_language(reader),
        datum=reader.top("coordinates", Datum) or Datum.WGS84,
        hub=hub,
        settings=settings,
        tiles=reader.top("tiles", str) or settings.map.tiles,
        streets=reader.top("streets", str),
    )


def _language(reader: _Reader) -> Language:
    return reader.top("language", Language, _LANGUAGE_ALIASES) or Language.CHINESE


def _fields(kind: type[Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    return {field.name: field for field in msgspec.structs.fields(kind)}


class _Reader:
    """Converts keys of the document to the types of the Structs, telling what does not fit."""

    def __init__(
        self, document: TomlDocument, environment: Mapping[str, str], problems: FileProblems
    ) -> None:
        self._document = document
        self._environment = environment
        self._problems = problems

    def warn_unknown(self, path: tuple[str, ...], known: tuple[str, ...]) -> None:
        values: Any = self._document.values
        for part in path:
            values = values[part]
        for key in values:
            if key not in known:
                found = f"unknown key {key!r}{did_you_mean(key, known)}"
                where = (*path, key)
                self._problems.warning(
                    found, _few(known), line=self._document.line(*where), key=".".join(where)
                )

    def error(self, path: tuple[str | int, ...], found: str, expected: str) -> None:
        self._problems.error(found, expected, line=self._document.line(*path), key=dotted(path))

    def top(self, key: str, kind: type[Any], aliases: Mapping[str, str] | None = None) -> Any:
        """A key of the top level as `kind`, or None. `name` is the one that must be there."""
        value = self._document.values.get(key)
        if value is None:
            if key == "name":
                self._problems.error("no name", 'name = "…"', line=1, key="name")
            return None
        if aliases and isinstance(value, str):
            value = aliases.get(value, value)
        converted = self._converted((key,), value, kind)
        if kind is str and isinstance(converted, str) and not converted.strip():
            self.error((key,), "an empty text", "a text")
        return converted

    def table(self, name: str, kind: type[S]) -> S:
        """A table as `kind`; keys that do not fit keep their default and are told."""
        raw = self._document.values.get(name, {})
        if not isinstance(raw, dict):
            self.error((name,), shown(raw), f"a table [{name}]")
            return kind()
        fields = _fields(kind)
        self.warn_unknown(
            (name,) if raw else (), tuple(fields) if raw else tuple(self._document.values)
        )
        good = {}
        for key, value in raw.items():
            if key in fields:
                converted = self._converted((name, key), value, fields[key].type)
                if converted is not None:
                    good[key] = converted
        return kind(**good)

    def _converted(self, path: tuple[str, ...], value: Any, kind: Any) -> Any:
        try:
            return msgspec.convert(self._expanded(path, value), kind)
        except msgspec.ValidationError as error:
            inner = _inner_path(str(error))
            self.error((*path, *inner), shown(_at(value, inner)), _expected(kind, str(error)))
            return None

    def _expanded(self, path: tuple[str, ...], value: Any) -> Any:
        """Environment references in texts, also inside lists and tables."""
        if isinstance(value, str):
            text, missing = expanded(value, self._environment)
            for name in missing:
                self.error(path, f"${{{name}}}, which is not set", f"environment variable {name}")
            return text
        if isinstance(value, list):
            return [self._expanded(path, entry) for entry in value]
        if isinstance(value, dict):
            return {key: self._expanded(path, entry) for key, entry in value.items()}
        return value


#: Where msgspec says a nested value is wrong: `Expected … - at `$[0].tiles[1]``.
_AT = re.compile(r"at `\$([^`]*)`")
_STEP = re.compile(r"\[(\d+)\]|\.([\w-]+)")


def _inner_path(message: str) -> tuple[str | int, ...]:
    """The steps from a key's value down to what does not fit; empty for the value itself."""
    found = _AT.search(message)
    steps = _STEP.findall(found.group(1)) if found else []
    return tuple(int(index) if index else name for index, name in steps)


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def _few(known: tuple[str, ...]) -> str:
    """The known keys, cut: the whole list of a large table helps nobody."""
    return one_of(known) if len(known) <= 8 else f"{', '.join(known[:8])}, …"


def _expected(kind: Any, message: str) -> str:
    """What a type wants, in words: enums by their values, the rest as msgspec says it."""
    if isinstance(kind, type) and issubclass(kind, Datum | Language):
        return one_of(member.value for member in kind)
    text = message.split(" - at ")[0].strip()
    return text.removeprefix("Expected ").replace("`", "").split(", got")[0]


def _check_calendar(calendar: CalendarSettings, reader: _Reader) -> None:
    try:
        parse_timezone(calendar.timezone)
    except ValueError:
        reader.error(
            ("calendar", "timezone"),
            shown(calendar.timezone),
            'a zone like "Asia/Shanghai", "+08:00" or "local"',
        )
    for text in calendar.hours:
        try:
            span = parse_hours(text)
            good = text.strip().endswith("24:00") or span.start < span.end
        except ValueError:
            good = False
        if not good:
            expected = 'working hours like "08:00-12:00" (within one day)'
            reader.error(("calendar", "hours"), shown(text), expected)


def _check_relay(relay: RelaySettings, reader: _Reader) -> None:
    if not relay.cameras:
        return
    places = [(("relay", "address"), relay.address)]
    places += [(("relay", "stand_ins"), place) for place in relay.stand_ins]
    if relay.listen is not None:
        places.append((("relay", "listen"), relay.listen))
    seen: set[str] = set()
    for path, place in places:
        parts = host_and_port(place)
        if parts is None:
            found = f"{shown(place)}: no machine would find the relay's cameras"
            reader.error(path, found, 'host:port, like "10.0.0.5:7464"')
        elif not relay.password and not is_loopback(parts[0]):
            found = f"{shown(place)}, which others reach, and no password: anybody could watch"
            reader.error(path, found, 'password = "${GRIDWALL_RELAY}" in [relay]')
        if place in seen and path[1] == "stand_ins":
            found = f"{shown(place)} again: a relay cannot stand in for itself"
            reader.error(path, found, "each place once")
        seen.add(place)


def _check_addresses(hub: HubAddresses, reader: _Reader) -> None:
    for field in _ADDRESSES:
        address = getattr(hub, field)
        is_socket = field in {"intake", "feed", "query"}
        if not _is_address(address, is_socket=is_socket):
            expected = "tcp://HOST:PORT or ipc://PATH" if is_socket else "HOST:PORT"
            reader.error(("hub", field), shown(address), expected)


def _check_distinct(hub: HubAddresses, reader: _Reader) -> None:
    """Two doors at one address: the second could not open."""
    seen: dict[str, str] = {}
    for field in _ADDRESSES:
        address = getattr(hub, field).removeprefix("tcp://")
        if address.endswith((":0", ":*")):
            continue
        first = seen.setdefault(address, field)
        if first != field:
            found = f"{shown(address)}, which hub.{first} has already"
            reader.error(("hub", field), found, "an address of its own")


def _is_address(address: str, *, is_socket: bool) -> bool:
    if is_socket:
        if address.startswith("ipc://"):
            return len(address) > len("ipc://")
        if not address.startswith("tcp://"):
            return False
        address = address.removeprefix("tcp://")
    host, colon, port = address.rpartition(":")
    if is_socket and port == "*":
        return _is_host(host)  # any free port: the hub's ready line tells which
    if not colon or not port.isascii() or not port.isdigit() or int(port) > 65_535:
        return False
    return _is_host(host.strip("[]"))


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(host) and all(part.replace("-", "").isalnum() for part in host.split("."))
    return True


def settings_of_folder(folder: Path) -> Settings:
    """See `config.settings.load_settings`."""
    found: list[Problem] = []
    problems = FileProblems(SITE_FILE, found)
    try:
        content = (folder / SITE_FILE).read_bytes()
    except OSError as error:
        problems.error(error.strerror or "no such file", "a site.toml in the site folder")
        raise SiteInvalid(tuple(found)) from error
    site_file = read_site_file(content, os.environ, problems)
    if site_file is None or has_errors(found):
        raise SiteInvalid(tuple(found))
    return site_file.settings
