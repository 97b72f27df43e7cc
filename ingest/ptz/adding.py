"""Found cameras into the register: through the hub, which alone writes the site folder.

Every row that is there stays as it is written (own columns, references to secrets); blocking.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ingest.errors import GridwallError

Ask = Callable[..., dict[str, Any]]
#: The hub checks the whole site before it writes.
WRITE_S = 30.0


class AlreadyThere(GridwallError):
    """An id is in the register already, or twice among the new rows."""


def add_cameras(ask: Ask, rows: Sequence[dict[str, str]], by: str) -> list[str]:
    """Adds rows to cameras.csv and returns the site's warnings.

    Args:
        ask: `QueryClient.ask`.

    Raises:
        AlreadyThere; QueryRefused with the mistakes (an environment variable that is not set beside
        the hub is one); RetryLater.
    """
    register = ask("register.get", timeout_s=WRITE_S, name="cameras")
    present = [str(row["id"]) for row in register["content"]]
    wanted = [row["id"] for row in rows]
    again = sorted({each for each in wanted if each in present or wanted.count(each) > 1})
    if again:
        raise AlreadyThere(f"cameras.csv has {', '.join(again)} already: choose another id")
    entries = [{"id": camera_id} for camera_id in present] + [dict(row) for row in rows]
    reply = ask(
        "register.put", timeout_s=WRITE_S, name="cameras", content=entries,
        version=register["version"], by=by,
    )  # fmt: skip
    return [str(text) for text in reply.get("warnings", ())]
