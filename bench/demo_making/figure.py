"""A drawn head and shoulders that can move: the CC0 MakeHuman base mesh, shaped by targets, animated by face units.

Every operation here is linear in the coarse vertices, so one sparse matrix (Catmull-Clark subdivision) carries a pose
to the fine mesh. Lengths are MakeHuman's decimetres: x to the figure's left, y up, z to the front.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_CUT_BELOW = 3.9  # dm in the base mesh: nothing below the chest is ever in the picture
_MOUTH_HEIGHT = 6.7  # dm in the base mesh
_HEAD_BONES = ("head", "jaw", "eye", "levator", "oculi", "oris", "risorius", "special", "tongue")
_NECK_BONES = {"neck03": 0.75, "neck02": 0.45, "neck01": 0.2}
_ARM_BONES = {"clavicle": 0.1, "shoulder01": 0.55, "upperarm": 1.0, "lowerarm": 1.0, "wrist": 1.0}


@dataclass(frozen=True, slots=True)
class Part:
    """A material group of the fine mesh: `triangles` (k, 3) index the fine vertices."""

    name: str
    triangles: Ints


@dataclass(frozen=True, slots=True)
class Figure:
    """One shaped figure.

    Args:
        rest: coarse vertices (n, 3) at rest.
        units: face unit name → displacement (n, 3) of a full deflection.
        refine: (m, n) matrix from coarse to fine vertices.
        head: (m,) share in 0..1 with which a fine vertex follows the head.
        ears: (m,) whether a fine vertex belongs to an ear (no hair grows there).
        parts: material groups ("skin", "eyes", "teeth").
        joints: name → (3,) point of the head joint, the neck joint and the two eyes.
    """

    rest: Floats
    units: dict[str, Floats]
    refine: sparse.csr_matrix
    head: Floats
    ears: NDArray[np.bool_]
    parts: tuple[Part, ...]
    joints: dict[str, Floats]

    def shape(self, units: Mapping[str, float]) -> Floats:
        """Fine vertices (m, 3) with the face units deflected by `units` (0..1 each), before the head turns."""
        coarse = self.rest.copy()
        for name, amount in units.items():
            if amount:
                coarse += amount * self.units[name]
        return np.asarray(self.refine @ coarse)

    def turn(self, fine: Floats, rotation: Floats, shift: Floats) -> Floats:
        """Let the head turn about the neck by `rotation` (3, 3) and move by `shift` (3,) dm; the trunk stays."""
        pivot = self.joints["neck"]
        moved = (fine - pivot) @ rotation.T + pivot + shift
        return fine + self.head[:, None] * (moved - fine)


def normals(vertices: Floats, triangles: Ints) -> Floats:
    """Unit vertex normals (m, 3), weighted by triangle area; zero where a vertex belongs to no triangle."""
    a, b, c = (vertices[triangles[:, i]] for i in range(3))
    face = np.cross(b - a, c - a)
    total = np.stack(
        [np.bincount(triangles.ravel(), np.repeat(face[:, i], 3), minlength=len(vertices)) for i in range(3)], axis=1
    )
    return np.asarray(total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12))


def read_target(path: Path, count: int) -> Floats:
    """A MakeHuman target (text, or text in gzip) as displacements (count, 3)."""
    opener = gzip.open if path.suffix == ".gz" else open
    moved = np.zeros((count, 3))
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            fields = line.split()
            if len(fields) == 4 and not line.startswith("#"):
                moved[int(fields[0])] = [float(value) for value in fields[1:]]
    return moved


def build(data: Path, shape: Mapping[str, float], arms_down_degrees: float = 30.0) -> Figure:
    """Shape a figure.

    Args:
        data: the folder of the carrier's `data`, with `mpfb2` and `faceunits01`.
        shape: target path below `mpfb2/targets` without suffix → amount.
        arms_down_degrees: how far the arms of the modelling pose are lowered.
    """
    vertices, groups = _read_mesh(data / "mpfb2/3dobjs/base.obj")
    base = vertices.copy()
    for name, amount in shape.items():
        vertices += amount * read_target(data / f"mpfb2/targets/{name}.target.gz", len(vertices))
    bones = json.loads((data / "mpfb2/rigs/standard/weights.default.json").read_text(encoding="utf-8"))
    weights: dict[str, list[tuple[int, float]]] = bones["weights"]
    joints = {name: _joint(vertices, groups, f"joint-{name}") for name in ("head", "neck", "l-eye", "r-eye")}
    vertices = _lower_arms(vertices, groups, weights, arms_down_degrees)
    units = {
        path.stem: read_target(path, len(vertices))
        for path in sorted((data / "faceunits01/targets/faceunits").glob("*.target"))
    }
    quads, owner = _visible_quads(base, groups)
    used, compact = np.unique(quads, return_inverse=True)
    compact = compact.reshape(quads.shape)
    refine, fine_quads = subdivide(compact, len(used))
    share = _head_share(weights, base)
    share[np.unique(quads[[name != "skin" for name in owner]])] = 1.0
    follow = refine @ share[used]
    moved = sum(
        np.abs(read_target(data / f"mpfb2/targets/ears/{side}-ear-wing-incr.target.gz", len(base))) for side in "lr"
    )
    ear = np.asarray(moved).sum(axis=1)
    fine_owner = np.repeat(np.array(owner), 4)
    names = ("skin", "eyes", "teeth")
    parts = tuple(Part(name, _triangles(fine_quads[fine_owner == name])) for name in names)
    return Figure(
        rest=vertices[used],
        units={name: moved[used] for name, moved in units.items()},
        refine=refine,
        head=np.clip(follow, 0.0, 1.0),
        ears=np.asarray(refine @ (ear > 0.1 * ear.max()).astype(float)[used]) > 0.3,
        parts=parts,
        joints=joints,
    )


def subdivide(quads: Ints, count: int) -> tuple[sparse.csr_matrix, Ints]:
    """One Catmull-Clark step as a matrix.

    Args:
        quads: (f, 4) vertex indices below `count`; open borders are allowed and kept as curves.

    Returns:
        The matrix (count + edges + f, count) and the 4 f new quads.
    """
    faces = len(quads)
    ends = np.sort(np.stack([quads, np.roll(quads, -1, axis=1)], axis=2).reshape(-1, 2), axis=1)
    edges, edge_of = np.unique(ends, axis=0, return_inverse=True)
    edge_of = edge_of.reshape(faces, 4)
    sides = np.bincount(edge_of.ravel(), minlength=len(edges))
    rows = np.repeat(np.arange(faces), 4)
    face_points = sparse.csr_matrix((np.full(4 * faces, 0.25), (rows, quads.ravel())), shape=(faces, count))
    middle = sparse.csr_matrix(
        (np.full(2 * len(edges), 0.5), (np.repeat(np.arange(len(edges)), 2), edges.ravel())), shape=(len(edges), count)
    )
    at_edge = sparse.csr_matrix((np.full(4 * faces, 0.5), (edge_of.ravel(), rows)), shape=(len(edges), faces))
    inner = sparse.diags((sides == 2).astype(float))
    border = sparse.diags((sides != 2).astype(float))
    edge_points = inner @ (0.5 * middle + 0.5 * (at_edge @ face_points)) + border @ middle
    touching_faces = sparse.csr_matrix((np.ones(4 * faces), (quads.ravel(), rows)), shape=(count, faces))
    valence = np.maximum(np.asarray(touching_faces.sum(axis=1)).ravel(), 1.0)
    mean_face = sparse.diags(1 / valence) @ touching_faces @ face_points
    touching_edges = sparse.csr_matrix(
        (np.ones(2 * len(edges)), (edges.ravel(), np.repeat(np.arange(len(edges)), 2))), shape=(count, len(edges))
    )
    mean_edge = (
        sparse.diags(1 / np.maximum(np.asarray(touching_edges.sum(axis=1)).ravel(), 1.0)) @ touching_edges @ middle
    )
    itself = sparse.identity(count, format="csr")
    smooth = sparse.diags(1 / valence) @ (mean_face + 2 * mean_edge) + sparse.diags((valence - 3) / valence) @ itself
    on_border = np.zeros(count, dtype=bool)
    on_border[edges[sides != 2].ravel()] = True
    border_edges = touching_edges @ border
    border_mean = (
        sparse.diags(1 / np.maximum(np.asarray(border_edges.sum(axis=1)).ravel(), 1.0)) @ border_edges @ middle
    )
    kept = sparse.diags(on_border.astype(float)) @ (0.5 * border_mean + 0.5 * itself)
    vertex_points = sparse.diags((~on_border).astype(float)) @ smooth + kept
    matrix = sparse.vstack([vertex_points, edge_points, face_points]).tocsr()
    at_face = count + len(edges) + np.arange(faces)
    corners = [
        np.stack([quads[:, i], count + edge_of[:, i], at_face, count + edge_of[:, i - 1]], axis=1) for i in range(4)
    ]
    return matrix, np.stack(corners, axis=1).reshape(-1, 4)


def rotation(yaw: float, pitch: float, roll: float) -> Floats:
    """The matrix (3, 3) of a head turn in radians: yaw to the figure's left, pitch down, roll to its right shoulder."""
    cy, sy, cp, sp, cr, sr = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch), np.cos(roll), np.sin(roll)
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return np.asarray(about_y @ about_x @ about_z)


