"""The demonstration's registers that are not geometry: people, items, rules, checkpoints.

Invented names and numbers; item codes follow one city's table (DOMAIN §2). Pure values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Officer:
    """One inspector with a device, at home at a city point where the day starts."""

    inspector_id: str
    name: str
    phone: str
    device_id: str
    x_m: float
    y_m: float


def _officer(number: int, name: str, x_m: float, y_m: float) -> Officer:
    return Officer(f"W{number:03d}", name, f"1380000{number:04d}", f"0138{number:08d}", x_m, y_m)


INSPECTORS = (
    _officer(1, "王建国", 0.0, 250.0),
    _officer(2, "李秀英", 190.0, 250.0),
    _officer(3, "张伟", 290.0, 160.0),
    _officer(4, "刘芳", 120.0, 500.0),
    _officer(5, "陈志强", 560.0, 450.0),
    _officer(6, "杨丽", 930.0, 590.0),
    _officer(7, "赵磊", 370.0, 240.0),
    _officer(8, "黄敏", 780.0, 670.0),
    _officer(9, "周涛", 690.0, 330.0),
    _officer(10, "吴静", 360.0, 0.0),
    _officer(11, "徐鹏", 800.0, 500.0),
    _officer(12, "孙悦", 850.0, 160.0),
)

ITEMS = (
    (
        "0115",
        "焚烧垃圾、树叶",
        "Burning of rubbish or leaves",
        None,
        1,
        "urgent_working_hour",
        "GB/T 30428.2",
    ),
    ("0401", "火情险情", "Fire hazard", None, 30, "minute", "GB/T 30428.2"),
    ("0102", "暴露垃圾", "Exposed rubbish", None, 4, "working_hour", "GB/T 30428.2"),
    ("0302", "工地扬尘", "Dust from construction", None, 4, "working_hour", "GB/T 30428.2"),
    ("0501", "无照经营游商", "Unlicensed street trading", None, 2, "working_hour", "GB/T 30428.2"),
    ("0504", "店外经营", "Trading outside the shop", None, 2, "working_hour", "GB/T 30428.2"),
    (
        "0505",
        "机动车乱停放",
        "Illegal parking of a motor vehicle",
        None,
        2,
        "working_hour",
        "GB/T 30428.2",
    ),
    (
        "0506",
        "非机动车乱停放",
        "Illegal parking of a bicycle",
        None,
        4,
        "working_hour",
        "GB/T 30428.2",
    ),
    ("0507", "乱堆物料", "Goods piled on the street", None, 4, "working_hour", "GB/T 30428.2"),
    ("0510", "露天烧烤", "Open-air barbecue", None, 2, "working_hour", "GB/T 30428.2"),
)

#: Item → unit for the whole district.
RULES = (
    ("0115", "区综合行政执法局"),
    ("0401", "区消防救援大队"),
    ("0102", "区环境卫生服务中心"),
    ("0302", "区住房和城乡建设局"),
    ("0501", "区综合行政执法局"),
    ("0504", "区综合行政执法局"),
    ("0505", "公安分局交警大队"),
    ("0506", "区综合行政执法局"),
    ("0507", "区综合行政执法局"),
    ("0510", "区综合行政执法局"),
)

#: id, class, name, x, y, inspector.
CHECKPOINTS = (
    ("P001", "消防栓", "平澜路1号消防栓", 14.0, 120.0, "W001"),
    ("P002", "消防栓", "柳园街消防栓", 198.0, 230.0, "W002"),
    ("P003", "窨井", "柳园街雨水井", 193.0, 265.0, "W002"),
    ("P004", "果皮箱", "延和街果皮箱", 262.0, 167.0, "W003"),
    ("P005", "垃圾收集点", "槐树街收集点", 96.0, 509.0, "W004"),
    ("P006", "学校", "文昌街小学", 548.0, 430.0, "W005"),
    ("P007", "垃圾收集点", "枣园街收集点", 941.0, 620.0, "W006"),
    ("P008", "公交站", "东关路公交站", 379.0, 215.0, "W007"),
    ("P009", "配电箱", "新民路配电箱", 806.0, 679.0, "W008"),
    ("P010", "信号灯", "建设路海泊路口信号灯", 729.0, 319.0, "W009"),
    ("P011", "桥梁", "滨河路桥", 368.0, -8.0, "W010"),
    ("P012", "公园入口", "东关公园西门", 379.0, 245.0, "W007"),
)

#: Planned rounds: number, name, hours, further keys of rounds.toml.
ROUNDS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("am", "上午巡查", "08:00-11:30", {}),
    ("pm", "下午巡查", "14:00-17:30", {}),
    (
        "joint",
        "东关联合巡查",
        "00:00-23:59",
        {"inspectors": ["W007", "W002"], "route": ["P008", "P012", "P002"], "joint": True},
    ),
)
#: Fences: number, name, corners in the city's metres.
FENCES = (("park", "东关公园", ((372.0, 228.0), (452.0, 228.0), (452.0, 300.0), (372.0, 300.0))),)
