"""What can be taken away: the selection as a table, the map as one HTML file, the map as a picture.

Nothing is made before it is asked for. Tables and the HTML file are made on the server when their button is
pressed, apart from the run of the page; the picture is drawn by the browser.
"""

import io
from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from charging.domain.vocabulary import Kind
from charging.exports.files import Format, Request, What, file_name, file_stem, write_export
from charging.maps.layers import Layer
from charging.maps.standalone import Caption, Picture, build_map_page
from charging.maps.viewport import Frame, Viewport
from charging.queries.stations import count_stations
from charging.views.elements import assets
from charging.views.elements.component import component
from charging.views.elements.markup import show_section
from charging.views.report.map_caption import caption, picture_notes
from charging.views.session.caching import Answers
from charging.views.session.colours import theme
from charging.views.session.context import ViewContext

MAX_STATIONS = 500_000
"""Stations of a table made here, in the server's memory; the command line has no limit."""

EVERYWHERE, IN_VIEW = "all", "view"

KEY = "downloads"
"""Key of the button that opens them."""


def show_downloads(context: ViewContext, frame: Frame, viewport: Viewport, layers: Sequence[Layer]) -> None:
    """Show the button that opens the downloads; `layers` are those the map shows now."""
    # open, a run of the page takes a tenth longer: while the map is moved, nobody looks at it
    popover = st.popover(context.say("take.title"), width="content", key=KEY, on_change="rerun")
    if popover.open:
        with popover:
            _show_choices(context, frame, viewport, layers)


def _show_choices(context: ViewContext, frame: Frame, viewport: Viewport, layers: Sequence[Layer]) -> None:
    say, answers = context.say, context.answers
    show_section(say("take.table"))
    _show_table_choices(context, frame, viewport)
    show_section(say("take.map"))
    words = caption(context, viewport)
    picture = Picture(
        view_bounds=viewport.bounds,
        zoom=viewport.zoom,
        query_bounds=frame.bounds,
        theme=theme(),
        language=say.language,
        layers=tuple(layers),
    )
    name = f"{file_stem(answers.dataset)}-map"
    st.download_button(
        say("take.html"),
        lambda: build_map_page(picture, words).encode(),
        f"{name}.html",
        "text/html",
        key="take_html",
        on_click="ignore",
        width="stretch",
        help=say("take.html.help"),
    )
    _picture_button(context, words, f"{name}.png")
    if answers.dataset.kind is Kind.SIMULATED:
        st.caption(say("kind.simulated.note"))


def _show_table_choices(context: ViewContext, frame: Frame, viewport: Viewport) -> None:
    say, answers, selection = context.say, context.answers, context.selection
    what = What(_choice(context, "what", list(What)))
    where = _choice(context, "where", [EVERYWHERE, IN_VIEW])
    form = Format(_choice(context, "format", list(Format)))
    request = Request(
        what=what,
        format=form,
        filters=selection,
        bounds=viewport.bounds if where == IN_VIEW else None,
        resolution=frame.resolution,
    )
    count = answers.ask(count_stations, selection, request.bounds)
    is_too_many = what is What.STATIONS and count > MAX_STATIONS
    st.download_button(
        say("take.get", what=say(f"take.what.{what}"), format=say(f"take.format.{form}")),
        partial(table_file, answers, request),
        file_name(answers.dataset, request),
        "application/vnd.apache.parquet" if form is Format.PARQUET else "application/zip",
        key="take_file",
        type="primary",
        on_click="ignore",
        width="stretch",
        disabled=count == 0 or is_too_many,
    )
    if is_too_many:
        st.warning(say("take.too_many", count=say.number(count), limit=say.number(MAX_STATIONS)))
    elif what is What.HEXES:
        st.caption(say("take.count.hexes", count=say.number(count), resolution=frame.resolution))
    else:
        st.caption(say("take.count.stations", count=say.number(count)))


def _choice(context: ViewContext, name: str, options: list[Any]) -> str:
    """Show a choice between a few options, the first by default, and return the one taken."""
    say = context.say
    choice: str = st.segmented_control(
        say(f"take.{name}"),
        options,
        default=options[0],
        format_func=lambda option: say(f"take.{name}.{option}"),
        key=f"take_{name}",
        required=True,
        label_visibility="collapsed",
        width="stretch",
    )
    return choice


def table_file(answers: Answers, request: Request) -> bytes:
    """Return the file of a request."""
    target = io.BytesIO()
    write_export(answers.engine, answers.dataset, request, target)
    return target.getvalue()


def _picture_button(context: ViewContext, words: Caption, name: str) -> None:
    """Show the button that draws the picture; the browser knows what the map shows at the moment."""
    data = {
        "label": context.say("take.picture"),
        "hint": context.say("take.picture.help"),
        "failed": context.say("take.picture.failed"),
        "script": assets.picture_url(),
        "caption": {
            "title": f"{words.title} · {words.badge}",
            "sentence": words.sentence,
            "notes": picture_notes(context),
            "fileName": name,
        },
    }
    component(__file__)(key="take_picture", data=data)