def _read_mesh(path: Path) -> tuple[Floats, dict[str, list[tuple[int, ...]]]]:
    vertices: list[list[float]] = []
    groups: dict[str, list[tuple[int, ...]]] = defaultdict(list)
    group = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "v":
            vertices.append([float(value) for value in rest.split()])
        elif kind == "g":
            group = rest.strip()
        elif kind == "f":
            groups[group].append(tuple(int(corner.split("/")[0]) - 1 for corner in rest.split()))
    return np.array(vertices), groups


def _joint(vertices: Floats, groups: Mapping[str, Iterable[Sequence[int]]], name: str) -> Floats:
    members = sorted({index for face in groups[name] for index in face})
    return np.asarray(vertices[members].mean(axis=0))


def _bone_share(weights: Mapping[str, Iterable[tuple[int, float]]], shares: Mapping[str, float], count: int) -> Floats:
    total = np.zeros(count)
    for bone, members in weights.items():
        share = next((value for prefix, value in shares.items() if bone.startswith(prefix)), 0.0)
        for index, weight in members:
            total[index] += share * weight
    return total


def _head_share(weights: Mapping[str, Iterable[tuple[int, float]]], base: Floats) -> Floats:
    every = _bone_share(weights, {"": 1.0}, len(base))
    head = _bone_share(weights, dict.fromkeys(_HEAD_BONES, 1.0) | _NECK_BONES, len(base))
    share = head / np.maximum(every, 0.05)
    share[(base[:, 1] > _MOUTH_HEIGHT) & (base[:, 2] > 0.5)] = 1.0  # eye sockets carry stray weights
    return np.asarray(share)


