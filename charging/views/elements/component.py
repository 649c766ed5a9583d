"""Our own elements that run in the browser: each is a script next to its module, most with a style sheet."""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st


@cache
def component(module: str) -> Any:  # noqa: ANN401  Streamlit names no public type for what it returns
    """Return the component of a module, given its `__file__`."""
    file = Path(module)
    style = file.with_suffix(".css")
    js = file.with_suffix(".js").read_text(encoding="utf-8")
    css = style.read_text(encoding="utf-8") if style.is_file() else None
    return st.components.v2.component(f"charging_{file.stem}", js=js, css=css)
