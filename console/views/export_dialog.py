"""ExportDialog: which span of a camera goes where, and in which form. Threads: GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from console.state.export_ask import ExportForm, Span, SpanKind
from console.views.tile_texts import duration_text
from console.views.words import translate


class ExportDialog(QDialog):
    """`span`, `folder` and `form` after it was accepted."""

    def __init__(
        self,
        camera_name: str,
        spans: Sequence[Span],
        folder: Path,
        parent: QWidget | None = None,
        form: ExportForm = ExportForm.AS_RECEIVED,
    ) -> None:
        super().__init__(parent)
        self.setModal(True)
        self.setMinimumWidth(520)
        self.setWindowTitle(translate("Export", "Export a clip"))
        self._spans = tuple(spans)
        title = QLabel(f"{translate('Export', 'Export a clip')}: {camera_name}", self)
        title.setObjectName("title")
        self.choice = QComboBox(self)
        for span in self._spans:
            self.choice.addItem(span_text(span))
        self.form_choice = QComboBox(self)
        for offered in ExportForm:
            self.form_choice.addItem(form_text(offered))
        self.form_choice.setCurrentIndex(list(ExportForm).index(form))
        self.line = QLineEdit(str(folder), self)
        browse = QPushButton(translate("Export", "Choose…"), self)
        browse.clicked.connect(self._browse)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.addWidget(QLabel(translate("Export", "Span"), self), 0, 0)
        grid.addWidget(self.choice, 0, 1, 1, 2)
        grid.addWidget(QLabel(translate("Export", "Watermark"), self), 1, 0)
        grid.addWidget(self.form_choice, 1, 1, 1, 2)
        grid.addWidget(QLabel(translate("Export", "Folder"), self), 2, 0)
        grid.addWidget(self.line, 2, 1)
        grid.addWidget(browse, 2, 2)
        note = self.note = QLabel(self)
        note.setWordWrap(True)
        note.setObjectName("secondary")
        note.setMinimumHeight(3 * note.fontMetrics().height())
        self.form_choice.currentIndexChanged.connect(self._on_form)
        self._on_form()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(title)
        layout.addLayout(grid)
        layout.addWidget(note)
        layout.addWidget(self._made_buttons())

    def _made_buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(self)
        text = translate("Export", "Export")
        self.accept_button = buttons.addButton(text, QDialogButtonBox.ButtonRole.AcceptRole)
        self.accept_button.setObjectName("primary")
        cancel = buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        cancel.setText(translate("Export", "Back"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.line.textChanged.connect(self._on_text)
        return buttons

    @property
    def span(self) -> Span:
        return self._spans[self.choice.currentIndex()]

    @property
    def form(self) -> ExportForm:
        return tuple(ExportForm)[self.form_choice.currentIndex()]

    @property
    def folder(self) -> Path:
        return Path(self.line.text().strip()).expanduser()

    def _on_form(self) -> None:
        self.note.setText(note_text(self.form))

    def _on_text(self) -> None:
        absolute = self.folder.is_absolute()
        self.accept_button.setEnabled(absolute)
        why = "" if absolute else translate("Export", "A whole path is needed, from the root on.")
        self.accept_button.setToolTip(why)

    def _browse(self) -> None:
        title = translate("Export", "Folder for exports")
        chosen = QFileDialog.getExistingDirectory(self, title, str(self.folder))
        if chosen:
            self.line.setText(chosen)


def span_text(span: Span) -> str:
    """A span as a line of the list."""
    length = duration_text(span.seconds)
    return {
        SpanKind.LAST: translate("Export", "The last {0}"),
        SpanKind.MARKED: translate("Export", "What is marked ({0})"),
        SpanKind.KEPT: translate("Export", "All that the replay reaches ({0})"),
    }[span.kind].format(length)


def form_text(form: ExportForm) -> str:
    """A form as a line of the list."""
    return {
        ExportForm.AS_RECEIVED: translate("Export", "None: as received"),
        ExportForm.MARKED: translate("Export", "Visible: camera, time, who exported"),
        ExportForm.BOTH: translate("Export", "Both: as received, and a marked copy"),
    }[form]


def note_text(form: ExportForm) -> str:
    """What a form means for the one who gets the files."""
    proof = translate(
        "Export",
        "As received, nothing transcoded. A manifest with SHA-256 is written beside it; "
        "“gridwall verify” checks it.",
    )
    if form is ExportForm.AS_RECEIVED:
        return proof
    return translate(
        "Export",
        "The marked file is encoded again at high quality; the manifest says so and names the "
        "SHA-256 of what was received. Snapshots (S) are marked too.",
    )
