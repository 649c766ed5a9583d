"""Our own elements that run in the browser: each is a script with a style sheet next to its module."""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st


@cache
def component(module: str) -> Any:  # noqa: ANN401  Streamlit names no public type for what it returns
    """Return the component of a module, given its `__file__`."""
    file = Path(module)
    js, css = (file.with_suffix(suffix).read_text(encoding="utf-8") for suffix in (".js", ".css"))
    return st.components.v2.component(f"charging_{file.stem}", js=js, css=css)
