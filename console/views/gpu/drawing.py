"""GlDrawing: program, corners and textures of a wall window; one draw a frame.

Pixels come as rings and QPainter have them, BGRA or planes, and are turned in the shader: no format
that OpenGL ES would lack. Pictures of BGRA are in one texture, those of planes in three. Every
method needs the window's context current. Threads: GUI thread only.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage, QOpenGLContext, QSurfaceFormat
from PySide6.QtOpenGL import (
    QOpenGLBuffer,
    QOpenGLPixelTransferOptions,
    QOpenGLShader,
    QOpenGLShaderProgram,
    QOpenGLTexture,
    QOpenGLVertexArrayObject,
)
from shiboken6 import VoidPtr

from console.bridge.planes import Conversion, YuvPlanes
from console.views.compositor import CompositorFailed
from console.views.gpu.quads import FLOATS, Corners, Layer
from ingest.frames.frame import ColourMatrix, ColourRange, Colours

# Numbers of the OpenGL registry (gl.xml).
_FLOAT, _TRIANGLES, _COLOUR_BUFFER = 0x1406, 0x0004, 0x4000
_BLEND, _ONE, _ONE_MINUS_ALPHA = 0x0BE2, 1, 0x0303
_DEPTH_TEST, _SCISSOR_TEST, _CULL_FACE = 0x0B71, 0x0C11, 0x0B44
_CONTEXT_LOST = 0x0507
_FLOAT_BYTES = 4
#: Longest side of a texture: what devices with these versions have; one that has not says so (`check`).
TEXTURE_MOST_PX = 8192

DESKTOP_HEAD = "#version 330 core\n"
ES_HEAD = "#version 300 es\nprecision highp float;\nprecision highp sampler2D;\n"
VERTEX = """
in vec2 at_px;
in vec2 source_px;
in vec4 bounds_px;
in float layer;
uniform vec2 window_px;
out vec2 pixel;
flat out vec4 bounds;
flat out vec4 chroma_bounds;
flat out int kind;
void main() {
    pixel = source_px;
    bounds = vec4(bounds_px.xy + 0.5, bounds_px.zw - 0.5);
    chroma_bounds = vec4(bounds_px.xy * 0.5 + 0.5, ceil(bounds_px.zw * 0.5) - 0.5);
    kind = int(layer + 0.5);
    gl_Position = vec4(at_px.x / window_px.x * 2.0 - 1.0, 1.0 - at_px.y / window_px.y * 2.0, 0.0, 1.0);
}
"""
FRAGMENT = """
in vec2 pixel;
flat in vec4 bounds;
flat in vec4 chroma_bounds;
flat in int kind;
uniform sampler2D pictures;
uniform sampler2D look;
uniform sampler2D luma;
uniform sampler2D chroma_u;
uniform sampler2D chroma_v;
uniform vec4 ground;
out vec4 colour;
float plane(sampler2D from, vec2 at) {
    return textureLod(from, at / vec2(textureSize(from, 0)), 0.0).r;
}
vec3 of_planes(vec2 at, bool is_709, bool is_full) {
    vec2 halved = clamp(at * 0.5, chroma_bounds.xy, chroma_bounds.zw);
    float grey = plane(luma, at);
    vec2 tint = vec2(plane(chroma_u, halved), plane(chroma_v, halved)) - 128.0 / 255.0;
    if (!is_full) {
        grey = (grey - 16.0 / 255.0) * (255.0 / 219.0);
        tint *= 255.0 / 224.0;
    }
    vec4 share = is_709 ? SHARE_709 : SHARE_601;
    return vec3(grey + share.x * tint.y, grey - share.y * tint.x - share.z * tint.y, grey + share.w * tint.x);
}
void main() {
    vec2 at = clamp(pixel, bounds.xy, bounds.zw);
    if (kind == PICTURES) {
        colour = vec4(textureLod(pictures, at / vec2(textureSize(pictures, 0)), 0.0).bgr, 1.0);
    } else if (kind == LOOK) {
        colour = textureLod(look, at / vec2(textureSize(look, 0)), 0.0).bgra;
    } else if (kind == PLANES_601 || kind == PLANES_709 || kind == PLANES_601_FULL || kind == PLANES_709_FULL) {
        bool is_709 = kind == PLANES_709 || kind == PLANES_709_FULL;
        colour = vec4(of_planes(at, is_709, kind == PLANES_601_FULL || kind == PLANES_709_FULL), 1.0);
    } else {
        colour = ground;
    }
}
"""


def _fragment() -> str:
    """The fragment shader, its numbers told as constants."""

    def share(matrix: ColourMatrix) -> str:
        how = Conversion.of(Colours(matrix, ColourRange.FULL))
        return f"vec4({how.red_v:.6f}, {how.green_u:.6f}, {how.green_v:.6f}, {how.blue_u:.6f})"

    layers = "".join(f"const int {layer.name} = {layer.value};\n" for layer in Layer)
    shares = "".join(
        f"const vec4 SHARE_{name} = {share(matrix)};\n"
        for name, matrix in (("601", ColourMatrix.BT601), ("709", ColourMatrix.BT709))
    )
    return layers + shares + FRAGMENT


#: Texture units by the shader's names: pictures of BGRA, look, the three planes.
_SAMPLERS = ("pictures", "look", "luma", "chroma_u", "chroma_v")
_PICTURES_UNIT, _LOOK_UNIT, *_PLANE_UNITS = range(len(_SAMPLERS))
_FORMATS = QOpenGLTexture.TextureFormat
_PIXELS = {
    _FORMATS.RGBA8_UNorm: QOpenGLTexture.PixelFormat.RGBA,
    _FORMATS.R8_UNorm: QOpenGLTexture.PixelFormat.Red,
}
_ATTRIBUTES = (("at_px", 2), ("source_px", 2), ("bounds_px", 4), ("layer", 1))


def surface_format() -> QSurfaceFormat:
    """OpenGL 3.3 core or OpenGL ES 3.0, whichever Qt was built for.

    Without waiting for the monitor's refresh: the GUI thread would stand up to 16 ms in every
    swap, once for each window of the wall. A reset of the device is told where the driver can.
    """
    asked = QSurfaceFormat()
    asked.setOption(QSurfaceFormat.FormatOption.ResetNotification)
    if QOpenGLContext.openGLModuleType() == QOpenGLContext.OpenGLModuleType.LibGLES:
        asked.setVersion(3, 0)
    else:
        asked.setVersion(3, 3)
        asked.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
    asked.setSwapInterval(0)
    return asked


class ContextLost(CompositorFailed):
    """The device was reset, or its context went: another context may go on."""


class GlDrawing:
    """Raises CompositorFailed from every method when the driver refuses."""

    def __init__(self, context: QOpenGLContext) -> None:
        self._context = context
        self._functions = context.functions()
        self._program = _program(context)
        self._array = QOpenGLVertexArrayObject()
        self._corners = QOpenGLBuffer(QOpenGLBuffer.Type.VertexBuffer)
        if not self._array.create() or not self._corners.create():
            raise CompositorFailed("the graphics driver gives no vertex buffer")
        self._corners.setUsagePattern(QOpenGLBuffer.UsagePattern.DynamicDraw)
        self._lay_out()
        self._corner_count = 0
        self._pictures: QOpenGLTexture | None = None
        self._planes: tuple[QOpenGLTexture, ...] = ()
        self._look: QOpenGLTexture | None = None
        self._transfer = QOpenGLPixelTransferOptions()
        self._transfer.setAlignment(1)

    def _lay_out(self) -> None:
        self._array.bind()
        self._corners.bind()
        self._program.bind()
        offset = 0
        for name, count in _ATTRIBUTES:
            place = self._program.attributeLocation(name)
            self._program.enableAttributeArray(place)
            step = FLOATS * _FLOAT_BYTES
            self._program.setAttributeBuffer(place, _FLOAT, offset * _FLOAT_BYTES, count, step)
            offset += count
        for unit, name in enumerate(_SAMPLERS):
            self._functions.glUniform1i(self._program.uniformLocation(name), unit)
        self._program.release()
        self._array.release()

    # -- textures

    def make_pictures(self, width_px: int, height_px: int) -> None:
        """An empty texture for the pictures of BGRA; the former one is gone."""
        self._pictures = _texture(self._pictures, width_px, height_px)

    def make_planes(self, width_px: int, height_px: int) -> None:
        """Empty textures for the pictures of planes, both sides even; the former ones are gone."""
        former = self._planes or (None, None, None)
        half = (width_px // 2, height_px // 2)
        sizes = ((width_px, height_px), half, half)
        self._planes = tuple(
            _texture(old, *size, _FORMATS.R8_UNorm) for old, size in zip(former, sizes, strict=True)
        )

    def make_look(self, width_px: int, height_px: int) -> None:
        """An empty layer for the look; the former one is gone."""
        self._look = _texture(self._look, width_px, height_px)

    def put_picture(self, image: QImage, left_px: int, top_px: int) -> None:
        """Copies `image` to its place; it may be overwritten when this returns, not before."""
        self._put(self._pictures, image, (left_px, top_px), (0, 0, image.width(), image.height()))

    def put_planes(self, planes: YuvPlanes, left_px: int, top_px: int) -> None:
        """Copies three planes to their places, `left_px` and `top_px` even, as `put_picture` does."""
        half = (left_px // 2, top_px // 2)
        parts = (planes.luma, planes.chroma_u, planes.chroma_v)
        places = ((left_px, top_px), half, half)
        for texture, part, place in zip(self._planes, parts, places, strict=True):
            lines, line_bytes = part.shape
            self._transfer.setRowLength(line_bytes)
            _copy(texture, place, (line_bytes, lines), part, self._transfer)

    def put_look(self, image: QImage, x: int, y: int, width: int, height: int) -> None:
        """Copies one rectangle of `image` to the same rectangle of the layer."""
        self._put(self._look, image, (x, y), (x, y, width, height))

    def _put(
        self,
        texture: QOpenGLTexture | None,
        image: QImage,
        place: tuple[int, int],
        part: tuple[int, int, int, int],
    ) -> None:
        assert texture is not None
        stride = image.bytesPerLine()
        x, y, width, height = part
        begin = y * stride + x * 4
        self._transfer.setRowLength(stride // 4)
        bits = image.constBits()[begin:]
        _copy(texture, place, (width, height), bits, self._transfer)

    # -- a frame

    def put_corners(self, corners: Corners) -> None:
        """The quads of the frames to come, in their order."""
        self._corner_count = len(corners)
        self._corners.bind()
        self._corners.allocate(corners.tobytes(), corners.nbytes)
        self._corners.release()

    def draw(self, width_px: int, height_px: int, background: QColor, ground: QColor) -> None:
        """Pictures, then the look, in one draw."""
        assert self._look is not None
        gl = self._functions
        for state in (_DEPTH_TEST, _SCISSOR_TEST, _CULL_FACE):
            gl.glDisable(state)
        gl.glViewport(0, 0, width_px, height_px)
        gl.glClearColor(background.redF(), background.greenF(), background.blueF(), 1.0)
        gl.glClear(_COLOUR_BUFFER)
        gl.glEnable(_BLEND)
        gl.glBlendFunc(_ONE, _ONE_MINUS_ALPHA)
        self._program.bind()
        window = self._program.uniformLocation("window_px")
        gl.glUniform2f(window, float(width_px), float(height_px))
        colour = (ground.redF(), ground.greenF(), ground.blueF(), 1.0)
        gl.glUniform4f(self._program.uniformLocation("ground"), *colour)
        bound = [(self._look, _LOOK_UNIT), *zip(self._planes, _PLANE_UNITS, strict=False)]
        if self._pictures is not None:
            bound.append((self._pictures, _PICTURES_UNIT))
        for texture, unit in bound:
            texture.bind(unit)
        self._array.bind()
        gl.glDrawArrays(_TRIANGLES, 0, self._corner_count)
        self._array.release()
        for texture, unit in bound:
            texture.release(unit)
        self._program.release()

    def forget_errors(self) -> None:
        """Errors of others are not ours."""
        for _ in range(16):  # a lost context repeats its error for ever
            if self._functions.glGetError() == 0:
                return

    def check(self) -> None:
        """Raises ContextLost when it is, CompositorFailed when anything else went wrong meanwhile."""
        error = self._functions.glGetError()
        if error == _CONTEXT_LOST or not self._context.isValid():
            raise ContextLost("the graphics device was reset")
        if error:
            raise CompositorFailed(f"the graphics driver reports error 0x{error:04x}")

    def destroy(self) -> None:
        """Gives everything back to the driver."""
        for texture in (self._pictures, self._look, *self._planes):
            if texture is not None:
                texture.destroy()
        self._pictures, self._look, self._planes = None, None, ()
        self._corners.destroy()
        self._array.destroy()
        self._program.removeAllShaders()


def _copy(
    texture: QOpenGLTexture,
    place: tuple[int, int],
    size: tuple[int, int],
    content: bytes | bytearray | memoryview | NDArray[np.uint8],
    transfer: QOpenGLPixelTransferOptions,
) -> None:
    pixels: Any = VoidPtr(cast(Any, content))  # the stubs know addresses only
    kind = QOpenGLTexture.PixelType.UInt8
    texture.setData(*place, 0, *size, 1, _PIXELS[texture.format()], kind, pixels, transfer)


def _texture(
    former: QOpenGLTexture | None,
    width_px: int,
    height_px: int,
    form: QOpenGLTexture.TextureFormat = _FORMATS.RGBA8_UNorm,
) -> QOpenGLTexture:
    if former is not None:
        former.destroy()
    texture = QOpenGLTexture(QOpenGLTexture.Target.Target2D)
    texture.setFormat(form)
    texture.setSize(width_px, height_px)
    texture.setMipLevels(1)
    texture.allocateStorage(_PIXELS[form], QOpenGLTexture.PixelType.UInt8)
    texture.setMinMagFilters(QOpenGLTexture.Filter.Linear, QOpenGLTexture.Filter.Linear)
    texture.setWrapMode(QOpenGLTexture.WrapMode.ClampToEdge)
    if not texture.isStorageAllocated():
        raise CompositorFailed(f"the graphics driver gives no texture of {width_px}×{height_px}")
    return texture


def _program(context: QOpenGLContext) -> QOpenGLShaderProgram:
    head = ES_HEAD if context.isOpenGLES() else DESKTOP_HEAD
    program = QOpenGLShaderProgram()
    kinds = QOpenGLShader.ShaderTypeBit
    for kind, body in ((kinds.Vertex, VERTEX), (kinds.Fragment, _fragment())):
        if not program.addShaderFromSourceCode(kind, head + body):
            raise CompositorFailed(f"the graphics driver refuses a shader: {program.log().strip()}")
    if not program.link():
        raise CompositorFailed(f"the graphics driver links no program: {program.log().strip()}")
    return program
