"""DiscoverDialog: cameras found on the network, picked into the register.

Shows what each camera told and why one cannot be added; asks for names of environment variables,
never for a password. Decides nothing. Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from console.bridge.discovery_line import DiscoveryLine, Found, Wanted
from console.views.words import translate
from ingest.errors import GridwallError
from ingest.ptz.discovery import FoundStream

PICK, ADDRESS, ID, NAME, MODEL, MAIN, SUB, TURNS, SAYS = range(9)
USER_NAME, PASSWORD_NAME = "CAMERA_USER", "CAMERA_PASSWORD"


class DiscoverDialog(QDialog):
    """`added_count` cameras went into the register."""

    def __init__(self, line: DiscoveryLine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line = line
        self._found: list[Found] = []
        self.added_count = 0
        self._is_over = False
        self.setModal(True)
        self.resize(1080, 520)
        self.setWindowTitle(translate("Discover", "Add cameras from the network"))
        self.user_edit, self.password_edit = QLineEdit(USER_NAME), QLineEdit(PASSWORD_NAME)
        self.search_button = QPushButton(translate("Discover", "Search"))
        self.add_button = QPushButton(translate("Discover", "Add the picked cameras"))
        self.add_button.setObjectName("primary")
        self.says = QLabel()
        self.says.setWordWrap(True)
        self.table = self._made_table()
        self._arrange()
        self.search_button.clicked.connect(self.search)
        self.add_button.clicked.connect(self.add)
        self.table.itemChanged.connect(self._on_item)
        self._refresh()

    def _made_table(self) -> QTableWidget:
        table = QTableWidget(0, 9)
        table.setHorizontalHeaderLabels(
            [
                "",
                translate("Discover", "Address"),
                translate("Discover", "Id"),
                translate("Discover", "Name"),
                translate("Discover", "Model"),
                translate("Discover", "Main stream"),
                translate("Discover", "Sub-stream"),
                translate("Discover", "PTZ"),
                translate("Discover", "State"),
            ]
        )
        table.verticalHeader().hide()
        table.setAlternatingRowColors(False)
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(SAYS, QHeaderView.ResizeMode.Stretch)
        return table

    def _arrange(self) -> None:
        hint = QLabel(
            translate(
                "Discover",
                "The hub searches its own networks. Write the names of the environment variables that "
                "hold the cameras' user and password where the hub runs; the register refers to them.",
            )
        )
        hint.setWordWrap(True)
        names = QHBoxLayout()
        names.addWidget(QLabel(translate("Discover", "Variable of the user")))
        names.addWidget(self.user_edit)
        names.addWidget(QLabel(translate("Discover", "Variable of the password")))
        names.addWidget(self.password_edit)
        names.addWidget(self.search_button)
        below = QHBoxLayout()
        below.addWidget(self.says, 1)
        close = QPushButton(translate("Discover", "Close"))
        close.clicked.connect(self.reject)
        below.addWidget(close)
        below.addWidget(self.add_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(hint)
        column.addLayout(names)
        column.addWidget(self.table, 1)
        column.addLayout(below)

    # -- search

    def search(self) -> None:
        """Asks the hub; the answer fills the table."""
        self.search_button.setEnabled(False)
        self.says.setText(translate("Discover", "Searching… cameras have a few seconds to answer."))
        self._line.search(
            self.user_edit.text().strip(), self.password_edit.text().strip(),
            self._on_found, self._on_failed,
        )  # fmt: skip

    def done(self, result: int) -> None:
        """Answers that come later find nobody."""
        self._is_over = True
        super().done(result)

    def _on_found(self, found: list[Found]) -> None:
        if self._is_over:
            return
        self._found = found
        self.search_button.setEnabled(True)
        self.table.blockSignals(True)
        self.table.setRowCount(len(found))
        for row, each in enumerate(found):
            self._fill(row, each)
        self.table.blockSignals(False)
        text = translate("Discover", "{0} cameras answered.").format(len(found))
        if not found:
            text = translate(
                "Discover",
                "No camera answered: is ONVIF switched on, and the hub on their network?",
            )
        self.says.setText(text)
        self._refresh()

    def _fill(self, row: int, found: Found) -> None:
        camera = found.camera
        can_add = camera.main is not None and not found.is_known
        texts = {
            ADDRESS: camera.host,
            ID: camera.proposed_id,
            NAME: camera.name or camera.host,
            MODEL: camera.hardware,
            MAIN: _size(camera.main),
            SUB: _size(camera.sub),
            TURNS: translate("Discover", "yes") if camera.can_turn else translate("Discover", "no"),
            SAYS: _state(found),
        }
        pick = QTableWidgetItem()
        flags = Qt.ItemFlag.ItemIsEnabled
        pick.setFlags(
            flags | Qt.ItemFlag.ItemIsUserCheckable if can_add else Qt.ItemFlag.NoItemFlags
        )
        pick.setCheckState(Qt.CheckState.Unchecked)
        pick.setToolTip("" if can_add else texts[SAYS])
        self.table.setItem(row, PICK, pick)
        for column, text in texts.items():
            item = QTableWidgetItem(text)
            editable = can_add and column in (ID, NAME)
            item.setFlags(flags | Qt.ItemFlag.ItemIsEditable if editable else flags)
            item.setToolTip(text)
            self.table.setItem(row, column, item)

    # -- add

    def picked(self) -> list[Wanted]:
        """The cameras with a tick, under the ids and names written now."""
        return [
            Wanted(found.camera, self._text(row, ID), self._text(row, NAME))
            for row, found in enumerate(self._found)
            if self._item(row, PICK).checkState() is Qt.CheckState.Checked
        ]

    def add(self) -> None:
        """Has the hub write the picked cameras."""
        wanted = self.picked()
        self.add_button.setEnabled(False)
        self._line.add(
            wanted, self.user_edit.text().strip(), self.password_edit.text().strip(),
            lambda warnings: self._on_added(len(wanted), warnings), self._on_failed,
        )  # fmt: skip

    def _on_added(self, count: int, warnings: list[str]) -> None:
        self.added_count += count
        if self._is_over:
            return
        names = {each.camera.host for each in self.picked()}
        known = [Found(f.camera, f.is_known or f.camera.host in names) for f in self._found]
        self._on_found(known)
        text = translate("Discover", "{0} cameras are in the register now.").format(count)
        self.says.setText(" ".join([text, *warnings[:2]]))

    def _on_failed(self, error: GridwallError) -> None:
        if self._is_over:
            return
        answer = getattr(error, "answer", None)
        problems = answer.get("problems", ()) if isinstance(answer, dict) else ()
        self.search_button.setEnabled(True)
        self.says.setText(" ".join([str(error), *map(str, problems[:2])]))
        self._refresh()

    def _on_item(self, _item: QTableWidgetItem) -> None:
        self._refresh()

    def _refresh(self) -> None:
        count = len(self.picked())
        self.add_button.setEnabled(count > 0)
        tip = "" if count else translate("Discover", "Pick a camera in the first column.")
        self.add_button.setToolTip(tip)

    def _item(self, row: int, column: int) -> QTableWidgetItem:
        item = self.table.item(row, column)
        assert item is not None
        return item

    def _text(self, row: int, column: int) -> str:
        return self._item(row, column).text().strip()


def _size(stream: FoundStream | None) -> str:
    return "–" if stream is None else f"{stream.width_px}×{stream.height_px} {stream.codec}"


def _state(found: Found) -> str:
    if found.is_known:
        return translate("Discover", "in the register")
    if found.camera.wants_password:
        return translate("Discover", "it refuses this user name or password")
    if found.camera.error is not None:
        return found.camera.error
    if found.camera.main is None:
        return translate("Discover", "it has no stream")
    return translate("Discover", "new")
