"""The renderer's machine: OpenGL passes on an off-screen context, one picture at a time.

Per camera: static scenery once into two layers (lit, shaded) with depth, ambient occlusion
added. Per picture: shadows of movers, both layers mixed by them, movers, smoke, finish.
Runs in one thread of one process; the only importer of moderngl.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from console.demo.cameras import HEIGHT_PX, WIDTH_PX, View
from console.demo.render import shaders
from console.demo.render.changes import WHOLE, Rect, changed_rects
from console.demo.render.figures import FIGURE_PARTS
from console.demo.render.light import Light
from console.demo.render.matrices import look, orthographic, perspective, view_matrix
from console.demo.render.meshes import VERTEX_FLOATS, Array
from console.demo.render.movers import Mover, Puff
from console.demo.render.scenery import Scenery
from console.demo.render.stalls import STALLS
from console.demo.render.textures import leaf_texture, noise_texture, sign_atlas
from console.demo.render.uniforms import FAR_M, NEAR_M, Matrices, scene_uniforms
from console.demo.render.vehicles import VEHICLES

#: Pictures are drawn at this many times their size and averaged.
OVERSAMPLING = 1.5
_HEADLESS: dict[str, Any] = {"backend": "egl"}
_VERTEX_LAYOUT = "3f 3f 2f 3f 1f 4f"
_VERTEX_NAMES = ("in_position", "in_normal", "in_uv", "in_colour", "in_material", "in_extra")
_INSTANCE_LAYOUT = "4f 4f 4f 3f 3f 1f /i"
_INSTANCE_NAMES = ("in_row0", "in_row1", "in_row2", "in_tint_a", "in_tint_b", "in_id")
_INSTANCE_FLOATS = 19


@dataclass(frozen=True, slots=True)
class Picture:
    """A rendered picture with what is where in it."""

    rgb: NDArray[np.uint8]
    ids: NDArray[np.float32] | None
    smoke_alpha: NDArray[np.float32] | None


class Renderer:
    """Draws one camera's scene. `set_scene`, then `draw` as often as wanted; `close` at the end."""

    def __init__(self) -> None:
        self._gl = moderngl.create_standalone_context(**_HEADLESS)
        self._gl.enable(moderngl.DEPTH_TEST)
        self._programs = {
            "static": self._gl.program(shaders.VERTEX, shaders.STATIC_FRAGMENT),
            "mover": self._gl.program(shaders.VERTEX, shaders.MOVER_FRAGMENT),
            "shadow": self._gl.program(shaders.VERTEX, shaders.SHADOW_FRAGMENT),
            "sky": self._gl.program(shaders.SCREEN_VERTEX, shaders.SKY_FRAGMENT),
            "occlusion": self._gl.program(shaders.SCREEN_VERTEX, shaders.OCCLUSION_FRAGMENT),
            "compose": self._gl.program(shaders.SCREEN_VERTEX, shaders.COMPOSE_FRAGMENT),
            "finish": self._gl.program(shaders.SCREEN_VERTEX, shaders.FINISH_FRAGMENT),
            "contact": self._gl.program(shaders.CONTACT_VERTEX, shaders.CONTACT_FRAGMENT),
            "smoke": self._gl.program(shaders.SMOKE_VERTEX, shaders.SMOKE_FRAGMENT),
        }
        self._meshes = {
            name: self._mesh_buffer(make())
            for name, make in {**VEHICLES, **FIGURE_PARTS, **STALLS}.items()
        }
        self._corners = self._gl.buffer(np.array([-1, -1, 1, -1, -1, 1, 1, 1], "f4").tobytes())
        self._instances = self._gl.buffer(reserve=_INSTANCE_FLOATS * 4 * 4096)
        self._particles = self._gl.buffer(reserve=12 * 4 * 1024)
        self._contacts = self._gl.buffer(reserve=6 * 4 * 512)
        self._make_arrays()
        self._make_textures()
        self._make_targets()
        self._view: View | None = None
        self._scene_buffer: moderngl.Buffer | None = None

    def close(self) -> None:
        self._gl.release()

    def _mesh_buffer(self, vertices: Array) -> tuple[moderngl.Buffer, int]:
        return self._gl.buffer(vertices.tobytes()), len(vertices)

    def _array(self, program: str, vertices: moderngl.Buffer) -> moderngl.VertexArray:
        known = self._programs[program]

        def kept(layout: str, names: tuple[str, ...]) -> tuple[str, list[str]]:
            """Attributes the compiler removed are skipped as padding."""
            formats, per_instance = layout.split(" /")[0].split(), " /i" if "/i" in layout else ""
            words, used = [], []
            for form, name in zip(formats, names, strict=True):
                if name in known:
                    words.append(form)
                    used.append(name)
                else:
                    words.append(f"{int(form[0]) * 4}x")
            return " ".join(words) + per_instance, used

        first, first_names = kept(_VERTEX_LAYOUT, _VERTEX_NAMES)
        second, second_names = kept(_INSTANCE_LAYOUT, _INSTANCE_NAMES)
        return self._gl.vertex_array(
            known, [(vertices, first, *first_names), (self._instances, second, *second_names)]
        )

    def _make_arrays(self) -> None:
        self._arrays = {
            (program, name): self._array(program, buffer)
            for program in ("mover", "shadow")
            for name, (buffer, _count) in self._meshes.items()
        }
        self._screens = {
            name: self._gl.vertex_array(self._programs[name], [])
            for name in ("sky", "occlusion", "compose", "finish")
        }
        self._contact_array = self._gl.vertex_array(
            self._programs["contact"],
            [
                (self._corners, "2f", "in_corner"),
                (self._contacts, "4f 2f /i", "in_place", "in_size"),
            ],
        )
        self._smoke_array = self._gl.vertex_array(
            self._programs["smoke"],
            [
                (self._corners, "2f", "in_corner"),
                (self._particles, "4f 4f 4f /i", "in_centre", "in_look", "in_tint"),
            ],
        )

    def _make_textures(self) -> None:
        noise, leaf, signs = noise_texture(), leaf_texture(), sign_atlas()
        self._noise = self._gl.texture((noise.shape[1], noise.shape[0]), 4, noise.tobytes())
        self._leaf = self._gl.texture((128, 128), 4, leaf.tobytes())
        self._signs = self._gl.texture((1024, 1024), 4, signs.tobytes())
        for texture in (self._noise, self._leaf, self._signs):
            texture.build_mipmaps()
            texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        self._leaf.repeat_x = self._leaf.repeat_y = False

    def _make_targets(self) -> None:
        self._big = (round(WIDTH_PX * OVERSAMPLING), round(HEIGHT_PX * OVERSAMPLING))
        gl, big = self._gl, self._big
        self._raw = [gl.texture(big, 4, dtype="f2") for _ in range(2)]
        self._layers = [gl.texture(big, 4, dtype="f2") for _ in range(2)]
        self._static_depth = gl.depth_texture(big)
        self._static_depth.compare_func = ""
        self._raw_target = gl.framebuffer(self._raw, self._static_depth)
        self._layer_target = gl.framebuffer(self._layers)
        self._colour, self._ids = gl.texture(big, 4, dtype="f2"), gl.texture(big, 1, dtype="f4")
        self._depth = gl.depth_texture(big)
        self._depth.compare_func = ""
        self._scene_target = gl.framebuffer([self._colour, self._ids], self._depth)
        self._smoke = gl.texture((WIDTH_PX, HEIGHT_PX), 4, dtype="f2")
        self._smoke_target = gl.framebuffer([self._smoke])
        self._out = gl.framebuffer([gl.texture((WIDTH_PX, HEIGHT_PX), 3)])
        self._still = gl.framebuffer([gl.texture((WIDTH_PX, HEIGHT_PX), 3)])
        no_ids = gl.texture(big, 1, np.zeros(big[0] * big[1], "f4").tobytes(), dtype="f4")
        self._static_target = gl.framebuffer([self._layers[0], no_ids], self._static_depth)
        self._shadow_map, self._mover_map = (
            gl.depth_texture((4096, 4096)),
            gl.depth_texture((2048, 2048)),
        )
        for shadow in (self._shadow_map, self._mover_map):
            shadow.compare_func = "<="
            shadow.filter = (moderngl.LINEAR, moderngl.LINEAR)
            shadow.repeat_x = shadow.repeat_y = False
        self._shadow_target = gl.framebuffer(depth_attachment=self._shadow_map)
        self._mover_target = gl.framebuffer(depth_attachment=self._mover_map)

    # --- scene -----------------------------------------------------------------------------

    def set_scene(self, view: View, scenery: Scenery, light: Light) -> None:
        """Draws everything static of `view` once."""
        self._view, self._light, self._scenery = view, light, scenery
        self._view_projection = perspective(view, NEAR_M, FAR_M) @ view_matrix(view)
        forward = view.axes()[2]
        self._focus = (view.x_m + forward[0] * 32, view.y_m + forward[1] * 32, 0.0)
        sun = light.sun_direction
        self._shadow_matrix = orthographic(115.0, 300.0) @ look(
            sun, (view.x_m + forward[0] * 70, view.y_m + forward[1] * 70, 0.0)
        )
        self._mover_matrix = orthographic(42.0, 120.0) @ look(sun, self._focus)
        self._set_uniforms()
        if self._scene_buffer is not None:
            self._scene_buffer.release()
        self._scene_buffer = self._gl.buffer(scenery.vertices.tobytes())
        self._draw_static(len(scenery.vertices))

    def _draw_static(self, vertex_count: int) -> None:
        assert self._scene_buffer is not None
        one = np.zeros(_INSTANCE_FLOATS, "f4")
        one[[0, 5, 10]] = 1.0
        one[12:18] = 1.0
        self._instances.write(one.tobytes())
        for name, target in (("shadow", self._shadow_target), ("static", self._raw_target)):
            array = self._array(name, self._scene_buffer)
            target.use()
            target.clear(depth=1.0)
            if name == "shadow":
                self._set("shadow", "uViewProjection", self._shadow_matrix)
            else:
                self._gl.disable(moderngl.DEPTH_TEST)
                self._screens["sky"].render(moderngl.TRIANGLES, vertices=3)
                self._gl.enable(moderngl.DEPTH_TEST)
                self._set("static", "uViewProjection", self._view_projection)
            array.render(moderngl.TRIANGLES, vertices=vertex_count, instances=1)
            array.release()
        self._layer_target.use()
        self._gl.disable(moderngl.DEPTH_TEST)
        self._static_depth.use(5)
        self._raw[0].use(6)
        self._raw[1].use(7)
        self._screens["occlusion"].render(moderngl.TRIANGLES, vertices=3)
        self._gl.enable(moderngl.DEPTH_TEST)
        self._gl.copy_framebuffer(self._scene_target, self._static_target)
        self._smoke_target.clear(0, 0, 0, 0)
        self._finish(self._still, 0.0, [])

    def _set(self, program: str, name: str, value: object) -> None:
        known = self._programs[program]
        if name not in known:
            return
        uniform = known[name]
        if not isinstance(uniform, moderngl.Uniform):
            return
        if isinstance(value, np.ndarray):
            uniform.write(np.ascontiguousarray(value.T, "f4").tobytes())
        else:
            uniform.value = value

    def _set_uniforms(self) -> None:
        values = scene_uniforms(
            self._require_view(),
            self._light,
            self._scenery,
            Matrices(self._view_projection, self._shadow_matrix, self._mover_matrix),
            big_px=self._big,
            oversampling=OVERSAMPLING,
        )
        for name in self._programs:
            for key, value in values.items():
                self._set(name, key, value)
        for unit, texture in enumerate(
            (self._noise, self._leaf, self._signs, self._shadow_map, self._mover_map)
        ):
            texture.use(unit)

    # --- one picture ------------------------------------------------------------------------

    def draw(
        self,
        movers: Sequence[Mover],
        puffs: Sequence[Puff] = (),
        *,
        time_s: float = 0.0,
        truth: bool = False,
    ) -> Picture:
        """One picture; with `truth` also the id of every pixel and the smoke's opacity."""
        batches = self._batches(movers)
        sunny = max(self._light.sun) > 0.15
        rects = changed_rects(self._require_view(), self._light, movers, puffs)
        self._scene_target.use()  # a copy is cut to the scissor of what is in use
        self._gl.copy_framebuffer(self._scene_target, self._static_target)
        if sunny:
            self._mover_target.use()
            self._mover_target.clear(depth=1.0)
            self._set("shadow", "uViewProjection", self._mover_matrix)
            self._draw_batches("shadow", batches)
            self._cast_shadows(rects)
        self._draw_contacts(movers)
        self._set("mover", "uViewProjection", self._view_projection)
        self._scene_target.use()
        self._draw_batches("mover", batches)
        self._draw_smoke(puffs)
        self._out.use()
        self._gl.copy_framebuffer(self._out, self._still)
        self._finish(self._out, time_s, [WHOLE] if self._light.rain else rects)
        rgb = np.frombuffer(self._out.read(components=3, alignment=1), np.uint8).reshape(
            HEIGHT_PX, WIDTH_PX, 3
        )
        if not truth:
            return Picture(rgb, None, None)
        ids = np.frombuffer(self._ids.read(), np.float32).reshape(self._big[1], self._big[0])[::-1]
        alpha = np.frombuffer(self._smoke.read(), np.float16).reshape(HEIGHT_PX, WIDTH_PX, 4)[
            ::-1, :, 3
        ]
        return Picture(rgb, ids, alpha.astype(np.float32))

    def _batches(self, movers: Sequence[Mover]) -> list[tuple[str, int, NDArray[np.float32]]]:
        groups: dict[str, list[NDArray[np.float32]]] = {}
        for mover in movers:
            for part in mover.parts:
                row = np.empty(_INSTANCE_FLOATS, np.float32)
                row[:12] = part.matrix[:3].ravel()
                row[12:15], row[15:18], row[18] = part.tint_a, part.tint_b, mover.number
                groups.setdefault(part.mesh, []).append(row)
        return [(mesh, len(rows), np.stack(rows)) for mesh, rows in groups.items()]

    def _draw_batches(
        self, program: str, batches: list[tuple[str, int, NDArray[np.float32]]]
    ) -> None:
        for mesh, count, rows in batches:
            self._instances.write(rows.tobytes())
            self._arrays[program, mesh].render(
                moderngl.TRIANGLES, vertices=self._meshes[mesh][1], instances=count
            )

    def _require_view(self) -> View:
        if self._view is None:
            raise RuntimeError("set_scene must come before draw")
        return self._view

    def _cast_shadows(self, rects: Sequence[Rect]) -> None:
        """Mixes the shaded layer in where movers take the sun."""
        self._scene_target.use()
        self._static_depth.use(5)
        self._layers[0].use(6)
        self._layers[1].use(7)
        self._gl.depth_func = "1"
        for x, y, width, height in rects:
            big = [round(side * OVERSAMPLING) for side in (x, y, width, height)]
            self._scene_target.scissor = (big[0], big[1], big[2], big[3])
            self._screens["compose"].render(moderngl.TRIANGLES, vertices=3)
        self._scene_target.scissor = (0, 0, *self._big)
        self._gl.depth_func = "<="

    def _draw_contacts(self, movers: Sequence[Mover]) -> None:
        rows = [
            (m.contact[0], m.contact[1], m.contact[2], 0.55, m.contact[3], m.contact[4])
            for m in movers
            if m.contact
        ]
        if not rows:
            return
        self._contacts.write(np.array(rows, "f4").tobytes())
        self._set("contact", "uViewProjection", self._view_projection)
        self._gl.enable(moderngl.BLEND)
        self._gl.blend_func = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA
        self._scene_target.depth_mask = False
        self._contact_array.render(moderngl.TRIANGLE_STRIP, vertices=4, instances=len(rows))
        self._scene_target.depth_mask = True
        self._gl.disable(moderngl.BLEND)

    def _draw_smoke(self, puffs: Sequence[Puff]) -> None:
        self._smoke_target.use()
        self._smoke_target.clear(0, 0, 0, 0)
        if not puffs:
            return
        assert self._view is not None
        eye = np.array([self._view.x_m, self._view.y_m, self._view.height_m])
        ordered = sorted(
            puffs, key=lambda p: -float(np.sum((np.array([p.x, p.y, p.z]) - eye) ** 2))
        )
        rows = [
            (p.x, p.y, p.z, p.radius_m, p.turn_rad, *p.drift, float(p.flame), *p.tint)
            for p in ordered
        ]
        self._particles.write(np.array(rows, "f4").tobytes())
        self._depth.use(5)
        self._set("smoke", "uViewProjection", self._view_projection)
        self._gl.disable(moderngl.DEPTH_TEST)
        self._gl.enable(moderngl.BLEND)
        self._gl.blend_func = moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA
        self._smoke_array.render(moderngl.TRIANGLE_STRIP, vertices=4, instances=len(rows))
        self._gl.disable(moderngl.BLEND)
        self._gl.enable(moderngl.DEPTH_TEST)

    def _finish(self, target: moderngl.Framebuffer, time_s: float, rects: Sequence[Rect]) -> None:
        """Tone, softness and vignette from the big picture; everywhere when `rects` is empty."""
        target.use()
        self._colour.use(8)
        self._smoke.use(9)
        self._set("finish", "uTime", time_s)
        self._gl.disable(moderngl.DEPTH_TEST)
        for x, y, width, height in rects or [WHOLE]:
            target.scissor = (x, HEIGHT_PX - y - height, width, height)
            self._screens["finish"].render(moderngl.TRIANGLES, vertices=3)
        target.scissor = WHOLE
        self._gl.enable(moderngl.DEPTH_TEST)


assert VERTEX_FLOATS == 16
