"""The few pieces of HTML the page adds to Streamlit's own: every text in it is escaped here."""

import re
from collections.abc import Callable, Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

from charging.maps.static_files import static_json
from charging.views.elements.texts import Texts

_STYLE = Path(__file__).with_name("style.css")
_SHARED = ("edge", "warn", "warnInk", "page")


def apply_style() -> None:
    """Give the page its look, in the colours that it shares with the map."""
    light, dark = static_json("theme.json")["light"], static_json("theme.json")["dark"]
    colours = "".join(f"--{name}: light-dark({light[name]}, {dark[name]});" for name in _SHARED)
    st.html(f"<style>:root {{ {colours} }}\n{_STYLE.read_text('utf-8')}</style>")


def element(tag: str, classes: str, *children: str, text: str = "", **attributes: str) -> str:
    """Return an element with its text escaped; `children` are elements made here.

    Examples
    --------
    >>> element("b", "name", text="<script>")
    '<b class="name">&lt;script&gt;</b>'
    """
    extra = "".join(f' {name.replace("_", "-")}="{escape(value)}"' for name, value in attributes.items())
    return f'<{tag} class="{escape(classes)}"{extra}>{escape(text)}{"".join(children)}</{tag}>'


def stripe(colour: str) -> str:
    """Return a small block of a colour, the key of an operator."""
    return element("span", "swatch", style=f"background:{colour}")


def simulated_badge(tag: str, text: str, say: Texts) -> str:
    """Return the mark of what is simulated, with what that means on hover."""
    return element(tag, "badge simulated", text=text, title=say("kind.simulated.note"))


def terms(lines: Iterable[tuple[str, str]], classes: str = "details") -> str:
    """Return a list of labels with their values.

    Examples
    --------
    >>> terms([("Power", "60 kW")])
    '<dl class="details"><dt class="">Power</dt><dd class="">60 kW</dd></dl>'
    """
    pairs = (element("dt", "", text=label) + element("dd", "", text=value) for label, value in lines)
    return element("dl", classes, *pairs)


class Bar(NamedTuple):
    """A line of a list of bars."""

    colour: str
    label: str
    length: float
    text: str
    title: str = ""  # on hover


def bars(rows: Sequence[Bar], whole: float) -> str:
    """Return a list of bars; `whole` is the length of a full one."""
    shown = (
        element(
            "div",
            "bar",
            stripe(row.colour),
            element("span", "bar-label", text=row.label),
            element("span", "bar-value", text=row.text),
            element("progress", "", value=str(row.length), max=str(whole or 1)),
            title=row.title,
        )
        for row in rows
    )
    return element("div", "bars", *shown)


def small_print(text: str) -> str:
    """Return a line in small print, which says more about what is above it."""
    return element("p", "small-print", text=text)


def show_section(title: str) -> None:
    """Show the heading of a part."""
    st.html(element("h3", "section", text=title))


def show_placeholder(lines: int) -> None:
    """Show grey lines that keep the place of what comes after the map."""
    st.html(element("div", "waiting", *(element("i", "") for _ in range(lines)), aria_hidden="true"))


def show_plain_button(label: str, key: str, act: Callable[..., None], *args: object) -> None:
    """Show a button that looks like a line of text, and calls `act` with `args`."""
    st.button(label, key=key, on_click=act, args=args, type="tertiary")


def show_segments(label: str, options: Sequence[Any], key: str, text: Callable[[Any], str]) -> None:
    """Show the choice of one out of a few, which always has a value; its label is for screen readers."""
    st.segmented_control(
        label, options, key=key, format_func=text, required=True, label_visibility="collapsed"
    )


def operator_label(operator: str, colour: str, piles: float, say: Texts) -> str:
    """Return the Markdown label of an operator in a list: its colour, its name, its piles."""
    name = escape_markdown(say(f"operator.{operator}"))
    return f':color[■]{{foreground="{colour}"}} {name} :small[{say.number(piles)}]'


def escape_markdown(text: str) -> str:
    r"""Return foreign text so that Streamlit's Markdown shows it as it is.

    Examples
    --------
    >>> print(escape_markdown("*A* [x](y) `z` $1$"))
    \*A\* \[x\]\(y\) \`z\` \$1\$
    """
    return "".join(f"\\{char}" if char in _MARKDOWN else char for char in text)


def strip_markdown(text: str) -> str:
    r"""Return a text of the page without its Markdown: what `escape_markdown` escaped, and our small print.

    Examples
    --------
    >>> print(strip_markdown(escape_markdown("*A* [x]") + " :small[:gray[and 3 more]]"))
    *A* [x] and 3 more
    """
    held = _SMALL_PRINT.sub(r"\1", text)
    return re.sub(r"\\([" + re.escape("".join(sorted(_MARKDOWN))) + "])", r"\1", held)


_SMALL_PRINT = re.compile(r"(?<!\\):small\[(?::gray\[)?((?:[^\[\]\\]|\\.)*)\]{1,2}")

_MARKDOWN = frozenset("\\`*_{}[]()<>#+-.!|~$:")
