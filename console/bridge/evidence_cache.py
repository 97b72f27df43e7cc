"""EvidenceCache: pictures of evidence by SHA-256, fetched off the GUI thread, remembered.

Evidence never changes (content-addressed), so a picture is fetched once; the least recently
shown goes first. Threads: GUI thread only; `fetch` runs on an errand thread.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from console.bridge.gui_thread import Errands
from console.bridge.image_bytes import decoded_image
from ingest.errors import GridwallError

#: Pictures kept; a 1080p picture is 8 MB, a snapshot of a sub-stream 1.6 MB.
KEPT_COUNT = 24


class EvidenceCache(QObject):
    """Signals: `arrived(sha)`: `image(sha)` has it now; `failed(sha, reason)`."""

    arrived = Signal(str)
    failed = Signal(str, str)

    def __init__(
        self, errands: Errands, fetch: Callable[[str], bytes], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._errands = errands
        self._fetch = fetch
        self._images: OrderedDict[str, QImage] = OrderedDict()
        self._on_the_way: set[str] = set()

    def set_fetch(self, fetch: Callable[[str], bytes]) -> None:
        """Another way to the evidence (the hub moved); pictures already here stay."""
        self._fetch = fetch

    def image(self, sha: str) -> QImage | None:
        """The picture, or None while it is being fetched (then `arrived` or `failed` follows)."""
        known = self._images.get(sha)
        if known is not None:
            self._images.move_to_end(sha)
            return known
        if sha not in self._on_the_way:
            self._on_the_way.add(sha)
            self._errands.run(
                lambda: _decoded(self._fetch(sha)),
                lambda image: self._take(sha, image),
                lambda error: self._give_up(sha, error),
            )
        return None

    def _take(self, sha: str, image: QImage) -> None:
        self._on_the_way.discard(sha)
        self._images[sha] = image
        while len(self._images) > KEPT_COUNT:
            self._images.popitem(last=False)
        self.arrived.emit(sha)

    def _give_up(self, sha: str, error: GridwallError) -> None:
        self._on_the_way.discard(sha)
        self.failed.emit(sha, str(error))


def _decoded(content: bytes) -> QImage:
    image = decoded_image(content)
    if image.isNull():
        raise GridwallError("this evidence is not a picture the console can show")
    return image
