"""Credentials of RTSP: Basic (RFC 7617) and Digest (RFC 2617, MD5) checks, and a digest answer. Pure.

MD5 is what cameras and players speak; a relay to another machine belongs into an encrypted net.
"""

from __future__ import annotations

import base64
import binascii
import enum
import hashlib
import hmac
import re
import secrets

_FIELD = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')
REALM = "gridwall"


class Scheme(enum.Enum):
    BASIC = "Basic"
    DIGEST = "Digest"


class Gate:
    """Knows one user and checks `Authorization` lines against it."""

    def __init__(self, user: str, password: str, scheme: Scheme = Scheme.DIGEST) -> None:
        self._user = user
        self._password = password
        self._scheme = scheme
        self._nonce = secrets.token_hex(16)

    def challenge(self) -> str:
        """The `WWW-Authenticate` line of a 401."""
        if self._scheme is Scheme.BASIC:
            return f'Basic realm="{REALM}"'
        return f'Digest realm="{REALM}", nonce="{self._nonce}"'

    def admits(self, method: str, authorization: str | None) -> bool:
        """Whether a request with this `Authorization` line may pass."""
        if authorization is None:
            return False
        scheme, _, rest = authorization.partition(" ")
        if scheme != self._scheme.value:
            return False
        if self._scheme is Scheme.BASIC:
            return self._basic_fits(rest)
        return self._digest_fits(method, rest)

    def _basic_fits(self, encoded: str) -> bool:
        try:
            given = base64.b64decode(encoded.strip(), validate=True)
        except binascii.Error:
            return False
        return hmac.compare_digest(given, f"{self._user}:{self._password}".encode())

    def _digest_fits(self, method: str, text: str) -> bool:
        fields = _fields(text)
        if fields.get("username") != self._user or fields.get("nonce") != self._nonce:
            return False
        middle = self._nonce
        if "qop" in fields:
            middle += f":{fields.get('nc', '')}:{fields.get('cnonce', '')}:{fields['qop']}"
        uri = fields.get("uri", "")
        expected = _response(self._user, REALM, self._password, middle, method, uri)
        return hmac.compare_digest(expected.encode(), fields.get("response", "").encode())


def digest_authorization(challenge: str, user: str, password: str, method: str, uri: str) -> str:
    """The `Authorization` line for a digest `challenge` (RFC 2617 §3.2.2, without qop).

    Raises ValueError for a challenge that is none of that kind.
    """
    fields = _fields(challenge)
    if not challenge.startswith("Digest ") or not {"realm", "nonce"} <= fields.keys():
        raise ValueError(f"no digest challenge: {challenge!r}")
    realm, nonce = fields["realm"], fields["nonce"]
    response = _response(user, realm, password, nonce, method, uri)
    return (
        f'Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
        f'response="{response}"'
    )


def _fields(text: str) -> dict[str, str]:
    return {name: quoted or plain for name, quoted, plain in _FIELD.findall(text)}


def _response(user: str, realm: str, password: str, middle: str, method: str, uri: str) -> str:
    """`middle`: the nonce, with qop its counters too."""
    secret, asked = _md5(f"{user}:{realm}:{password}"), _md5(f"{method}:{uri}")
    return _md5(f"{secret}:{middle}:{asked}")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
