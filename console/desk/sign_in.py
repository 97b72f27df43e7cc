"""Sign-in: an operator's password becomes a pass that their seat shows with every request.

A pass says who and until when, and is sealed with the hub's own secret and the operator's password
hash: nothing is stored, a restarted hub knows it, a changed password ends it. Where the site names
operators, nobody changes anything without one.

Threads: `sign_in` the read thread (Argon2 takes its time on purpose), `identify` any.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from msgspec import Struct

from config.directory import SiteDirectory
from config.site import Operator
from console.desk.sign_in_data import PASS_KEY
from ingest.clock import Clock, SystemClock
from ingest.feed.log import Transaction
from ingest.feed.participant import (
    Caller,
    Operation,
    OperationRefused,
    OperationResult,
    ReadingOperation,
)
from ingest.secret_file import secret_of

log = logging.getLogger(__name__)

#: A pass holds for a long shift.
PASS_S = 14 * 3600.0
#: So many wrong passwords for one name, and the next is not looked at for a while.
WRONG_MOST = 5
WAIT_S = 60.0
#: Longest password looked at.
PASSWORD_CHARS = 200
#: Requests that need no operator: a phone shows its own pass, a terminal's key is its holder's word,
#: and what a seat says by itself (that it is there, that nobody reacted) is nobody's act.
_OPEN = frozenset(
    {
        "field.me", "field.tasks", "field.route", "field.act", "field.report", "field.unit",
        "field.checkpoint", "field.live", "field.round", "live.report", "devices.report", "seats",
        "escalate", "operator.sign_in", "operator.who", "partners.settle", "partners.take",
    }
)  # fmt: skip
#: Reading that says where people were: nobody's without a name.
_GUARDED_READS = ("trail.", "patrol.")
_hasher = PasswordHasher()


class _Pass(Struct, frozen=True):
    name: str
    until_ns: int
    nonce: str


def hashed(password: str) -> str:
    """The line of operators.toml for a password (Argon2id, the library's own cost)."""
    return _hasher.hash(password)


class SignIn:
    """Who may sign in is the site's; `folder` holds the hub's secret."""

    def __init__(
        self, directory: Callable[[], SiteDirectory], folder: Path, clock: Clock | None = None
    ) -> None:
        """Raises OSError where the secret can be neither read nor made."""
        self._directory = directory
        self._clock = clock or SystemClock()
        self._secret = secret_of(folder / "operators.key")
        self._wrong: dict[str, tuple[int, int]] = {}

    def operations(self) -> Mapping[str, Operation]:
        return {
            "operator.sign_in": ReadingOperation(self._sign_in),
            "operator.who": ReadingOperation(self._who),
        }

    @property
    def is_needed(self) -> bool:
        """Whether the site names operators."""
        return bool(self._directory().site.operators)

    def identify(self, op: str, request: dict[str, Any], caller: Caller, *, reads: bool) -> Caller:
        """The person behind a request; the caller as they came where the site names nobody.

        Raises OperationRefused where a person is needed and the pass is missing, wrong or over.
        """
        shown = request.pop(PASS_KEY, None)
        is_terminal = op == "unit.set" and request.get("by") == "terminal"
        if not self.is_needed or op in _OPEN or is_terminal:
            return caller
        if isinstance(shown, str):
            return self._caller_of(shown, caller)
        if reads and not op.startswith(_GUARDED_READS):
            return caller
        raise _refused("sign in first: this site names its operators")

    # -- operations

    def _sign_in(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        name, password = str(request.get("name", ""))[:80], str(request.get("password", ""))
        self._refuse_hasty(name)
        operator = self._operator(name)
        if operator is None or not _fits(operator, password[:PASSWORD_CHARS]):
            self._note_wrong(name)
            log.warning("a sign-in as %r was refused", name)
            raise OperationRefused("name and password do not fit together")
        self._wrong.pop(name, None)
        until_ns = self._clock.utc_ns() + round(PASS_S * 1e9)
        given = _Pass(operator.name, until_ns, secrets.token_hex(8))
        log.info("%s signed in at %s", operator.name, str(request.get("seat", "-"))[:80])
        return OperationResult({**_told(operator, until_ns), "pass": self._sealed(given, operator)})

    def _who(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        """Whether somebody must sign in, and who a pass stands for."""
        shown = request.get("pass")
        if not self.is_needed or not isinstance(shown, str):
            return OperationResult({"needed": self.is_needed, "name": None})
        given, operator = self._opened(shown)
        return OperationResult({"needed": True, **_told(operator, given.until_ns)})

    # -- inside

    def _operator(self, name: str) -> Operator | None:
        return next((one for one in self._directory().site.operators if one.name == name), None)

    def _caller_of(self, shown: str, caller: Caller) -> Caller:
        _, operator = self._opened(shown)
        roles = (caller.roles & {"publisher", "reader", "operator"}) | operator.roles
        return Caller(operator.name, roles, frozenset(operator.streets))

    def _opened(self, shown: str) -> tuple[_Pass, Operator]:
        body, _, seal = shown.partition(".")
        try:
            given = msgspec.json.decode(base64.urlsafe_b64decode(body), type=_Pass)
        except (ValueError, msgspec.DecodeError) as error:
            raise _refused("this pass is none; sign in again") from error
        operator = self._operator(given.name)
        if operator is None or not hmac.compare_digest(seal, self._seal(body, operator)):
            raise _refused("this pass does not hold any more; sign in again")
        if given.until_ns < self._clock.utc_ns():
            raise _refused("the shift's pass is over; sign in again")
        return given, operator

    def _sealed(self, given: _Pass, operator: Operator) -> str:
        body = base64.urlsafe_b64encode(msgspec.json.encode(given)).decode()
        return f"{body}.{self._seal(body, operator)}"

    def _seal(self, body: str, operator: Operator) -> str:
        key = self._secret + operator.password_hash.encode()
        return hmac.new(key, body.encode(), hashlib.sha256).hexdigest()

    def _refuse_hasty(self, name: str) -> None:
        count, since_ns = self._wrong.get(name, (0, 0))
        left_s = WAIT_S - (self._clock.mono_ns() - since_ns) / 1e9
        if count >= WRONG_MOST and left_s > 0:
            raise OperationRefused(f"too many wrong passwords; try again in {left_s:.0f} s")

    def _note_wrong(self, name: str) -> None:
        if len(self._wrong) > 1_000:
            self._wrong.clear()
        count, since_ns = self._wrong.get(name, (0, 0))
        if (self._clock.mono_ns() - since_ns) / 1e9 > WAIT_S:
            count = 0
        self._wrong[name] = count + 1, self._clock.mono_ns()


def _refused(text: str) -> OperationRefused:
    return OperationRefused(text, who_may="a signed-in operator", fields={"sign_in": True})


def _told(operator: Operator, until_ns: int) -> dict[str, Any]:
    return {
        "name": operator.name,
        "display": operator.display,
        "roles": sorted(operator.roles),
        "streets": sorted(operator.streets),
        "until_ns": until_ns,
    }


def _fits(operator: Operator, password: str) -> bool:
    try:
        return _hasher.verify(operator.password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
