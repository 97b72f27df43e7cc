"""What lies on the hub's library and how it is asked for. Values only: seats import this, too."""

from __future__ import annotations

import enum
from typing import Annotated, Any

from msgspec import Meta, Raw, Struct


class LibraryKind(enum.Enum):
    """The value is the word in `register.changed.<word>.-`."""

    LAYOUT = "layouts"
    SCENE = "scenes"
    TOUR = "tours"


Name = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]*\S[^\x00-\x1f]*$")]
Number = Annotated[int, Meta(ge=1, le=999_999)]
By = Annotated[str, Meta(max_length=80)]


class LibraryItem(Struct, frozen=True):
    """One layout, scene or tour as it lies on the library. `content`: a JSON object."""

    kind: LibraryKind
    name: str
    number: int | None
    version: int
    by: str
    saved_utc: str
    content: Raw


class ListRequest(Struct, frozen=True):
    """`library.list`: all, or one kind."""

    kind: LibraryKind | None = None


class PutRequest(Struct, frozen=True):
    """`library.put`: `version` is the one that was read; 0 asks for a new name; None overwrites."""

    kind: LibraryKind
    name: Name
    content: dict[str, Any]
    number: Number | None = None
    version: int | None = None
    by: By = ""


class RenameRequest(Struct, frozen=True):
    """`library.rename`: a new name and number for what is called `name`."""

    kind: LibraryKind
    name: Name
    to: Name
    number: Number | None = None
    by: By = ""


class RemoveRequest(Struct, frozen=True):
    """`library.remove`."""

    kind: LibraryKind
    name: Name
    by: By = ""
