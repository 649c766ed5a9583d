"""Data for the browser as JSON: small, exact and never code.

st_folium evaluates the script of a layer, after jinja2 and its own replacement of names. `dump` writes JSON
that all three take as plain data.
"""

import json
import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]
"""A value JSON can hold."""

_ESCAPES = {
    "<": "\\u003c",  # "</script>" and "<!--" end a script early
    "'": "\\u0027",  # st_folium resolves {{'name'}}
    "{{": "\\u007b\\u007b",  # jinja2; in compact JSON these pairs occur only inside texts
    "{%": "\\u007b%",
    "{#": "\\u007b#",
    "\u2028": "\\u2028",  # line ends in JavaScript before ES2019
    "\u2029": "\\u2029",
}


def dump(data: Json) -> str:
    r"""Return compact JSON that is safe inside a script, a template and an evaluated string.

    Raises
    ------
    ValueError
        If a number is not finite; unknown values must be None.

    Examples
    --------
    >>> dump({"name": "</script>{{ 7 * 7 }}"})
    '{"name":"\\u003c/script>\\u007b\\u007b 7 * 7 }}"}'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for found, escaped in _ESCAPES.items():
        text = text.replace(found, escaped)
    return text


def numbers(column: pd.Series, digits: int = 2) -> list[int | float | None]:
    """Return a column of numbers, null as None, whole numbers without a decimal point.

    Examples
    --------
    >>> numbers(pd.Series([1.0, None, 0.125]))
    [1, None, 0.12]
    """
    values = column.to_numpy(dtype=float, na_value=math.nan).round(digits)
    written = values.astype(object)
    is_whole = (values == np.trunc(values)) & (np.abs(values) < _WHOLE)
    written[is_whole] = values[is_whole].astype(np.int64)
    written[np.isnan(values)] = None
    return written.tolist()


_WHOLE = 2.0**63
"""Upper limit of 64-bit integers, exclusive."""


def texts(column: pd.Series) -> tuple[list[int | None], list[str]]:
    """Return a column of texts as positions in a list of its distinct values, null as None."""
    codes, values = pd.factorize(column)
    written = codes.astype(object)
    written[codes < 0] = None
    return written.tolist(), list(map(str, np.asarray(values, dtype=object).tolist()))
