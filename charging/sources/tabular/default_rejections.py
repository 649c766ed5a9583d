"""What the names of Chinese tables say of stations that charge no car, or no car any more.

Swap stations, closed, dismantled and unfinished sites stand in Chinese lists with their state in the name. A
preset turns this off with `reject_defaults = false`.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from charging.sources.io.arrow_texts import may_hold_han
from charging.sources.records import Reason
from charging.sources.tabular.station_columns import Rows

NAMES = ("name", "name_zh")
"""Fields that are looked at."""

_OPEN, _CLOSE = r"[【\[（(〔《「{]", r"[】\]）)〕》」}]"
_GONE = "拆除|拆迁|撤站|撤场|关闭|关站|关停|废弃|报废|作废|下线|注销|删除"
_RESTING = (
    "停运|停用|停业|停止运营|停止使用|暂停营业|暂停运营|暂停使用|暂停服务|暂停|测试|测试站|维护|检修|升级"
)
_COMING = "建设中|在建|筹建|待建|规划|规划中|未开业|未开放|未投运|未运营|待投运|待运营|即将开业|即将上线"


def _stated(states: str) -> str:
    """Return the pattern of a state in brackets, or at an end of the name after 已."""
    in_brackets = rf"{_OPEN}\s*(?:已|已经|正在)?(?:{states})[^】\]）)〕》」}}]{{0,4}}{_CLOSE}"
    return rf"{in_brackets}|^已(?:{states})|已(?:{states})$"


PATTERNS: tuple[tuple[Reason, str], ...] = (
    # a station that also charges has its 充 before or after
    (Reason.NOT_CAR_CHARGING, r"(?:^|[^充])换电[站柜][^充]*$|(?:电动自行车|电瓶车|两轮车|二轮车|电单车)充电"),
    (Reason.REMOVED, _stated(_GONE)),
    (Reason.NOT_LIVE, _stated(_RESTING)),
    (Reason.NOT_BUILT, _stated(_COMING)),
)
"""Patterns of names, as RE2 takes them, and why their rows are not taken."""


def rejected_names(names: pa.Array) -> Iterator[tuple[Reason, Rows]]:
    """Yield the rows whose names say that they are not taken, and why."""
    if not may_hold_han(names):
        return
    for reason, pattern in PATTERNS:
        rows = np.flatnonzero(pc.fill_null(pc.match_substring_regex(names, pattern), fill_value=False))
        if len(rows):
            yield reason, rows
