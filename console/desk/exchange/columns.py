"""Columns of exported and imported tables of cases: names, headings in both languages, values.

What is exported can be imported again. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from config.site import Language
from console.desk.case import CaseData

Cell = str | int | float | None


class TableColumn(Struct, frozen=True):
    name: str
    chinese: str
    value: Callable[[CaseData], Cell]

    def heading(self, language: Language) -> str:
        return self.chinese if language is Language.CHINESE else self.name


def _field(name: str, chinese: str) -> TableColumn:
    return TableColumn(name, chinese, lambda case: getattr(case, name))


def _enum(name: str, chinese: str) -> TableColumn:
    def value(case: CaseData) -> Cell:
        found: Any = getattr(case, name)
        return None if found is None else str(found.value)

    return TableColumn(name, chinese, value)


COLUMNS: tuple[TableColumn, ...] = (
    _field("case_id", "案件编号"), _field("title", "标题"), _enum("state", "状态"),
    _field("kind", "类型"), _field("item_code", "事项代码"), _field("priority", "优先级"),
    _field("source", "来源"), _field("street_id", "街道"), _field("grid_id", "网格"),
    _field("lat_deg", "纬度"), _field("lon_deg", "经度"), _field("camera_id", "点位"),
    _field("unit", "责任单位"), _field("inspector_id", "网格员"),
    _field("opened_utc", "受理时间"), _field("step_due_utc", "环节时限"),
    _field("whole_due_utc", "全程时限"), _field("arrived_utc", "到场时间"),
    _field("closed_utc", "结案时间"), _enum("ending", "结案方式"),
    _field("satisfaction", "满意度"), _field("returned_count", "回退次数"),
    _field("rework_count", "返工次数"), _field("urged_count", "催办次数"),
    _field("ticket_id", "诉求编号"), _field("note", "说明"), _field("version", "版本"),
)  # fmt: skip

#: Further headings that files of other systems use, lower case → our name.
ALIASES = {
    "id": "ref", "ref": "ref", "编号": "ref", "案件编号": "ref", "工单编号": "ref", "case_id": "ref",
    "lat": "lat_deg", "lon": "lon_deg", "lng": "lon_deg", "问题描述": "note", "描述": "note",
    "网格编码": "grid_id", "立案时间": "opened_utc", "上报时间": "opened_utc", "opened": "opened_utc",
    "办结时间": "closed_utc", "closed": "closed_utc", "事项": "item_code", "处置单位": "unit",
    "责任部门": "unit", "name": "title", "description": "note",
    **{column.chinese: column.name for column in COLUMNS if column.name != "case_id"},
    **{column.name: column.name for column in COLUMNS if column.name != "case_id"},
}  # fmt: skip


def safe_text(value: Cell) -> Cell:
    """A text that a spreadsheet would take for a formula is kept a text (CSV injection)."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + value
    return value
