"""CURVE keys: who may connect, in which role. Files are TOML, readable by people.

In the site folder (`[curve] keys_folder`): `hub.toml` the hub's own pair, `local.toml` an operator
key for processes of this machine that can read the folder, `authorized/<role>-<name>.toml` the
public half of everybody else. A client gets one file with its pair and the hub's public key.
"""

from __future__ import annotations

import enum
import os
import re
import tomllib
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from config.site import Site
from ingest.errors import Misconfigured
from ingest.feed.envelope import parse_utc_ns
from ingest.feed.sockets import CurveClient, CurveServer, new_key_pair

T = TypeVar("T")

AUTHORIZED = "authorized"
HUB_FILE = "hub.toml"
LOCAL_FILE = "local.toml"
LOCAL_NAME = "local"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z")


class KeyRole(enum.Enum):
    """PUBLISHER sends events · READER follows the feed and asks · OPERATOR does everything."""

    PUBLISHER = "publisher"
    READER = "reader"
    OPERATOR = "operator"


#: Roles a key of a role stands for.
IMPLIED = {
    KeyRole.PUBLISHER: frozenset({"publisher"}),
    KeyRole.READER: frozenset({"reader"}),
    KeyRole.OPERATOR: frozenset({"publisher", "reader", "operator"}),
}


class ClientKey(Struct, frozen=True):
    """What a client's key file holds. Keys are Z85 text; `hub_public_key` may be filled in later."""

    role: KeyRole
    name: str
    public_key: str
    secret_key: str
    hub_public_key: str = ""


class Authorized(Struct, frozen=True):
    """What the hub knows of a client. `until_utc`: the key ends then; empty: never."""

    role: KeyRole
    name: str
    public_key: str
    until_utc: str = ""

    def is_over(self, now_utc_ns: int) -> bool:
        """Whether the key has ended. A time nobody can read has: a mistake opens no door."""
        if not self.until_utc:
            return False
        try:
            return parse_utc_ns(self.until_utc) <= now_utc_ns
        except ValueError:
            return True


class _HubFile(Struct, frozen=True):
    public_key: str
    secret_key: str
    previous_public_key: str = ""
    previous_secret_key: str = ""
    previous_until_utc: str = ""


class HubKeys(Struct, frozen=True):
    """The hub's key, and the one before it while clients learn the new one."""

    current: CurveServer
    previous: CurveServer | None = None
    previous_until_utc: str = ""

    def has_previous(self, now_utc_ns: int) -> bool:
        """Whether the key before still holds. A time nobody can read has passed."""
        try:
            return self.previous is not None and parse_utc_ns(self.previous_until_utc) > now_utc_ns
        except ValueError:
            return False


def keys_folder(site: Site) -> Path:
    return site.folder / site.settings.curve.keys_folder


def hub_keys(folder: Path) -> CurveServer:
    """The hub's pair, made at the first call. Raises Misconfigured."""
    file = folder / HUB_FILE
    if not file.exists():
        public, secret = new_key_pair()
        _write_private(file, {"public_key": public, "secret_key": secret})
    return hub_key_pairs(folder).current


def hub_key_pairs(folder: Path) -> HubKeys:
    """The hub's pair and the one before, as the file says. Raises Misconfigured."""
    kept = _read(folder / HUB_FILE, _HubFile)
    previous = None
    if kept.previous_secret_key:
        previous = CurveServer(kept.previous_public_key, kept.previous_secret_key)
    current = CurveServer(kept.public_key, kept.secret_key)
    return HubKeys(current, previous, kept.previous_until_utc)


def rotate_hub_key(folder: Path, previous_until_utc: str) -> str:
    """Gives the hub a new pair; the one it has holds until then, too. Returns the new public key.

    A running hub takes it within a second. `local.toml` knows it at once.

    Raises:
        Misconfigured: there is no key yet, or a file cannot be used.
    """
    was = hub_key_pairs(folder).current
    public, secret = new_key_pair()
    values = {
        "public_key": public,
        "secret_key": secret,
        "previous_public_key": was.public_key,
        "previous_secret_key": was.secret_key,
        "previous_until_utc": previous_until_utc,
    }
    _write_private(folder / HUB_FILE, values)
    if (folder / LOCAL_FILE).exists():
        learn_hub_key(folder / LOCAL_FILE, public)
    return public


