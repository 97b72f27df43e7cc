"""Which graphics device is there, and whether the wall is better painted by it.

Threads: GUI thread only (a context is made for a moment).
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QOffscreenSurface, QOpenGLContext

from config.settings import WallCompositor
from console.views.gpu.drawing import surface_format

#: Renderers that are the processor itself (Mesa, SwiftShader, Windows' and macOS' own).
SOFTWARE = (
    "llvmpipe", "softpipe", "swrast", "swiftshader", "software", "basic render", "gdi generic",
)  # fmt: skip
_RENDERER = 0x1F01


@dataclass(frozen=True, slots=True)
class GlRenderer:
    """What OpenGL is played on.

    Attributes:
        name: GL_RENDERER.
        has_needed: OpenGL 3.3, or OpenGL ES 3.0.
    """

    name: str
    has_needed: bool = True

    @property
    def is_software(self) -> bool:
        name = self.name.lower()
        return any(word in name for word in SOFTWARE)


def probe() -> GlRenderer | None:
    """The renderer of this display; None: it has no OpenGL."""
    surface, context = QOffscreenSurface(), QOpenGLContext()
    context.setFormat(surface_format())
    if not context.create():
        return None
    surface.setFormat(context.format())
    surface.create()
    if not context.makeCurrent(surface):
        return None
    name = str(context.functions().glGetString(_RENDERER) or "unknown")
    version = tuple(context.format().version())
    context.doneCurrent()
    return GlRenderer(name, version >= ((3, 0) if context.isOpenGLES() else (3, 3)))


def chosen(asked: WallCompositor, renderer: GlRenderer | None) -> WallCompositor:
    """RASTER or GPU. A processor that plays a graphics device is slower than QPainter (measured)."""
    if asked is WallCompositor.RASTER or renderer is None or not renderer.has_needed:
        return WallCompositor.RASTER
    if asked is WallCompositor.AUTO and renderer.is_software:
        return WallCompositor.RASTER
    return WallCompositor.GPU
