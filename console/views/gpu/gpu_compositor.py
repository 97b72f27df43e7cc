"""GpuCompositor: a wall window on the graphics device: what changed is uploaded, then one draw.

A surface lies over the wall view, lets the mouse through and takes what is to be seen from the
scene. After a reset of the device another surface, with a context of its own, goes on; whatever else
goes wrong, it says so once and is replaced by the raster compositor.
Threads: GUI thread only.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Collection

import numpy as np
from PySide6.QtCore import QRect, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QOpenGLContext, QPaintEvent, QRegion
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QWidget

from console.bridge.tile_image import TileImage
from console.views import theme
from console.views.compositor import WallScene
from console.views.gpu.atlas import Atlas, Size, packed
from console.views.gpu.drawing import TEXTURE_MOST_PX, ContextLost, GlDrawing, surface_format
from console.views.gpu.quads import layer_of, look_corners, part_corners
from console.views.gpu.wall_look import WallLook
from console.views.tile_painter import TilePainter
from console.views.tile_picture import PartSource, PicturePart
from console.views.tile_status import CARDS

_log = logging.getLogger(__name__)

#: A paint that was asked for and has not come after so many looks (ten a second) never comes.
OVERDUE_LOOKS = 20
#: The driver is asked for errors with the first frames and then every so many: asking waits for it.
CHECK_FRAMES = 25
#: A device that is reset again so soon after a reset is given up.
LOST_AGAIN_S = 30.0

PictureKey = tuple[int, PartSource]
#: What tells one picture of a place from the next: number, arrival, region, size.
Stamp = tuple[object, ...]


class GpuCompositor:
    """A `Compositor`; `on_failed(reason)` is called once, outside of any paint."""

    takes_planes = True

    def __init__(self, widget: QWidget, scene: WallScene, on_failed: Callable[[str], None]) -> None:
        self._widget, self._scene, self._on_failed = widget, scene, on_failed
        self._drawing: GlDrawing | None = None
        self._look = WallLook()
        self._atlases = _no_atlases()
        self._parts: dict[int, tuple[PicturePart, ...]] = {}
        self._look_keys: dict[int, object] = {}
        self._stale: set[int] = set()
        self._uploaded: dict[PictureKey, Stamp] = {}
        self._has_failed = False
        self._is_lost = False
        self._lost_at_s = -math.inf
        self._waited_looks = -1
        self._frame_count = 0
        self._surface: _Surface | None = self._new_surface()

    # -- Compositor

    def pictures_changed(self, tiles: Collection[TilePainter]) -> None:
        for tile in tiles:
            self._stale.add(tile.address.index)
            if tile.mode in CARDS:
                self._look.mark(QRegion(tile.rect))
        self._ask()

    def look_changed(self, region: QRegion) -> None:
        self._look.mark(region)
        for index, tile in self._scene.tile_painters.items():
            if region.intersects(tile.rect):
                self._stale.add(index)
        self._ask()

    def paint(self, event: QPaintEvent) -> None:
        """The surface covers the widget."""

    def resized(self) -> None:
        if self._surface is None:
            return
        self._surface.setGeometry(self._widget.rect())
        self._parts, self._look_keys = {}, {}
        self.look_changed(QRegion(QRect(0, 0, *self._size())))

    def look_alive(self) -> None:
        handle = self._widget.window().windowHandle()
        if self._waited_looks < 0 or handle is None or not handle.isExposed():
            return
        self._waited_looks += 1
        if self._waited_looks <= OVERDUE_LOOKS:
            return
        reason = "the graphics device has painted nothing for two seconds"
        context = None if self._surface is None else self._surface.context()
        if self._frame_count and (context is None or not context.isValid()):
            self._lose(reason)
        else:
            self._fail(reason)

    def release(self) -> None:
        surface = self._surface
        if surface is None:
            return
        if self._drawing is not None:
            surface.makeCurrent()
            self.drop(surface)
            surface.doneCurrent()
        self._surface = None
        surface.hide()
        surface.setParent(None)
        surface.deleteLater()

    # -- what the surface tells, its context being current

    def begin(self, surface: QOpenGLWidget) -> None:
        """A new context: nothing of a former one is left."""
        self._uploaded, self._atlases = {}, _no_atlases()
        self._look = WallLook()
        self._parts, self._look_keys = {}, {}
        self._is_lost, self._frame_count = False, 0
        try:
            self._drawing = GlDrawing(surface.context())
        except Exception as error:  # noqa: BLE001 - boundary: whatever a driver does, the wall goes on
            self._fail(str(error))

    def frame(self) -> None:
        """Paints a frame."""
        if self._drawing is None or self._has_failed or self._is_lost:
            return
        began = time.perf_counter()
        self._waited_looks = -1
        try:
            self._frame(self._drawing)
        except ContextLost as error:
            self._lose(str(error))
            return
        except Exception as error:  # noqa: BLE001 - boundary: whatever a driver does, the wall goes on
            self._fail(str(error))
            return
        self._scene.painting.paint_took((time.perf_counter() - began) * 1e3)

    def drop(self, surface: QOpenGLWidget) -> None:
        """The context of `surface` goes; that of a former surface is nobody's any more."""
        if surface is not self._surface or self._drawing is None:
            return
        if QOpenGLContext.currentContext() is not None:  # a lost one cannot be made current
            self._drawing.destroy()
        self._drawing = None

    # -- a frame

    def _frame(self, drawing: GlDrawing) -> None:
        width, height = self._size()
        checks = self._frame_count % CHECK_FRAMES == 0
        if checks:
            drawing.forget_errors()
        if self._look.resize(width, height):
            drawing.make_look(width, height)
        stale, self._stale = self._stale, set()
        moved = self._take_parts(stale)
        moved = self._place_pictures(drawing) or moved
        torn = self._upload(drawing)
        for rect in self._look.paint(self._scene, self._widget.devicePixelRatioF()):
            drawing.put_look(self._look.image, rect.x(), rect.y(), rect.width(), rect.height())
        if moved:
            self._put_corners(drawing, width, height)
        background, ground = QColor(theme.COLOURS.background), QColor(theme.COLOURS.panel)
        drawing.draw(width, height, background, ground)
        if checks:
            drawing.check()
        self._frame_count += 1
        if torn:
            self._stale |= torn
            QTimer.singleShot(0, self._widget, self._ask)

    def _take_parts(self, stale: set[int]) -> bool:
        """Takes the pictures of tiles that changed; True when any lies elsewhere now."""
        painters = self._scene.tile_painters
        gone = [index for index in self._parts if index not in painters]
        for index in gone:
            del self._parts[index]
        moved = bool(gone)
        for index, tile in painters.items():
            if index not in stale and index in self._parts:
                continue
            parts = tile.take_parts()
            moved = moved or _places(parts) != _places(self._parts.get(index, ()))
            self._parts[index] = parts
            if tile.look_key != self._look_keys.get(index):
                self._look_keys[index] = tile.look_key
                self._look.mark(QRegion(tile.rect))
        return moved

    def _place_pictures(self, drawing: GlDrawing) -> bool:
        """Every picture gets its place in its texture; True when those of a texture got new ones."""
        wanted = self._wanted()
        moved = False
        for has_planes, atlas in self._atlases.items():
            sizes = [(k, _room(i)) for k, i in wanted.items() if _has_planes(i) is has_planes]
            if all(atlas.place(key, size) is not None for key, size in sizes):
                continue
            made = self._atlases[has_planes] = packed(sizes, TEXTURE_MOST_PX)
            repacked = dict(sizes)
            self._uploaded = {k: s for k, s in self._uploaded.items() if k not in repacked}
            if made.size != atlas.size:
                (drawing.make_planes if has_planes else drawing.make_pictures)(*made.size)
            moved = True
        return moved

    def _wanted(self) -> dict[PictureKey, TileImage]:
        return {
            (index, part.source): part.image
            for index, parts in self._parts.items()
            for part in parts
            if part.image is not None
        }

    def _upload(self, drawing: GlDrawing) -> set[int]:
        """Copies pictures that are others now; returns the tiles whose ring moved on meanwhile."""
        torn = set()
        for key, image in self._wanted().items():
            stamp = _stamp(image)
            if self._uploaded.get(key) == stamp:
                continue
            place = self._place(key, image)
            assert place is not None
            if image.planes is not None:
                drawing.put_planes(image.planes, *place)
                self._scene.painting.uploaded_bytes += image.planes.byte_count
            else:
                drawing.put_picture(image.image, *place)
                self._scene.painting.uploaded_bytes += image.image.sizeInBytes()
            self._uploaded[key] = stamp
            index, source = key
            feed = self._scene.tile_painters[index].feed
            if source is PartSource.PICTURE and feed is not None and not feed.still_valid():
                self._scene.painting.repaint_count += 1
                del self._uploaded[key]
                torn.add(index)
        return torn

    def _place(self, key: PictureKey, image: TileImage) -> tuple[int, int] | None:
        return self._atlases[_has_planes(image)].place(key, _room(image))

    def _put_corners(self, drawing: GlDrawing, width: int, height: int) -> None:
        found = []
        for index, parts in self._parts.items():
            for part in parts:
                key, image = (index, part.source), part.image
                place = None if image is None else self._place(key, image)
                found.append(part_corners(part, place or (0, 0)))
        drawing.put_corners(np.concatenate([*found, look_corners(width, height)]))

    # -- inside

    def _size(self) -> tuple[int, int]:
        """The surface's pixels, rounded as Qt does it."""
        size = self._widget.size() * self._widget.devicePixelRatioF()
        return size.width(), size.height()

    def _new_surface(self) -> _Surface:
        surface = _Surface(self._widget, self)
        surface.setGeometry(self._widget.rect())
        surface.lower()
        surface.show()
        return surface

    def _lose(self, reason: str) -> None:
        """Another surface goes on, unless the last one was lost a moment ago."""
        if self._is_lost or self._has_failed:
            return
        now_s = time.monotonic()
        if now_s - self._lost_at_s < LOST_AGAIN_S:
            self._fail(reason)
            return
        self._is_lost, self._lost_at_s = True, now_s
        QTimer.singleShot(0, self._widget, lambda: self._renew(reason))

    def _renew(self, reason: str) -> None:
        if self._surface is None:  # released meanwhile
            return
        _log.warning("%s: textures and programs are made anew", reason)
        self.release()
        self._surface = self._new_surface()
        self._is_lost = False
        self._ask()

    def _ask(self) -> None:
        if self._surface is not None:
            self._waited_looks = max(0, self._waited_looks)
            self._surface.update()

    def _fail(self, reason: str) -> None:
        if self._has_failed:
            return
        self._has_failed = True
        QTimer.singleShot(0, self._widget, lambda: self._on_failed(reason))


