"""What each file of a draft was recognised as, and its first stations as they would be taken, with a map."""

import math
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from charging.dataset.building.build import Preview
from charging.dataset.drafts import Draft, DraftFile, ReadOptions, is_by_columns
from charging.errors import ChargingError
from charging.maps.static_map_svg import draw_points_map
from charging.sources.recognition.column_guess import TableKind
from charging.sources.records import ServiceAreaRecord, StationRecord
from charging.views.datasets import column_form, import_report
from charging.views.elements.error_box import fault_text, show_full_message
from charging.views.elements.labels import names_in
from charging.views.elements.markup import escape_markdown
from charging.views.elements.texts import Texts
from charging.views.session.colours import theme

MAX_RECORDS = 8
"""Records shown of each file before it is read."""

MAX_FILES_SHOWN = 5
"""Files whose first records are shown."""


def show_files(draft: Draft, choices: ReadOptions, say: Texts) -> bool:
    """Show the files, and return whether no table lacks columns; one of no preset comes with a form."""
    can_read = True
    with_form: dict[tuple[str, ...], str] = {}  # names of files by their header
    for file in draft.files:
        _show_name(file, choices, say)
        if file not in draft.files[:MAX_FILES_SHOWN]:
            continue
        say = say.of(draft.unit_counted(file, choices))
        if not (file.guess and is_by_columns(file, choices)):
            _show_beginning(draft, file, choices, say)
        elif file.guess.header in with_form:
            st.caption(escape_markdown(say("columns.same", name=with_form[file.guess.header])))
            _show_beginning(draft, file, choices, say)
        else:
            with_form[file.guess.header] = file.name
            can_read &= _show_table(draft, file, choices, say)
    return can_read


def _show_name(file: DraftFile, choices: ReadOptions, say: Texts) -> None:
    size = say("upload.size", kb=say.number(math.ceil(file.size / 1_000)))
    st.markdown(f"**{escape_markdown(file.name)}** · {size}")
    if (reader := file.reader) and not is_by_columns(file, choices):
        title = reader.source().title if reader.preset else reader.title
        st.caption(escape_markdown(say("upload.recognised", title=title)))


def _show_table(draft: Draft, file: DraftFile, choices: ReadOptions, say: Texts) -> bool:
    """Show the form of a table next to what it makes of the file; return whether it can be read."""
    form, made = st.columns(2, gap="medium")
    try:
        with form:
            guess = column_form.show_columns(draft, file, choices, say)
    except ChargingError as error:
        _show_problem(error, say)
        return False
    with made:
        if guess.kind is not TableKind.STATIONS:
            return False
        if guess.doubts:
            st.caption(say("columns.choose"))
            return False
        column_form.show_assumptions(guess, choices, say)
        return _show_beginning(draft, file, choices, say)


def _show_beginning(draft: Draft, file: DraftFile, choices: ReadOptions, say: Texts) -> bool:
    """Show the first records that would be taken, and why others would not; return whether it is readable."""
    try:
        with st.spinner(say("upload.looking"), show_time=False):
            preview = draft.preview(file, choices)
            unread = draft.unread(file, choices)
    except ChargingError as error:
        _show_problem(error, say)
        return False
    if unread:
        st.caption(escape_markdown(import_report.unread_sentence(file.name, unread, say)))
    by_columns = is_by_columns(file, choices)
    if by_columns and preview.points:
        label = say("upload.map", count=say.number(len(preview.points)))
        st.image(
            draw_points_map(preview.points, say.language, label, theme()), caption=label, width="stretch"
        )
    if preview.records:
        rows = _as_rows(preview.records[:MAX_RECORDS], say, by_columns=by_columns)
        st.dataframe(rows, hide_index=True, placeholder="–")
    elif not preview.report.rejected:
        st.caption(say("upload.no_records"))
    _show_findings(preview, say)
    return True


def _show_findings(preview: Preview, say: Texts) -> None:
    """Show what of the beginning would not be taken, and what the file says in two ways."""
    report = preview.report
    if report.rejections:
        reasons = import_report.findings_text("reason", report.rejections, say)
        count, rows = say.number(report.rejected), say.number(report.rows_read)
        text = say("upload.not_taken", count=count, rows=rows, reasons=reasons)
        st.warning(escape_markdown(text)) if not preview.records else st.caption(escape_markdown(text))
    if found := (*report.discrepancies, *report.discarded):
        st.caption(
            escape_markdown(
                say("upload.findings", findings=import_report.findings_text("finding", found, say))
            )
        )


def _show_problem(error: ChargingError, say: Texts) -> None:
    st.warning(fault_text(error.fault, say))
    show_full_message(str(error), say)


def _as_rows(
    records: Sequence[StationRecord | ServiceAreaRecord], say: Texts, *, by_columns: bool
) -> pd.DataFrame:
    """Return records as rows: of a known format with id and remark, of another table without."""
    names = ("station_id", "name", "operator", "piles", "max_power_kw", "lat", "lon")
    titles = [*(say(f"field.{name}") for name in names), say("upload.remark")]
    rows = pd.DataFrame([_as_row(record, say) for record in records], columns=titles)
    return rows[titles[1:-1]] if by_columns else rows.drop(columns=say("field.max_power_kw"))


def _as_row(record: StationRecord | ServiceAreaRecord, say: Texts) -> tuple[object, ...]:
    if isinstance(record, ServiceAreaRecord):
        road = f"{record.expressway} {record.direction}"
        return (record.service_area_id, record.name, None, None, None, record.lat, record.lon, road)
    return (
        record.source_id,
        names_in(record.name, record.name_zh, say)[0],
        record.operator_raw or record.operator_id,
        _piles(record),
        max((group.power_kw for group in record.piles if group.power_kw is not None), default=None),
        record.lat,
        record.lon,
        say(f"field.{record.datum}"),
    )


def _piles(record: StationRecord) -> int | None:
    """Return the piles of a record; None where it does not say how many."""
    counts = [group.count for group in record.piles if group.count is not None]
    return sum(counts) if counts else record.stated_piles
