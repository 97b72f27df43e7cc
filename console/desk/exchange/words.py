"""What states and acts are called on paper, where there is no window and no Qt translation.

Chinese as on a city's own forms; English is the wire's word made readable. Pure.
"""

from __future__ import annotations

from datetime import datetime, tzinfo

from config.site import Language
from console.desk.messages import DONE
from ingest.feed.envelope import parse_utc_ns

_STATES = {
    "proposed": "待立案", "filed": "已立案", "dispatched": "已派遣", "handling": "处置中",
    "verifying": "待核查", "closed": "已结案", "void": "已作废", "suspended": "已挂账",
}  # fmt: skip
_ACTS = {
    "propose": "受理", "file": "立案", "amend": "修改", "dispatch": "派遣", "accept": "接单",
    "arrive": "到场", "feedback": "反馈", "verify": "核查", "close": "结案", "void": "作废",
    "return": "回退", "extend": "延期", "suspend": "挂账", "resume": "恢复", "supervise": "督办",
    "lift": "解除督办", "urge": "催办", "self_handle": "自处置", "merge": "合并", "split": "拆分",
    "difficult": "疑难", "consult": "会商", "joint_call": "吹哨报到", "fallback": "兜底",
    "callback": "回访", "reopen": "重办", "request": "申请", "approve": "同意申请",
    "decline": "驳回申请", "inspect": "核实", "note": "备注", "evidence": "补充证据",
    "alert_cleared": "告警解除", "join": "并入", "import": "导入", "photo": "现场拍照",
    "reinforce": "增援", "release": "解除增援", "unanswered": "无人应答", "stuck": "长时间未到",
    "rectify": "限期整改", "rectified": "整改完成", "write_off": "销账",
    "hand_over": "移交", "partner_note": "平台来文",
}  # fmt: skip
_KINDS = {
    "smoke": "冒烟", "fire": "明火", "parking": "违法停车", "stall": "占道摊点",
    "cycle_parking": "非机动车乱停放", "crowd": "人员聚集", "ticket": "群众诉求",
    "manual": "视频上报", "import": "导入",
}  # fmt: skip
_BY_COLUMN = {"state": _STATES, "kind": _KINDS}


def state_word(state: str, language: Language) -> str:
    return _STATES.get(state, state) if language is Language.CHINESE else state


def act_word(act: str, language: Language) -> str:
    return _ACTS.get(act, act) if language is Language.CHINESE else DONE.get(act, act)


def cell_word(column: str, value: object, language: Language, zone: tzinfo | None) -> str:
    """A value as it stands on the sheet: words for states and kinds, local times."""
    text = str(value)
    if column.endswith("_utc"):
        return local_time(text, zone)
    if language is Language.CHINESE and column in _BY_COLUMN:
        return _BY_COLUMN[column].get(text, text)
    return text


def local_time(utc: str, zone: tzinfo | None) -> str:
    """RFC 3339 to the site's wall clock; what cannot be read is shown as it came."""
    try:
        moment = datetime.fromtimestamp(parse_utc_ns(utc) / 1e9, zone)
    except ValueError:
        return utc
    return moment.strftime("%Y-%m-%d %H:%M:%S")
