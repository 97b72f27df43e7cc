"""TileCommander: the commands of the key table that are about single tiles.

Turns a person's wish into calls of the tile tools and says why something is not possible.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable

from console.state.keys import CommandId
from console.state.replay import JUMP_S, MOST
from console.state.session import ConsoleSession, Severity
from console.state.tiles import next_aspect
from console.views.tile_texts import aspect_text, marks_text
from console.views.words import translate


class TileCommander:
    """The tile's part of the commander."""

    def __init__(self, session: ConsoleSession) -> None:
        self._session = session
        zoom, replays = session.tools.zoom, session.tools.replays
        self._actions: dict[CommandId, Callable[[], None]] = {
            CommandId.ZOOM_TOOL: self._toggle_zoom,
            CommandId.ZOOM_WHOLE: zoom.whole,
            CommandId.ZOOM_BACK: zoom.whole,
            CommandId.ZOOM_KEEP: zoom.leave,
            CommandId.ZOOM_IN: lambda: zoom.zoom(1),
            CommandId.ZOOM_OUT: lambda: zoom.zoom(-1),
            CommandId.PAN_LEFT: lambda: zoom.pan(-1, 0),
            CommandId.PAN_RIGHT: lambda: zoom.pan(1, 0),
            CommandId.PAN_UP: lambda: zoom.pan(0, -1),
            CommandId.PAN_DOWN: lambda: zoom.pan(0, 1),
            CommandId.ASPECT: self._next_aspect,
            CommandId.MARKS: self._next_marks,
            CommandId.REPLAY: self._toggle_replay,
            CommandId.REPLAY_LIVE: lambda: self._replayed(replays.live),
            CommandId.REPLAY_PAUSE: lambda: self._replayed(replays.toggle_pause),
            CommandId.REPLAY_STEP_BACK: lambda: self._replayed(replays.step, -1),
            CommandId.REPLAY_STEP_ON: lambda: self._replayed(replays.step, 1),
            CommandId.REPLAY_JUMP_BACK: lambda: self._replayed(replays.jump, -JUMP_S),
            CommandId.REPLAY_JUMP_ON: lambda: self._replayed(replays.jump, JUMP_S),
            CommandId.REPLAY_FASTER: lambda: self._replayed(replays.change_speed, 1),
            CommandId.REPLAY_SLOWER: lambda: self._replayed(replays.change_speed, -1),
            CommandId.REPLAY_MARK_FROM: lambda: self._mark(is_start=True),
            CommandId.REPLAY_MARK_TO: lambda: self._mark(is_start=False),
            CommandId.REPLAY_START: lambda: self._replayed(replays.to_start),
        }

    def run(self, command_id: CommandId) -> bool:
        """Does the command; False when it is none about a tile."""
        action = self._actions.get(command_id)
        if action is None:
            return False
        action()
        return True

    def _replayed(self, action: Callable[..., None], *values: float) -> None:
        """Does something with the replay of the selected tile."""
        selected = self._session.wall.selected
        if selected is not None:
            action(selected, *values)

    def _mark(self, *, is_start: bool) -> None:
        selected = self._session.wall.selected
        if selected is not None:
            self._session.tools.replays.mark(selected, is_start=is_start)

    def _toggle_replay(self) -> None:
        replays, selected = self._session.tools.replays, self._session.wall.selected
        if selected is not None and replays.of(selected) is not None:
            replays.live(selected)
        elif selected is None or self._session.wall.tile(selected).camera_id is None:
            text = translate(
                "Commands", "Select a tile with a camera first: there is nothing to replay."
            )
            self._session.say(text, Severity.PROBLEM)
        elif not replays.start(selected):
            text = translate(
                "Commands", "{0} replays are open already: take one back to live first."
            )
            self._session.say(text.format(MOST), Severity.PROBLEM)

    def _next_aspect(self) -> None:
        wall = self._session.wall
        if wall.selected is not None:
            aspect = next_aspect(wall.tile(wall.selected).aspect)
            wall.set_aspect(wall.selected, aspect)
            self._session.say(aspect_text(aspect))

    def _next_marks(self) -> None:
        self._session.say(marks_text(self._session.tools.marks.next()))

    def _toggle_zoom(self) -> None:
        if not self._session.tools.zoom.toggle():
            text = translate(
                "Commands", "Select a tile with a camera first: there is nothing to zoom."
            )
            self._session.say(text, Severity.PROBLEM)
