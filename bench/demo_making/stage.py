"""Draws a figure with OpenGL on the processor (EGL, no screen): light is baked at rest, then every frame is shaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import moderngl
import numpy as np
from numpy.typing import NDArray

from bench.demo_making.figure import Figure, Floats, Ints, normals
from bench.demo_making.hair import Hair

_SHADERS = Path(__file__).parent / "shaders"
_MATERIALS = {"skin": 0, "garment": 1, "eyes": 2, "teeth": 3, "mouth": 4}
_SUPERSAMPLE = 1.3

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Lighting:
    """Directions point to the light; colours are linear RGB."""

    key_to: tuple[float, float, float] = (-0.55, 0.45, 0.75)
    key_colour: tuple[float, float, float] = (1.05, 0.97, 0.89)
    fill_to: tuple[float, float, float] = (0.8, 0.1, 0.6)
    fill_colour: tuple[float, float, float] = (0.20, 0.225, 0.26)
    rim_to: tuple[float, float, float] = (0.6, 0.4, -0.7)
    rim_colour: tuple[float, float, float] = (0.8, 0.85, 0.95)
    sky_above: tuple[float, float, float] = (0.28, 0.29, 0.31)
    sky_below: tuple[float, float, float] = (0.13, 0.11, 0.10)


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of a figure (linear RGB), the garment's neckline in dm below the chin joint, and the painted face."""

    skin: tuple[float, float, float]
    lips: tuple[float, float, float]
    hair: tuple[float, float, float]
    iris: tuple[float, float, float]
    garment: tuple[float, float, float]
    neckline: float
    neckline_dip: float


def unit(vector: Sequence[float] | Floats) -> Floats:
    """The vector (3,) at length one."""
    array = np.asarray(vector, dtype=np.float64)
    return np.asarray(array / np.linalg.norm(array))


def perspective(camera: Floats, target: Floats, vertical_degrees: float, aspect: float) -> Floats:
    """View-projection matrix (4, 4), column vectors, of a camera at `camera` looking at `target`, up along y."""
    back = unit(camera - target)
    right = unit(np.cross([0.0, 1.0, 0.0], back))
    up = np.cross(back, right)
    view = np.eye(4)
    view[:3, :3] = [right, up, back]
    view[:3, 3] = -view[:3, :3] @ camera
    scale = 1 / np.tan(np.radians(vertical_degrees) / 2)
    near, far = 1.0, 60.0
    project = np.zeros((4, 4))
    project[0, 0], project[1, 1] = scale / aspect, scale
    project[2, 2], project[2, 3], project[3, 2] = -(far + near) / (far - near), -2 * far * near / (far - near), -1.0
    return np.asarray(project @ view)


def looking_from(direction: Floats, centre: Floats, radius: float) -> Floats:
    """Parallel projection (4, 4) along -`direction` that holds the ball of `radius` about `centre`."""
    back = unit(direction)
    side = np.array([0.0, 0.0, 1.0]) if abs(back[1]) > 0.9 else np.array([0.0, 1.0, 0.0])
    right = unit(np.cross(side, back))
    axes = np.array([right, np.cross(back, right), -back]) / radius
    matrix = np.eye(4)
    matrix[:3, :3] = axes
    matrix[:3, 3] = -axes @ centre
    return matrix