def learn_hub_key(file: Path, hub_public_key: str) -> bool:
    """Writes the hub's new public key into a client's file; False where it is there already."""
    key = _read(file, ClientKey)
    if key.hub_public_key == hub_public_key:
        return False
    values: dict[str, str] = msgspec.to_builtins(key)
    _write_private(file, values | {"hub_public_key": hub_public_key})
    return True


def new_client_key(
    role: KeyRole,
    name: str,
    folder: Path | None,
    *,
    replace: bool = False,
    until_utc: str = "",
) -> ClientKey:
    """A fresh pair; its public half is authorised in `folder` when one is given, until `until_utc`.

    Raises:
        Misconfigured: not a name, or the name is taken and `replace` was not asked for.
    """
    if not _NAME.match(name):
        raise Misconfigured(f"{name!r} is no key name: letters, digits, - and _, at most 64")
    public, secret = new_key_pair()
    if folder is None:
        return ClientKey(role, name, public, secret)
    hub = hub_keys(folder)
    file = folder / AUTHORIZED / f"{role.value}-{name}.toml"
    if file.exists() and not replace:
        raise Misconfigured(f"a {role.value} {name!r} has a key already: {file}")
    entry = {"role": role.value, "name": name, "public_key": public}
    _write_private(file, entry | ({"until_utc": until_utc} if until_utc else {}))
    return ClientKey(role, name, public, secret, hub.public_key)


def write_client_key(key: ClientKey, file: Path) -> None:
    """Writes a client's file, readable by its owner only. Raises Misconfigured if it exists."""
    if file.exists():
        raise Misconfigured(f"{file} exists already; choose another with --out")
    _write_private(file, msgspec.to_builtins(key))


def read_client_key(file: Path) -> CurveClient:
    """A client's side of CURVE from its file, followed when that changes. Raises Misconfigured."""
    stamp = _stamp_of(file)
    key = _read(file, ClientKey)
    if not key.hub_public_key:
        raise Misconfigured(f"{file} lacks hub_public_key: copy it from the hub's keys/{HUB_FILE}")
    return CurveClient(
        key.public_key, key.secret_key, key.hub_public_key, lambda: _renewed(file, stamp)
    )


def _renewed(file: Path, stamp: tuple[int, int]) -> CurveClient | None:
    """What the file says by now; None while it is the same, or cannot be used."""
    if _stamp_of(file) == stamp:
        return None
    try:
        return read_client_key(file)
    except Misconfigured:
        return None


def _stamp_of(file: Path) -> tuple[int, int]:
    try:
        status = file.stat()
    except OSError:
        return (0, 0)
    return (status.st_ino, status.st_mtime_ns)


def local_keys(site: Site) -> CurveClient | None:
    """Keys for a process that works with the site folder; None where the site has no CURVE.

    Raises:
        Misconfigured: CURVE is on, but no hub has made the local key yet or it is unreadable.
    """
    if not site.settings.curve.enabled:
        return None
    file = keys_folder(site) / LOCAL_FILE
    if not file.exists():
        raise Misconfigured(f"{file} is not there yet: start the hub once, it makes it")
    return read_client_key(file)


def prepare_site_keys(folder: Path) -> CurveServer:
    """The hub's pair; makes the local operator key where it is missing. Raises Misconfigured."""
    server = hub_keys(folder)
    if not (folder / LOCAL_FILE).exists():
        key = new_client_key(KeyRole.OPERATOR, LOCAL_NAME, folder, replace=True)
        write_client_key(key, folder / LOCAL_FILE)
    return server


def authorized_keys(folder: Path) -> dict[str, Authorized]:
    """Public key → who it is. Raises Misconfigured on a file that cannot be read."""
    found = (_read(file, Authorized) for file in sorted((folder / AUTHORIZED).glob("*.toml")))
    return {entry.public_key: entry for entry in found}


def _read(file: Path, kind: type[T]) -> T:
    try:
        return msgspec.convert(tomllib.loads(file.read_text("utf-8")), kind)
    except (OSError, ValueError) as error:
        raise Misconfigured(f"the key file {file} cannot be used: {error}") from error


def _write_private(file: Path, values: dict[str, str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = "".join(
        f"{name} = {msgspec.json.encode(value).decode()}\n" for name, value in values.items()
    )
    beside = file.with_name(f".{file.name}.{os.getpid()}")  # a reader never sees half a key
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as target:
        target.write(text)
    os.replace(beside, file)
