"""What the columns of a table were taken for, as a form: a select for each field, with examples below it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from charging.dataset.drafts import Draft, DraftFile, ReadOptions, columns_named
from charging.errors import ChargingError
from charging.sources.readers import Corrections
from charging.sources.recognition.column_guess import FIELDS, Assumed, TableGuess, TableKind, warnings_of
from charging.sources.recognition.preset_fields import nearest_preset
from charging.views.datasets import import_report
from charging.views.elements.error_box import show_full_message
from charging.views.elements.markup import element, escape_markdown
from charging.views.elements.texts import Texts
from charging.views.session.visit import note_draft_problem, set_widget_value, visit, widget_value

Columns = tuple[str, ...]

_ALWAYS = ("name", "operator", "lat", "lon", "piles", "power_kw")
"""Fields that are asked for of every table; others stand there where a column was found, or on request."""

_SEVERAL = ("address", "connector")
"""Fields that several columns may hold together; others do where several were found."""

_PLACES = ("lat", "lon", "position")
_EXAMPLES = 3
_EXAMPLE_CHARS = 24
_ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
    "gb18030": "GB 18030",
}
_MANY_DIGITS = re.compile(r"[+-]?(?:\d{4,}|\d{1,3}(?:[ ,.']\d{3}){2,})")
_DELIMITERS = {"\t": "tab", ";": ";", ",": ",", "|": "|"}


def show_columns(draft: Draft, file: DraftFile, choices: ReadOptions, say: Texts) -> TableGuess:
    """Show the form of a table, its doubts and what it does not use; return what it is taken for."""
    guess = draft.guess_of(file, columns_named(file, choices), choices.corrections.hints)
    if guess.kind is not TableKind.STATIONS:
        _show_other_kind(guess, say)
        return guess
    form = _form_text(guess, say)
    st.caption(escape_markdown(say("columns.form", form=form) if form else say("columns.form.plain")))
    if guess.doubts:
        _show_doubts(guess, say)
    found = {field for field in FIELDS if _headers(guess, field)}
    shown = [field for field in FIELDS if field in found or field in _ALWAYS]
    if found & {"dc_piles", "ac_piles"} and "piles" not in found:
        shown.remove("piles")
    if "position" in found and not found & {"lat", "lon"}:
        shown = [field for field in shown if field not in ("lat", "lon")]
    elif guess.doubts and "position" not in shown:
        shown.insert(shown.index("lon") + 1, "position")
    _show_selects(draft, file, guess, shown, say)
    with st.expander(say("columns.more")):
        _show_selects(draft, file, guess, [field for field in FIELDS if field not in shown], say)
    if unused := [header for header in guess.unused if header]:
        st.caption(escape_markdown(say("columns.unused", columns=", ".join(unused))))
    return guess


def show_assumptions(guess: TableGuess, choices: ReadOptions, say: Texts) -> None:
    """Show what was taken for granted of a table."""
    for each in warnings_of(guess, choices.datum):
        is_datum = each.what is Assumed.DATUM
        text = import_report.assumption_text(each.what, each.headers, say)
        st.warning(escape_markdown(say("columns.datum") if is_datum else text))


def set_selects(file: DraftFile, guess: TableGuess) -> None:
    """Let the selects of a table show what its columns are taken for."""
    for field in FIELDS:
        headers = _headers(guess, field)
        set_widget_value(_key(file, field), [*headers] if _takes_several(file, field) else headers)


def _show_selects(
    draft: Draft, file: DraftFile, guess: TableGuess, fields: Sequence[str], say: Texts
) -> None:
    """Show the selects of some fields, two in a row."""
    for start in range(0, len(fields), 2):
        for place, field in zip(st.columns(2), fields[start : start + 2], strict=False):
            with place:
                _show_select(draft, file, guess, field, say)


def _show_select(draft: Draft, file: DraftFile, guess: TableGuess, field: str, say: Texts) -> None:
    headers, key = _headers(guess, field), _key(file, field)
    if widget_value(key) is None:  # Streamlit forgot it while another view was shown
        set_widget_value(key, [*headers] if _takes_several(file, field) else headers)
    label = say(f"column.{field}")
    change: dict[str, Any] = {"on_change": _correct, "args": (draft, file, field)}
    if _takes_several(file, field):
        columns = list(dict.fromkeys([*headers, *guess.samples]))
        st.multiselect(label, columns, key=key, placeholder=say("columns.none"), **change)
    else:
        options = dict.fromkeys([(), headers, *((header,) for header in guess.samples)])
        names = {chosen: " + ".join(chosen) or say("columns.none") for chosen in options}
        st.selectbox(label, list(options), key=key, format_func=names.__getitem__, **change)
    st.html(element("p", "examples", text=_examples(guess, headers, say)))


def _examples(guess: TableGuess, headers: Columns, say: Texts) -> str:
    """Return the first values of columns; a no-break space keeps the place where there are none."""
    if not headers:
        return "\u00a0"
    first, *others = (guess.samples.get(header, ()) for header in headers)
    values = (*first[: 1 if others else _EXAMPLES], *(some[0] for some in others if some))
    return " · ".join(_shorten(value) for value in values) or say("columns.empty")


def _shorten(value: str) -> str:
    return value if len(value) <= _EXAMPLE_CHARS else value[: _EXAMPLE_CHARS - 1] + "…"


def _headers(guess: TableGuess, field: str) -> Columns:
    """Return the columns of a field; none for coordinates that are not sure, which are to be chosen."""
    found = guess.of(field)
    if found and field in _PLACES and guess.doubts and found.confidence < 1:
        return ()
    return guess.all_headers_of(field)


def _takes_several(file: DraftFile, field: str) -> bool:
    return field in _SEVERAL or (file.guess is not None and len(file.guess.all_headers_of(field)) > 1)


def _key(file: DraftFile, field: str) -> str:
    return f"column_{file.path.parent.name}_{field}"


def _correct(draft: Draft, file: DraftFile, field: str) -> None:
    """Take the column that was chosen for a field, and show what follows for the others."""
    if file.guess is None:
        return
    header = file.guess.header
    chosen: Columns = tuple(widget_value(_key(file, field)) or ())
    named = visit.columns.get(header, {})
    try:
        hints = (visit.corrections or Corrections()).hints
        named = draft.correct_columns(file, named, field, chosen, hints)
        guess = draft.guess_of(file, named, hints)
    except ChargingError as error:
        note_draft_problem(error)
        return
    visit.columns = {**visit.columns, header: named}
    set_selects(file, guess)


def columns_in_metres(guess: TableGuess) -> bool:
    """Whether a table has no degrees where coordinates may be, but larger numbers."""
    values = [value for header in guess.candidates for value in guess.samples.get(header, ())]
    return bool(guess.doubts) and any(_MANY_DIGITS.match(value.strip()) for value in values)


def _show_doubts(guess: TableGuess, say: Texts) -> None:
    """Show that the coordinates are not sure, what may hold them, and the preset that comes nearest."""
    lines = [say("columns.in_metres") if columns_in_metres(guess) else say("columns.unsure")]
    if guess.candidates:
        examples = (
            f"{header} ({', '.join(guess.samples.get(header, ())[:2])})" for header in guess.candidates
        )
        lines.append(say("columns.candidates", columns=", ".join(examples)))
    if near := nearest_preset(guess.header):
        lines.append(say("columns.nearest", name=near.name, columns=", ".join(near.lacking)))
    st.warning(escape_markdown(" ".join(lines)))
    show_full_message("; ".join(guess.doubts), say)


def _show_other_kind(guess: TableGuess, say: Texts) -> None:
    st.error(say("columns.other_kind", kind=say(f"table.{guess.kind}")))
    show_full_message(guess.why, say)


def _form_text(guess: TableGuess, say: Texts) -> str:
    """Return how a table is written: its encoding, what separates its columns, the row of its header."""
    form, parts = guess.form, []
    if form.delimiter:
        parts.append(_ENCODINGS.get(form.encoding, form.encoding.upper()))
        mark: Mapping[str, str] = {**_DELIMITERS, "\t": say("columns.tab")}
        parts.append(say("columns.delimiter", mark=mark.get(form.delimiter, form.delimiter)))
    if form.sheet:
        parts.append(say("columns.sheet", number=form.sheet))
    if form.records is None and form.header_row:
        parts.append(say("columns.header_row", number=form.header_row))
    elif form.records is not None:
        parts.append(
            say("columns.records", path=form.records) if form.records else say("columns.records_alone")
        )
    return say("list.comma").join(parts)
