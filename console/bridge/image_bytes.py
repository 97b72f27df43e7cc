"""decoded_image: a picture file's bytes as a QImage, on any thread, without asking every image plug-in.

PySide6 keeps the interpreter lock while QImage reads. Asked to guess the format, Qt lets the SVG
plug-in look at the bytes, whose stream object waits for Qt's lock of connections; the GUI thread may
hold that one while it waits for the interpreter lock: both stand still for ever (seen with PySide6 6.11).
"""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QImage

#: How a file begins → the plug-in that reads it.
_FORMATS: Final = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"RIFF": "WEBP",
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"P6": "PPM",
}


def decoded_image(content: bytes) -> QImage:
    """The picture; a null image where it is none of PNG, JPEG, WebP, GIF, BMP, PPM or cannot be read."""
    for beginning, name in _FORMATS.items():
        if content.startswith(beginning):
            return QImage.fromData(content, name)  # type: ignore[arg-type]  # takes str, its stub says bytes
    return QImage()
