"""Pictures are read by the plug-in their first bytes name, and by no other."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage

from console.bridge.image_bytes import decoded_image

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"></svg>'


def encoded(name: str) -> bytes:
    image = QImage(8, 6, QImage.Format.Format_RGB32)
    image.fill(QColor(200, 40, 60))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, name)
    return bytes(buffer.data().data())


@pytest.mark.parametrize("name", ["PNG", "JPEG", "WEBP", "BMP", "PPM"])
def test_pictures_of_the_formats_in_use_are_read(name: str) -> None:
    image = decoded_image(encoded(name))
    assert (image.width(), image.height()) == (8, 6)
    assert image.pixelColor(4, 3).red() == pytest.approx(200, abs=12)


@pytest.mark.parametrize("content", [b"", b"no picture", SVG, b"\x89PNG\r\n\x1a\nbroken"])
def test_what_is_no_such_picture_is_a_null_image(content: bytes) -> None:
    assert decoded_image(content).isNull()
