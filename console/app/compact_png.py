"""A picture as a small PNG: 256 colours chosen from the picture itself (median cut). Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QImage

#: The README is read over slow lines, too.
PICTURE_BYTES_MAX = 400_000
WIDTHS_PX = (1600, 1440, 1280, 1120, 960)
COLOUR_COUNT = 256
#: Colours are told apart to this many bits a channel while the palette is chosen.
BITS = 5


def compact_png(picture: QImage) -> bytes:
    """The largest of `WIDTHS_PX` that fits `PICTURE_BYTES_MAX`."""
    content = b""
    for width in WIDTHS_PX:
        scaled = picture.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)
        content = _png(_indexed(scaled.convertToFormat(QImage.Format.Format_RGB32)))
        if len(content) <= PICTURE_BYTES_MAX:
            break
    return content


def _indexed(image: QImage) -> QImage:
    height, width = image.height(), image.width()
    bits = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())
    pixels = bits[:, : width * 4].reshape(-1, 4)[:, 2::-1]
    reduced = (pixels >> (8 - BITS)).astype(np.int64)
    keys = (reduced[:, 0] << (2 * BITS)) | (reduced[:, 1] << BITS) | reduced[:, 2]
    used, counts = np.unique(keys, return_counts=True)
    sums = np.stack([np.bincount(keys, pixels[:, c].astype(np.float64)) for c in range(3)], 1)
    means = sums[used] / counts[:, None]
    of_colour = _boxes(means, counts)
    palette = np.stack(
        [
            np.average(means[of_colour == box], 0, counts[of_colour == box])
            for box in range(of_colour.max() + 1)
        ]
    )
    table = np.zeros(1 << (3 * BITS), np.uint8)
    table[used] = of_colour
    indices = np.ascontiguousarray(table[keys].reshape(height, width))
    result = QImage(indices.data, width, height, width, QImage.Format.Format_Indexed8).copy()
    result.setColorTable(
        [0xFF000000 | int(r) << 16 | int(g) << 8 | int(b) for r, g, b in palette.round()]
    )
    return result


def _boxes(colours: NDArray[np.float64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which of at most `COLOUR_COUNT` boxes each colour belongs to."""
    boxes = [np.arange(len(colours))]
    while len(boxes) < COLOUR_COUNT:
        spread = [_spread(colours[box], counts[box]) for box in boxes]
        widest = int(np.argmax(spread))
        if spread[widest] <= 0:
            break
        box = boxes.pop(widest)
        axis = int(np.argmax(np.ptp(colours[box], axis=0)))
        order = box[np.argsort(colours[box, axis], kind="stable")]
        total = np.cumsum(counts[order])
        cut = int(np.clip(np.searchsorted(total, total[-1] / 2), 1, len(order) - 1))
        boxes += [order[:cut], order[cut:]]
    found = np.zeros(len(colours), np.int64)
    for number, box in enumerate(boxes):
        found[box] = number
    return found


def _spread(colours: NDArray[np.float64], counts: NDArray[np.int64]) -> float:
    if len(colours) < 2:
        return 0.0
    return float(np.ptp(colours, axis=0).max() * np.sqrt(counts.sum()))


def _png(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG", 0)  # type: ignore[call-overload]  # the stub wants bytes, Qt a str
    return bytes(buffer.data().data())
