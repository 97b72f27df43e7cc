"""LayoutOverlay: the layout editor over a wall view; the pictures behind follow every step.

Click selects (Ctrl adds, Shift selects between), a double click splits, a gap is dragged, tiles
dragged over are selected together. Everything has a key (`keys.EDITOR_TABLE`). Decides nothing:
`LayoutEditor` does.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from console.state.keys import QT_TRANSLATE_NOOP
from console.state.layout_cutting import Axis, CutProblem
from console.state.layout_editor import EditEnd, LayoutEditor
from console.state.layouts import place
from console.state.mode_keys import EDITOR_TABLE, EditorCommand
from console.views import theme
from console.views.act_bar import native_key
from console.views.key_router import OWN_KEYS, portable_key
from console.views.words import translate

#: How near the pointer must be to a gap, points.
REACH_PX = 7
_STEPS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_PROBLEMS = {
    CutProblem.TOO_SMALL: QT_TRANSLATE_NOOP("Editor", "The tile is too small to be split"),
    CutProblem.TOO_MANY: QT_TRANSLATE_NOOP("Editor", "A window has 64 tiles at most"),
    CutProblem.NO_RECTANGLE: QT_TRANSLATE_NOOP(
        "Editor", "Only tiles that form a rectangle together can be merged"
    ),
    CutProblem.TOO_FEW: QT_TRANSLATE_NOOP("Editor", "Select two or more tiles to merge them"),
    CutProblem.NOT_EVEN: QT_TRANSLATE_NOOP("Editor", "This layout cannot be cut any finer"),
}


class LayoutOverlay(QWidget):
    """Covers `wall_view` from construction until the editor ends; deletes itself then.

    `save` is called for “Save as…” while editing goes on.
    """

    def __init__(self, editor: LayoutEditor, wall_view: QWidget, save: Callable[[], None]) -> None:
        super().__init__(wall_view)
        self.editor = editor
        self._save = save
        self._pressed: int | None = None
        self._former_focus = wall_view.window().focusWidget()
        self.setProperty(OWN_KEYS, True)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.bar = _Bar(self)
        wall_view.installEventFilter(self)
        editor.changed.connect(self._on_changed)
        editor.ended.connect(self._on_ended)
        self.setGeometry(wall_view.rect())
        self.show()
        self.raise_()
        self.setFocus()
        self._on_changed()

    # -- from the editor

    def _on_changed(self) -> None:
        self.bar.refresh(self.editor)
        self.bar.place(self.width(), self.height())
        self.update()

    def _on_ended(self, _how: EditEnd) -> None:
        parent = self.parentWidget()
        if parent is not None:
            parent.removeEventFilter(self)
        self.editor.changed.disconnect(self._on_changed)
        self.editor.ended.disconnect(self._on_ended)
        self.hide()
        if self._former_focus is not None:
            self._former_focus.setFocus()
        self.deleteLater()

    # -- geometry

    def tile_rects(self) -> list[QRectF]:
        """Where the tiles are, points of this widget."""
        ratio = self.devicePixelRatioF()
        placed = place(
            self.editor.layout, round(self.width() * ratio), round(self.height() * ratio)
        )
        return [
            QRectF(r.x_px / ratio, r.y_px / ratio, r.width_px / ratio, r.height_px / ratio)
            for r in placed
        ]

    def _tile_at(self, at: QPointF) -> int | None:
        return next((i for i, r in enumerate(self.tile_rects()) if r.contains(at)), None)

    def _share(self, at: QPointF) -> tuple[float, float]:
        return at.x() / max(1, self.width()), at.y() / max(1, self.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.bar.place(self.width(), self.height())

    # -- painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme.COLOURS
        rects = self.tile_rects()
        for index, rect in enumerate(rects):
            chosen = index in self.editor.selection
            tint = theme.colour(
                colours.accent if chosen else colours.background, 0.34 if chosen else 0.28
            )
            painter.fillRect(rect, tint)
            painter.setPen(QPen(theme.colour(colours.accent if chosen else colours.line), 1))
            painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5))
            self._paint_number(painter, rect, index)
        if rects:
            painter.setPen(QPen(theme.colour(colours.accent), 3))
            painter.drawRect(rects[self.editor.cursor].adjusted(2, 2, -2, -2))

    def _paint_number(self, painter: QPainter, rect: QRectF, index: int) -> None:
        """Each tile's place in the order of cameras."""
        size = max(11, min(22, round(rect.height() * 0.12)))
        painter.setFont(theme.font(size, bold=True))
        painter.setPen(theme.colour(theme.DARK.text))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, str(index + 1))

    # -- mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()
        x, y = self._share(event.position())
        gap = self.editor.gap_under(x, y, REACH_PX / max(self.width(), self.height()))
        if gap is not None and event.button() == Qt.MouseButton.LeftButton:
            self.editor.grab(gap)
            return
        index = self._tile_at(event.position())
        if index is None:
            return
        modifiers = event.modifiers()
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            self.editor.choose_between(self.editor.cursor, index)
        else:
            self.editor.choose(index, more=bool(modifiers & Qt.KeyboardModifier.ControlModifier))
        self._pressed = index

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x, y = self._share(event.position())
        if self.editor.gap is not None:
            self.editor.drag(x, y)
            return
        if self._pressed is not None and event.buttons() & Qt.MouseButton.LeftButton:
            over = self._tile_at(event.position())
            if over is not None and over != self.editor.cursor:
                self.editor.choose_between(self._pressed, over)
            return
        gap = self.editor.gap_under(x, y, REACH_PX / max(self.width(), self.height()))
        if gap is None:
            self.setCursor(Qt.CursorShape.ArrowCursor)
        elif gap.axis is Axis.COLUMNS:
            self.setCursor(Qt.CursorShape.SplitHCursor)
        else:
            self.setCursor(Qt.CursorShape.SplitVCursor)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._pressed = None
        if self.editor.gap is not None:
            self.editor.drop()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self._tile_at(event.position())
        if index is not None:
            self.editor.choose(index)
            self.editor.split_longer()

    # -- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None:
            command = _COMMANDS.get(portable_key(event))
            if command is not None:
                self.run(command)
            return
        modifiers = event.modifiers()
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            self.editor.push_edge(*step)
        else:
            self.editor.step(*step, more=bool(modifiers & Qt.KeyboardModifier.ShiftModifier))

    def run(self, command: EditorCommand) -> None:
        """Does one command of the editor's table."""
        editor = self.editor
        actions: dict[EditorCommand, Callable[[], None]] = {
            EditorCommand.SPLIT_COLUMNS: lambda: editor.split(Axis.COLUMNS),
            EditorCommand.SPLIT_ROWS: lambda: editor.split(Axis.ROWS),
            EditorCommand.MERGE: editor.merge,
            EditorCommand.UNDO: editor.undo,
            EditorCommand.SAVE: self._save,
            EditorCommand.KEEP: editor.keep,
            EditorCommand.TAKE_BACK: editor.take_back,
        }
        actions[command]()


