"""Made-up closed cases whose words, places and units hang together, for measuring the suggester.

A hidden rule book (item × area → unit) sends each case; the site's rules know only a part of it, and
some of that is out of date, as in life. Words come from phrases with synonyms, fillers and slips, and
every tenth text is so vague that nobody could tell. What such cases show: memory, speed, that a
learner finds what is there, and how near it comes to the best possible (`ceiling`). What they cannot
show: how people of a real city write; the figures of a real site are those that training prints.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from msgspec import Struct

from config.site import GridId, ItemCode, UnitName
from console.desk.case import CaseData, CaseId, CaseState, Ending
from ingest.feed.envelope import utc_text

#: Item code → phrases; {p} is the place.
PHRASES: dict[str, tuple[str, ...]] = {
    "0102": ("{p}有大量垃圾没人清", "{p}垃圾桶满溢，臭味很大", "{p}建筑垃圾堆在路边", "{p}生活垃圾暴露"),
    "0104": ("{p}路面很脏，没人打扫", "{p}道路不洁，到处是落叶", "{p}路上有泥浆"),
    "0115": ("{p}有人焚烧树叶", "{p}烧垃圾，烟很大", "{p}空地在烧东西，冒烟"),
    "0116": ("{p}饭店油烟太大", "{p}餐馆油烟直排，呛人", "{p}楼下饭馆抽油烟机对着窗户"),
    "0201": ("{p}违规广告牌", "{p}墙上贴满小广告", "{p}店招破损，快掉下来了"),
    "0302": ("{p}工地扬尘严重", "{p}工地没有盖网，灰尘大", "{p}渣土车带泥上路"),
    "0305": ("{p}工地夜间施工，噪音扰民", "{p}凌晨还在打桩", "{p}半夜施工吵得睡不着"),
    "0401": ("{p}井盖缺失，很危险", "{p}窨井盖破损", "{p}下水井盖松动，车过有响声"),
    "0402": ("{p}路灯不亮", "{p}一排路灯坏了", "{p}晚上没灯，很黑"),
    "0501": ("{p}有流动摊贩卖水果", "{p}无照游商占着人行道", "{p}三轮车摆摊卖菜"),
    "0504": ("{p}店外经营，桌椅摆到人行道", "{p}商铺占道经营", "{p}门口摆满货物，走不过去"),
    "0505": ("{p}机动车乱停，堵了出口", "{p}小车停在盲道上", "{p}汽车违停没人管"),
    "0506": ("{p}电动车乱停放", "{p}共享单车堆满人行道", "{p}非机动车停得乱七八糟"),
    "0507": ("{p}乱堆物料", "{p}楼道堆放杂物", "{p}路边堆了很多木板"),
    "0510": ("{p}露天烧烤，油烟噪音", "{p}夜里烤串摊，烟熏火燎", "{p}占道烧烤到半夜"),
    "0511": ("{p}沿街晾晒衣物", "{p}树上拉绳晾被子", "{p}护栏上晾晒"),
}  # fmt: skip
#: Items whose unit hangs on the street; the others have one for the whole district.
LOCAL_ITEMS = ("0102", "0104", "0501", "0504", "0506", "0507", "0510", "0511")
_FILLERS = ("", "你好，", "市民反映：", "麻烦处理一下，", "来电称", "已经好几天了，", "再次反映，")
_TAILS = ("", "，请尽快处理", "，希望有人管", "！！", "，影响出行", "，多次投诉无果")
_VAGUE = ("{p}有问题请来看看", "{p}影响市容", "反映{p}的事情没人管", "{p}又是老问题")
_PLACE_NAMES = "东西南北中新和安福兴平乐华光明长宁永泰清江海山湖桥"
_PLACE_KINDS = ("路", "街", "小区", "菜市场", "小学门口", "公交站", "广场", "桥头")
VAGUE_SHARE, UNUSUAL_SHARE, PLACELESS_SHARE = 0.10, 0.05, 0.25
#: The rules on paper know this share of the hidden book, and this share of them is out of date.
RULES_KNOWN, RULES_WRONG = 0.75, 0.08


class Town(Struct, frozen=True):
    """Streets, their cells and place names, the hidden book, and the rules on paper.

    `book`: (item, street) → unit. `registers`: files of a site folder by name.
    """

    streets: tuple[str, ...]
    cells: dict[str, tuple[str, ...]]
    places: dict[str, tuple[str, ...]]
    book: dict[tuple[str, str], str]
    registers: dict[str, str]


def some_town(street_count: int = 22, cells_each: int = 12) -> Town:
    chance = random.Random(7)
    streets = tuple(f"S{n:02}" for n in range(street_count))
    cells = {s: tuple(f"{s}C{n:02}" for n in range(cells_each)) for s in streets}
    places = {
        cell: tuple(
            "".join(chance.sample(_PLACE_NAMES, 2)) + chance.choice(_PLACE_KINDS) for _ in range(4)
        )
        for street in streets
        for cell in cells[street]
    }
    district = {item: f"{item}主管部门" for item in PHRASES}
    book = {
        (item, street): f"{street}街道办" if item in LOCAL_ITEMS else district[item]
        for item in PHRASES
        for street in streets
    }
    for key in chance.sample(sorted(book), len(book) // 8):  # special agreements of some streets
        book[key] = chance.choice(("综合执法队", "物业联盟", "园林所", "环卫公司"))
    units = sorted(set(book.values()))
    rules = ["item_code,grid_id,unit,priority"]
    for (item, street), unit in book.items():
        if chance.random() < RULES_KNOWN:
            written = chance.choice(units) if chance.random() < RULES_WRONG else unit
            rules.append(f"{item},{street},{written},0")
    items = ["code,name_zh,name_en,unit_rule,limit_value,limit_unit,standard"]
    items += [
        f"{code},{phrases[0][3:11]},{code},,4,working_hour," for code, phrases in PHRASES.items()
    ]
    registers = {
        "rules.csv": "\n".join(rules) + "\n",
        "items.csv": "\n".join(items) + "\n",
        "grid.geojson": _grid(streets, cells),
    }
    return Town(streets, cells, places, book, registers)


def some_closed_cases(town: Town, rows: int, end_ns: int) -> Iterator[CaseData]:
    """The same cases in every run, oldest first: two years up to `end_ns`."""
    chance = random.Random(41)
    codes = sorted(PHRASES)
    weights = [1.0 / (1 + rank) for rank in range(len(codes))]
    flat = [(street, cell) for street in town.streets for cell in town.cells[street]]
    units = sorted(set(town.book.values()))
    step_ns = 2 * 365 * 86_400 * 10**9 // max(1, rows)
    items = chance.choices(codes, weights, k=min(rows, 1_000_000))
    for number in range(rows):
        item = items[number % len(items)]
        street, cell = flat[min(int(chance.random() ** 1.5 * len(flat)), len(flat) - 1)]
        place = chance.choice(town.places[cell])
        is_vague = chance.random() < VAGUE_SHARE
        pattern = chance.choice(_VAGUE if is_vague else PHRASES[item])
        text = chance.choice(_FILLERS) + pattern.format(p=place) + chance.choice(_TAILS)
        if chance.random() < 0.1:  # a slip: one character lost
            gone = chance.randrange(len(text))
            text = text[:gone] + text[gone + 1 :]
        unit = town.book[(item, street)]
        if chance.random() < UNUSUAL_SHARE:
            unit = chance.choice(units)
        opened_ns = end_ns - (rows - number) * step_ns
        has_place = chance.random() >= PLACELESS_SHARE
        yield CaseData(
            case_id=CaseId(f"made-{number:08}"),
            state=CaseState.CLOSED,
            act="close",
            actor="bench",
            item_code=ItemCode(item),
            grid_id=GridId(cell),
            unit=UnitName(unit),
            inspector_id=None,
            lat_deg=36.0 if has_place else None,
            lon_deg=120.0 if has_place else None,
            step_due_utc=None,
            whole_due_utc=None,
            version=6,
            alert_ids=(),
            note="",
            opened_utc=utc_text(opened_ns),
            closed_utc=utc_text(opened_ns + chance.randrange(1, 72) * 3_600 * 10**9),
            ending=Ending.NORMAL,
            kind="ticket",
            title=text,
            street_id=GridId(street),
            source="ticket:12345",
        )


def _grid(streets: tuple[str, ...], cells: dict[str, tuple[str, ...]]) -> str:
    import json

    features = []
    for row, street in enumerate(streets):
        south = 36.0 + row * 0.01
        features.append(_feature(street, "street", None, 120.0, south, 0.12))
        for column, cell in enumerate(cells[street]):
            features.append(_feature(cell, "cell", street, 120.0 + column * 0.01, south, 0.01))
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def _feature(
    identity: str, level: str, parent: str | None, west: float, south: float, width: float
) -> dict[str, object]:
    ring = [[west, south], [west + width, south], [west + width, south + 0.01],
            [west, south + 0.01], [west, south]]  # fmt: skip
    return {
        "type": "Feature",
        "properties": {"id": identity, "level": level, "name": identity, "parent": parent},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
