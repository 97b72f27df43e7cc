"""The sheet of one case as PDF: what, where, who, when, its whole history and its pictures.

Only importer of fpdf. The Chinese font is embedded as a subset, so that the sheet looks the same
on a machine without Chinese fonts. Pure but for reading the font.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Any

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.errors import FPDFException

from config.site import Language
from console.desk.case import CaseData
from console.desk.exchange.columns import COLUMNS
from console.desk.exchange.words import act_word, cell_word, local_time, state_word
from ingest.errors import GridwallError

#: Fonts with Chinese, and the face in a collection: Noto (Linux), YaHei, SimHei (Windows), Hei (macOS).
FONTS = (
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("C:/Windows/Fonts/msyh.ttc", 0),
    ("C:/Windows/Fonts/simhei.ttf", 0),
    ("/System/Library/Fonts/STHeiti Medium.ttc", 0),
)
#: Columns that say nothing on paper.
LEFT_OUT = frozenset({"version", "note"})
_FONT = "cjk"
_TITLES = {
    Language.CHINESE: {"sheet": "案件单", "history": "办理过程", "pictures": "现场图片",
                       "missing": "图片已不在证据库中", "unreadable": "图片无法读取", "page": "第 {} 页"},
    Language.ENGLISH: {"sheet": "Case sheet", "history": "History", "pictures": "Pictures",
                       "missing": "The picture is no longer kept",
                       "unreadable": "The picture cannot be read", "page": "page {}"},
}  # fmt: skip


class SheetFailed(GridwallError):
    """No font with Chinese on this machine."""


class _Sheet(FPDF):
    def __init__(self, footer: str) -> None:
        super().__init__(format="A4")
        self._footer = footer

    def footer(self) -> None:
        self.set_y(-12)
        self.set_font(_FONT, size=8)
        self.set_text_color(120)
        self.cell(0, 6, self._footer.format(self.page_no()), align="C")
        self.set_text_color(0)


def write_sheet(
    file: Path,
    case: CaseData,
    timeline: Sequence[dict[str, Any]],
    pictures: Sequence[tuple[str, bytes | None]],
    *,
    site: str,
    language: Language,
    zone: tzinfo | None,
) -> None:
    """Writes the sheet.

    Args:
        timeline: rows of `case`'s answer. pictures: hash and content, None = no longer kept.
        zone: the site's, for every time on the sheet; None = this machine's.

    Raises:
        SheetFailed.
    """
    words = _TITLES[language]
    font, face = _font()
    sheet = _Sheet(f"{site} · {case.case_id} · {words['page']}")
    sheet.set_auto_page_break(auto=True, margin=16)
    try:
        sheet.add_font(_FONT, fname=font, collection_font_number=face)
    except (FPDFException, OSError, ValueError) as error:
        raise SheetFailed(f"the font {font} cannot be used: {error}") from error
    sheet.add_page()
    _line(sheet, f"{words['sheet']} · {site}", 10)
    _line(sheet, case.title or case.case_id, 18)
    _facts(sheet, case, language, zone)
    _heading(sheet, words["history"])
    for row in timeline:
        done, state = act_word(row["act"], language), state_word(row["state"], language)
        _line(sheet, f"{local_time(row['utc'], zone)}  {done}  {row['actor']}  → {state}", 9)
        if row["note"]:
            _line(sheet, f"    {row['note']}", 9)
    _heading(sheet, words["pictures"])
    for sha, content in pictures:
        if content is None:
            _line(sheet, f"{words['missing']}: {sha}", 8)
            continue
        try:
            sheet.image(io.BytesIO(content), w=min(180, sheet.epw), h=100, keep_aspect_ratio=True)
        except (FPDFException, OSError, ValueError):  # a sheet with a gap beats none
            _line(sheet, f"{words['unreadable']}: {sha}", 8)
            continue
        _line(sheet, f"SHA-256 {sha}", 7)
    sheet.output(str(file))


def _font() -> tuple[str, int]:
    for path, face in FONTS:
        if Path(path).is_file():
            return path, face
    raise SheetFailed("no font with Chinese on this machine: install fonts-noto-cjk")


def _facts(sheet: _Sheet, case: CaseData, language: Language, zone: tzinfo | None) -> None:
    sheet.set_font(_FONT, size=9)
    with sheet.table(
        col_widths=(18, 32, 18, 32), first_row_as_headings=False, line_height=6, padding=1
    ) as table:
        filled = [
            (column.heading(language), cell_word(column.name, value, language, zone))
            for column in COLUMNS
            if column.name not in LEFT_OUT and (value := column.value(case)) not in (None, "", 0)
        ]
        for left, right in zip(filled[::2], [*filled[1::2], ("", "")], strict=False):
            row = table.row()
            for text in (*left, *right):
                row.cell(text)


def _heading(sheet: _Sheet, text: str) -> None:
    sheet.ln(4)
    _line(sheet, text, 13)


def _line(sheet: _Sheet, text: str, size: int) -> None:
    sheet.set_font(_FONT, size=size)
    sheet.multi_cell(0, size * 0.55, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    sheet.ln(1)