class Stage:
    """An off-screen picture of `size` (width, height) with one figure in it."""

    def __init__(self, size: tuple[int, int], figure: Figure, hair: Hair, look: Look, lighting: Lighting) -> None:
        self.size = size
        self.figure = figure
        self._gl: Any = moderngl.create_context(standalone=True, backend="egl")
        self._surface = self._program("surface")
        self._strand = self._program("strand")
        self._depth = self._program("depth")
        width, height = (round(side * _SUPERSAMPLE) for side in size)
        self._large = (width, height)
        self._target, self._trunk = (
            self._gl.framebuffer(
                [self._gl.renderbuffer((width, height), 4)], self._gl.depth_renderbuffer((width, height))
            )
            for _ in range(2)
        )
        self._trunk_view: bytes | None = None
        rest = figure.shape({})
        self._rest = rest
        self._solid = np.concatenate([part.triangles for part in figure.parts if part.name in ("skin", "eyes")])
        skin = next(part for part in figure.parts if part.name == "skin")
        self._all = np.concatenate([part.triangles for part in figure.parts])
        light = np.column_stack([self._bake(rest, normals(rest, self._all), lighting), hair.scalp, _tone(rest)])
        trunk = skin.triangles[figure.head[skin.triangles].max(axis=1) < 0.9]
        inside = _inside_mouth(rest, light[:, 0], figure)[skin.triangles].all(axis=1)
        covered = rest[:, 1] < figure.joints["neck"][1] + look.neckline - 0.75
        behind = (hair.scalp > 0.95) & (rest[:, 2] < figure.joints["head"][2])
        hidden = (covered | behind)[skin.triangles].all(axis=1)
        self.parts: list[tuple[str, Ints]] = [
            ("garment", trunk),
            ("mouth", skin.triangles[inside]),
            ("skin", skin.triangles[~inside & ~hidden]),
        ]
        self.parts += [(part.name, part.triangles) for part in figure.parts if part.name != "skin"]
        self._positions = self._gl.buffer(reserve=rest.nbytes // 2)
        self._normals = self._gl.buffer(reserve=rest.nbytes // 2)
        fixed = (self._gl.buffer(_bytes(rest)), self._gl.buffer(_bytes(light)))
        self._arrays = [
            (
                name,
                self._gl.vertex_array(
                    self._surface,
                    [
                        (self._positions, "3f", "position"),
                        (self._normals, "3f", "normal"),
                        (fixed[0], "3f", "rest"),
                        (fixed[1], "4f", "light"),
                    ],
                    self._gl.buffer(triangles.astype("<i4").tobytes()),
                ),
            )
            for name, triangles in self.parts
        ]
        self._hair = self._strands(hair)
        self._paint_on(np.zeros((4, 4, 4), np.uint8), (0.0, 0.0, 1.0, 1.0))
        self._constants(look, lighting)

    def paint(self, masks: Image, area: tuple[float, float, float, float]) -> None:
        """Set the painted face: masks (h, w, 4) of lips, brows, stubble, blush over `area` (x0, y0, w, h) dm."""
        self._paint_on(masks, area)

    def draw(
        self,
        vertices: Floats,
        head: Floats,
        camera: Floats,
        target: Floats,
        zoom_degrees: float,
        gaze: Floats,
        background: Image,
    ) -> Image:
        """One picture (h, w, 3) RGB.

        Args:
            vertices: fine vertices (m, 3), the head turned.
            head: (4, 4) matrix with which the head was turned.
            camera, target: points (3,).
            zoom_degrees: vertical angle of view.
            gaze: unit directions (2, 3) in which the left and the right eye look.
            background: (h, w, 3) RGB.
        """
        width, height = self.size
        matrix = perspective(camera, target, zoom_degrees, width / height)
        self._positions.write(_bytes(vertices))
        self._normals.write(_bytes(normals(vertices, self._all)))
        self._gl.enable(moderngl.DEPTH_TEST)
        self._gl.enable(moderngl.CULL_FACE)
        eyes = np.array([self.figure.joints[side] for side in ("l-eye", "r-eye")]) @ head[:3, :3].T + head[:3, 3]
        self._set(view_projection=matrix.T, eye_at=camera, gaze=gaze, eye_centre=eyes)
        self._texture.use(0)
        self._draw_trunk(matrix)
        self._gl.copy_framebuffer(self._target, self._trunk)
        self._target.use()
        for name, array in self._arrays:
            if name == "garment":
                continue
            if name in ("mouth", "teeth"):  # seen from both sides
                self._gl.disable(moderngl.CULL_FACE)
            else:
                self._gl.enable(moderngl.CULL_FACE)
            self._target.depth_mask = name != "mouth"  # its walls run in front of the teeth: only ever a backdrop
            self._set(material=_MATERIALS[name], push=0.0)
            array.render()
        _uniforms(self._strand, {"view_projection": matrix.T, "head": head.T, "eye_at": camera})
        self._hair.render(moderngl.LINES)
        raw = np.frombuffer(self._target.read(components=4), np.uint8)
        raw = raw.reshape(self._large[1], self._large[0], 4)[::-1]
        small = cv2.resize(raw, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
        cover = small[:, :, 3:] / 255
        return np.asarray(np.clip(small[:, :, :3] + (1 - cover) * background + 0.5, 0, 255).astype(np.uint8))

    def _draw_trunk(self, matrix: Floats) -> None:
        """The garment never moves: it is drawn once a camera and copied under every frame."""
        if self._trunk_view == matrix.tobytes():
            return
        self._trunk.use()
        self._trunk.clear(0.0, 0.0, 0.0, 0.0)
        self._set(material=_MATERIALS["garment"], push=0.07)
        dict(self._arrays)["garment"].render()
        self._trunk_view = matrix.tobytes()

    def _program(self, name: str) -> Any:
        return self._gl.program(
            vertex_shader=(_SHADERS / f"{name}.vert").read_text(encoding="utf-8"),
            fragment_shader=(_SHADERS / f"{name}.frag").read_text(encoding="utf-8"),
        )

    def _set(self, **values: Any) -> None:
        _uniforms(self._surface, values)

    def _strands(self, hair: Hair) -> Any:
        count, length, _ = hair.points.shape
        along = np.gradient(hair.points, axis=1)
        along /= np.maximum(np.linalg.norm(along, axis=2, keepdims=True), 1e-9)
        kind = np.stack(
            np.broadcast_arrays(hair.shade[:, None], hair.depth[:, None], np.linspace(0, 1, length)), axis=2
        )
        first = (np.arange(count)[:, None] * length + np.arange(length - 1)).ravel()
        lines = np.stack([first, first + 1], axis=1)
        content = [(hair.points, "position"), (along, "along"), (kind, "kind")]
        return self._gl.vertex_array(
            self._strand,
            [(self._gl.buffer(_bytes(values)), "3f", name) for values, name in content],
            self._gl.buffer(lines.astype("<i4").tobytes()),
        )

    def _constants(self, look: Look, lighting: Lighting) -> None:
        light: dict[str, Any] = {
            "key_to": unit(lighting.key_to),
            "key_colour": lighting.key_colour,
            "fill_to": unit(lighting.fill_to),
            "fill_colour": lighting.fill_colour,
            "rim_to": unit(lighting.rim_to),
            "rim_colour": lighting.rim_colour,
            "sky_above": lighting.sky_above,
            "sky_below": lighting.sky_below,
        }
        middle = self.figure.joints["head"] + np.array([0.0, 0.5, 0.0])
        _uniforms(self._strand, light | {"hair_colour": look.hair, "head_middle": middle})
        self._set(
            **light,
            skin_colour=look.skin,
            lip_colour=look.lips,
            brow_colour=look.hair,
            iris_colour=look.iris,
            garment_colour=look.garment,
            neckline=float(self.figure.joints["neck"][1]) + look.neckline,
            neckline_dip=look.neckline_dip,
            eye_radius=0.125,
        )

    def _paint_on(self, masks: Image, area: tuple[float, float, float, float]) -> None:
        self._texture = self._gl.texture(
            (masks.shape[1], masks.shape[0]), 4, np.ascontiguousarray(masks[::-1]).tobytes()
        )
        self._texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self._texture.repeat_x = self._texture.repeat_y = False
        self._set(paint_area=area)

    def _bake(self, rest: Floats, normal: Floats, lighting: Lighting) -> Floats:
        """Share of the sky and of the (wide) key light that each vertex sees at rest: (m, 2)."""
        spread = _sphere(160)
        sky = self._seen(rest, normal, spread, np.maximum(spread @ normal.T, 0.0))
        key = unit(lighting.key_to)
        near_key = unit_rows(key + 0.30 * _sphere(48))
        lit = self._seen(rest, normal, near_key, np.ones((48, len(rest))))
        return np.stack([sky, lit], axis=1)

    def _seen(self, rest: Floats, normal: Floats, directions: Floats, weights: Floats) -> Floats:
        side = 512
        centre = self.figure.joints["head"]
        radius = 3.2
        depth = self._gl.depth_texture((side, side))
        frame = self._gl.framebuffer(depth_attachment=depth)
        array = self._gl.vertex_array(
            self._depth,
            [(self._gl.buffer(_bytes(rest)), "3f", "position")],
            self._gl.buffer(self._solid.astype("<i4").tobytes()),
        )
        frame.use()
        self._gl.enable(moderngl.DEPTH_TEST)
        total = np.zeros(len(rest))
        for direction, weight in zip(directions, weights, strict=True):
            matrix = looking_from(direction, centre, radius)
            _uniforms(self._depth, {"view_projection": matrix.T})
            frame.clear(depth=1.0)
            array.render()
            nearest = np.frombuffer(depth.read(), np.float32).reshape(side, side)
            flat = np.concatenate([rest + 0.02 * normal, np.ones((len(rest), 1))], axis=1) @ matrix.T
            pixel = np.clip(((flat[:, :2] * 0.5 + 0.5) * side).astype(int), 0, side - 1)
            free = flat[:, 2] * 0.5 + 0.5 <= nearest[pixel[:, 1], pixel[:, 0]] + 0.025 / (2 * radius)
            total += weight * free
        return np.asarray(total / np.maximum(weights.sum(axis=0), 1e-9))


def unit_rows(vectors: Floats) -> Floats:
    """The rows (k, 3) at length one."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def _sphere(count: int) -> Floats:
    """Evenly spread directions (count, 3): a golden-angle spiral."""
    step = np.arange(count) + 0.5
    height = 1 - 2 * step / count
    around = np.pi * (1 + 5**0.5) * step
    ring = np.sqrt(1 - height**2)
    return np.stack([ring * np.cos(around), height, ring * np.sin(around)], axis=1)


def _inside_mouth(rest: Floats, sky: Floats, figure: Figure) -> NDArray[np.bool_]:
    """Which vertices (m,) line the mouth: near the teeth and, with the mouth closed, in the dark."""
    teeth = next(part for part in figure.parts if part.name == "teeth").triangles
    near = np.linalg.norm(rest - rest[np.unique(teeth)].mean(axis=0), axis=1) < 0.7
    return np.asarray(near & (sky < 0.04))


def _tone(rest: Floats) -> Floats:
    """A mottled skin tone (m,) in 0..1: waves of seeded directions and phases, finer ones weaker."""
    random = np.random.default_rng(5)
    total = np.zeros(len(rest))
    for size, weight in ((5.0, 0.5), (14.0, 0.35), (30.0, 0.25)):
        for _ in range(6):
            total += weight * np.sin(rest @ random.normal(0, size, 3) + random.uniform(0, 6.3))
    return np.asarray(np.clip(0.5 + 0.22 * total, 0, 1))


def _bytes(values: Floats) -> bytes:
    return np.ascontiguousarray(values, dtype="<f4").tobytes()


def _uniforms(program: Any, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name not in program:
            continue
        slot = program[name]
        if isinstance(value, np.ndarray):
            slot.write(_bytes(value))
        else:
            slot.value = value
