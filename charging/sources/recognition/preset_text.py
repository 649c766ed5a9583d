"""The tables of a preset as the text of its file."""

import json
import re
from collections.abc import Mapping
from typing import Any

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def as_toml(tables: Mapping[str, Any]) -> str:
    """Return tables of a preset as the text of its file."""
    lines: list[str] = []
    plain = {key: value for key, value in tables.items() if not isinstance(value, (dict, list))}
    lines += [f"{_key(key)} = {_inline(value)}" for key, value in plain.items()]
    for key, value in tables.items():
        if key in plain:
            continue
        for table in value if isinstance(value, list) else [value]:
            if key == "values":
                for field, codes in table.items():
                    lines += ["", f"[values.{_key(field)}]"]
                    lines += [f"{_key(code)} = {_inline(ours)}" for code, ours in codes.items()]
                continue
            lines += ["", f"[[{key}]]" if isinstance(value, list) else f"[{key}]"]
            lines += [f"{_key(name)} = {_inline(inner)}" for name, inner in table.items()]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _inline(name)


def _inline(value: Any) -> str:  # noqa: ANN401  what TOML has
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_inline(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_inline, value)) + "]"
    text = str(value) if isinstance(value, str) else value
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
