"""CameraTree: the cameras of a site under their owners or their areas, with counts that roll up.

Decides the order and the counts; knows no widget. Nodes are numbers: what a Qt index can carry.
A changed register or grouping makes a new tree; a changed mark costs one step per level.
One thread.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from typing import NewType

from config.site import CameraId
from console.state.directory import CameraDirectory, owner_of
from console.state.health import CameraHealth, Mark
from console.state.observable import Signal
from console.state.search import collation_key

NodeId = NewType("NodeId", int)

#: The one node without a parent; it is not shown.
ROOT = NodeId(0)


class Grouping(enum.Enum):
    """OWNER: who runs the camera (`group`, a path with "/") · GRID: the area it lies in."""

    OWNER = "owner"
    GRID = "grid"


class CameraTree:
    """Branches and cameras. `counted(nodes)`: these cameras and the branches above look different.

    A branch without a name gathers the cameras that have no owner, or no area.
    """

    def __init__(
        self, directory: CameraDirectory, health: CameraHealth, grouping: Grouping
    ) -> None:
        self.counted: Signal[[frozenset[NodeId]]] = Signal()
        self.grouping = grouping
        self._health = health
        self._titles: list[str] = [""]
        self._parents: list[NodeId] = [ROOT]
        self._rows: list[int] = [0]
        self._children: list[list[NodeId]] = [[]]
        self._cameras: dict[NodeId, CameraId] = {}
        self._nodes: dict[CameraId, NodeId] = {}
        self._build(directory)
        self._marks: dict[CameraId, Mark] = {}
        self._counts: list[list[int]] = [[0] * len(Mark) for _ in range(self._branch_count)]
        for camera_id in self._nodes:
            self._marks[camera_id] = mark = health.mark_of(camera_id)
            for branch in self._above(self._nodes[camera_id]):
                self._counts[branch][mark] += 1

    # -- making

    def _build(self, directory: CameraDirectory) -> None:
        grid = self.grouping is Grouping.GRID
        branches: dict[tuple[str, ...], NodeId] = {(): ROOT}
        homes: list[tuple[CameraId, NodeId]] = []
        for camera in sorted(directory.cameras, key=lambda one: directory.number_of(one.id) or 0):
            areas = directory.areas_of(camera.id) if grid else ()
            keys = tuple(area.id for area in areas) if grid else owner_of(camera)
            titles = tuple(area.name for area in areas) if grid else keys
            homes.append((camera.id, self._branch(branches, keys or ("",), titles or ("",))))
        self._branch_count = len(self._titles)
        for children in self._children:
            children.sort(key=lambda node: (not self._titles[node], self._key(node)))
        for camera_id, home in homes:
            node = self._add(camera_id, home)
            self._cameras[node] = camera_id
            self._nodes[camera_id] = node
        for children in self._children:
            for row, node in enumerate(children):
                self._rows[node] = row

    def _key(self, node: NodeId) -> tuple[str, ...]:
        return collation_key(self._titles[node])

    def _branch(
        self, known: dict[tuple[str, ...], NodeId], keys: tuple[str, ...], titles: tuple[str, ...]
    ) -> NodeId:
        found = known.get(keys)
        if found is None:
            above = self._branch(known, keys[:-1], titles[:-1])
            found = known[keys] = self._add(titles[-1], above)
        return found

    def _add(self, title: str, parent: NodeId) -> NodeId:
        node = NodeId(len(self._titles))
        self._titles.append(title)
        self._parents.append(parent)
        self._rows.append(0)
        self._children.append([])
        self._children[parent].append(node)
        return node

    # -- asking

    def __len__(self) -> int:
        """Nodes without the root."""
        return len(self._titles) - 1

    def parent_of(self, node: NodeId) -> NodeId:
        return self._parents[node]

    def row_of(self, node: NodeId) -> int:
        return self._rows[node]

    def child(self, node: NodeId, row: int) -> NodeId:
        return self._children[node][row]

    def child_count(self, node: NodeId) -> int:
        return len(self._children[node])

    def camera_at(self, node: NodeId) -> CameraId | None:
        """The camera a node stands for; None for a branch."""
        return self._cameras.get(node)

    def cameras_below(self, node: NodeId, most: int) -> list[CameraId]:
        """The first `most` cameras of a branch, as the tree lists them; a camera's own node is itself."""
        camera_id = self.camera_at(node)
        if camera_id is not None:
            return [camera_id]
        found: list[CameraId] = []
        for row in range(self.child_count(node)):
            if len(found) >= most:
                break
            found += self.cameras_below(self.child(node, row), most - len(found))
        return found

    def node_of(self, camera_id: CameraId) -> NodeId | None:
        return self._nodes.get(camera_id)

    def title_of(self, node: NodeId) -> str:
        """A branch's name, empty for the cameras without owner or area; a camera's id."""
        return self._titles[node]

    def mark_of(self, node: NodeId) -> Mark:
        """A camera's mark; the worst one of a branch's cameras that are in use."""
        camera_id = self._cameras.get(node)
        if camera_id is not None:
            return self._marks[camera_id]
        return next((mark for mark in Mark if self._counts[node][mark]), Mark.UNWATCHED)

    def counts_of(self, node: NodeId) -> Mapping[Mark, int]:
        """How many cameras below a branch have which mark."""
        return {mark: self._counts[node][mark] for mark in Mark}

    # -- health

    def take_marks(self, camera_ids: Iterable[CameraId]) -> None:
        """Reads the marks of these cameras again and moves the counts above them."""
        touched: set[NodeId] = set()
        for camera_id in camera_ids:
            node = self._nodes.get(camera_id)
            if node is None:
                continue
            former, mark = self._marks[camera_id], self._health.mark_of(camera_id)
            if mark is former:
                continue
            self._marks[camera_id] = mark
            touched.add(node)
            for branch in self._above(node):
                self._counts[branch][former] -= 1
                self._counts[branch][mark] += 1
                touched.add(branch)
        if touched:
            self.counted.emit(frozenset(touched))

    def _above(self, node: NodeId) -> Iterable[NodeId]:
        """Every branch above a camera, the root last."""
        while node != ROOT:
            node = self._parents[node]
            yield node
