"""What the gateway and the process of live phones say to each other: one JSON object a line.

The gateway asks on the child's standard input; answers and news come on its standard output. Values
only: the gateway must not load the media libraries.
"""

from __future__ import annotations

from msgspec import Struct

#: Lines longer than this are no message: a session description has some kilobytes.
LINE_MOST = 256 << 10


class IceServers(Struct, frozen=True):
    """STUN and TURN servers both sides may use to find each other (RFC 8445)."""

    urls: tuple[str, ...] = ()
    user: str | None = None
    password: str | None = None


class Setup(Struct, frozen=True, tag="setup"):
    """The first line: where pictures are served, with which password, for how many phones."""

    rtsp: str
    password: str
    calls_most: int
    ice: IceServers = IceServers()


class Offer(Struct, frozen=True, tag="offer"):
    """A phone wants to send pictures as camera `camera_id`; a former call of it ends."""

    number: int
    camera_id: str
    sdp: str


class HangUp(Struct, frozen=True, tag="hang_up"):
    """The phone stops."""

    camera_id: str


class Answer(Struct, frozen=True, tag="answer"):
    """To an offer: the session description, or why not."""

    number: int
    sdp: str = ""
    error: str = ""


class LiveList(Struct, frozen=True, tag="live"):
    """News: whose pictures can be watched now, and how many watch each."""

    watchers: dict[str, int]


Ask = Setup | Offer | HangUp
News = Answer | LiveList