def _lower_arms(
    vertices: Floats,
    groups: Mapping[str, Iterable[Sequence[int]]],
    weights: Mapping[str, Iterable[tuple[int, float]]],
    degrees: float,
) -> Floats:
    lowered = vertices.copy()
    for side, sign in (("l", 1.0), ("r", -1.0)):
        own = {bone: members for bone, members in weights.items() if bone.endswith(f".{side.upper()}")}
        share = _bone_share(own, _ARM_BONES, len(vertices))
        pivot = _joint(vertices, groups, f"joint-{side}-shoulder")
        angle = -sign * np.radians(degrees) * share
        offset = vertices - pivot
        lowered[:, 0] += np.cos(angle) * offset[:, 0] - np.sin(angle) * offset[:, 1] - offset[:, 0]
        lowered[:, 1] += np.sin(angle) * offset[:, 0] + np.cos(angle) * offset[:, 1] - offset[:, 1]
    return lowered


def _visible_quads(base: Floats, groups: Mapping[str, Iterable[Sequence[int]]]) -> tuple[Ints, list[str]]:
    material = {
        "body": "skin",
        "helper-l-eye": "eyes",
        "helper-r-eye": "eyes",
        "helper-upper-teeth": "teeth",
        "helper-lower-teeth": "teeth",
    }
    quads: list[Sequence[int]] = []
    owner: list[str] = []
    for group, faces in groups.items():
        name = material.get(group)
        for face in faces if name else ():
            if name == "skin" and base[list(face), 1].min() < _CUT_BELOW:
                continue
            quads.append(face)
            owner.append(str(name))
    return np.array(quads), owner


def _triangles(quads: Ints) -> Ints:
    return np.stack([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]], axis=1).reshape(-1, 3)