class _Bar(QFrame):
    """What can be done, each with its key; what cannot says why."""

    def __init__(self, overlay: LayoutOverlay) -> None:
        super().__init__(overlay)
        self.setObjectName("card")
        self.setCursor(Qt.CursorShape.ArrowCursor)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(4)
        column.addLayout(row)
        self.buttons: dict[EditorCommand, QToolButton] = {}
        for line in EDITOR_TABLE:
            button = QToolButton(self)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setText(f"{translate('Editor', line.text)}  {native_key(line.keys[0])}")
            button.clicked.connect(lambda _checked=False, chosen=line.id: overlay.run(chosen))
            row.addWidget(button)
            self.buttons[line.id] = button
        self._hint = QLabel(self)
        self._hint.setObjectName("secondary")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self._hint)

    def refresh(self, editor: LayoutEditor) -> None:
        problems = {
            EditorCommand.SPLIT_COLUMNS: editor.split_problem(Axis.COLUMNS),
            EditorCommand.SPLIT_ROWS: editor.split_problem(Axis.ROWS),
            EditorCommand.MERGE: editor.merge_problem(),
        }
        for command, problem in problems.items():
            self.buttons[command].setEnabled(problem is None)
            self.buttons[command].setToolTip("" if problem is None else _problem_text(problem))
        self.buttons[EditorCommand.UNDO].setEnabled(editor.can_undo)
        tip = "" if editor.can_undo else translate("Editor", "Nothing to undo yet")
        self.buttons[EditorCommand.UNDO].setToolTip(tip)
        if editor.problem is not None:
            self._hint.setText(_problem_text(editor.problem))
        else:
            self._hint.setText(
                translate(
                    "Editor",
                    "Drag a gap to move it · double click splits · Shift+arrows select · "
                    "Ctrl+arrows move an edge",
                )
            )
        self.adjustSize()

    def place(self, width_px: int, height_px: int) -> None:
        self.move((width_px - self.width()) // 2, height_px - self.height() - 12)


_COMMANDS = {key: line.id for line in EDITOR_TABLE for key in line.keys}


def _problem_text(problem: CutProblem) -> str:
    return translate("Editor", _PROBLEMS[problem])