class _Surface(QOpenGLWidget):
    """The part of the window that the graphics device paints."""

    def __init__(self, parent: QWidget, compositor: GpuCompositor) -> None:
        super().__init__(parent)
        self._compositor = compositor
        self.setFormat(surface_format())
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def initializeGL(self) -> None:
        self.context().aboutToBeDestroyed.connect(self._on_context_going)
        self._compositor.begin(self)

    def paintGL(self) -> None:
        self._compositor.frame()

    @Slot()
    def _on_context_going(self) -> None:
        self.makeCurrent()
        self._compositor.drop(self)
        self.doneCurrent()


def _no_atlases() -> dict[bool, Atlas]:
    """Whether its pictures are planes → the places in the texture."""
    return {False: Atlas((0, 0)), True: Atlas((0, 0))}


def _has_planes(image: TileImage) -> bool:
    return image.planes is not None


def _room(image: TileImage) -> Size:
    """The size of a picture's place; that of planes is even, for their chroma lies at half of it."""
    width, height = image.size
    return (width, height) if image.planes is None else (width + width % 2, height + height % 2)


def _stamp(image: TileImage) -> Stamp:
    return image.number, image.received_mono_ns, image.region_norm, image.size, _has_planes(image)


def _places(parts: tuple[PicturePart, ...]) -> list[object]:
    """What the corners of `parts` depend on, but for the places in the atlas."""
    return [
        (p.source, p.target.getRect(), p.source_px, p.image and (p.image.size, layer_of(p.image)))
        for p in parts
    ]
