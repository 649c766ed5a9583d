"""Files a reader brings, to become a dataset of all users of this server.

The page first says who will see it. The files are then recognised, looked at and read apart from the
datasets, and only what the reader has seen the report of is kept (`charging.dataset.drafts`).
"""

import logging
import math
import re
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from charging.dataset.drafts import WAITING, Draft, ReadOptions, SentFile
from charging.dataset.pipeline import DONE, WRITING
from charging.domain.vocabulary import Datum
from charging.errors import ChargingError
from charging.settings import Settings
from charging.sources.readers import READERS
from charging.sources.records import Record, Rejection, ServiceAreaRecord, StationRecord
from charging.sources.tabular.presets import presets
from charging.views.datasets import dataset_switcher, import_report
from charging.views.elements.error_box import fault_text, show_error, show_full_message
from charging.views.elements.labels import names_in
from charging.views.elements.markup import element, escape_markdown
from charging.views.elements.texts import Texts
from charging.views.session.context import ViewContext
from charging.views.session.visit import PageName, set_widget_value, visit, widget_value

MAX_RECORDS = 8
"""Records shown of each file before it is read."""

MAX_FILES_SHOWN = 5
"""Files whose first records are shown."""

MAX_NAME_CHARS = 80

_log = logging.getLogger(__name__)

_COUNTED = re.compile(r"([\d,]+) records")  # what an import says on the way

_FILES, _NAME, _HOW, _DATUM = "upload_files", "upload_name", "upload_how", "upload_datum"


def show_upload(context: ViewContext) -> None:
    """Show the offer to bring files; where the server takes none, say so."""
    say = context.say
    if context.settings.uploads != "on":
        st.caption(say("upload.off"))
        return
    with st.expander(say("upload.title"), expanded=visit.draft is not None):
        _show_draft(context)


@st.fragment(key="uploading")
def _show_draft(context: ViewContext) -> None:
    if visit.dataset != context.dataset.folder.name:
        st.rerun()  # the draft was kept: the page opens it
    say, settings = context.say, context.settings
    opens = "" if settings.dataset else f" {say('upload.opens')}"
    st.html(element("p", "caution", text=say("upload.all_users") + opens))
    st.file_uploader(
        say("upload.files"),
        accept_multiple_files=True,
        key=_FILES,
        on_change=_take_files,
        args=(settings,),
        max_upload_size=settings.upload_limit_mb,
    )
    st.caption(say("upload.form", mb=say.number(settings.upload_limit_mb)))
    if draft := visit.draft:
        choices = _choose_reading(draft, say)
        _show_files(draft, choices, say)
        _show_buttons(draft, choices, settings, say)
    if visit.draft_problem:
        fault, message = visit.draft_problem
        visit.draft_problem = None
        show_error(f"{say('upload.problem')} {fault_text(fault, say)}", message, say)


def _take_files(settings: Settings) -> None:
    """Take the files that were just given, instead of those before; or none, if they were taken away."""
    _discard()
    if not (files := widget_value(_FILES)):
        return
    try:
        draft = Draft(
            [SentFile(file.name, file.getbuffer()) for file in files],
            build_dir=settings.build_dir,
            max_bytes=settings.upload_limit_mb * 1_000_000,
        )
    except ChargingError as error:
        _note_problem(error)
        return
    visit.draft = draft
    set_widget_value(_NAME, draft.suggested_name)


def _note_problem(error: ChargingError) -> None:
    """Log what went wrong, and keep it for the reader until the page is shown."""
    _log.warning("An upload failed", exc_info=error)
    visit.draft_problem = error.fault, str(error)


def _discard() -> None:
    if visit.draft:
        visit.draft.discard()
        visit.draft = None


def _choose_reading(draft: Draft, say: Texts) -> ReadOptions:
    """Show how the dataset is called and the files are read."""
    if widget_value(_NAME) is None:  # another view was shown meanwhile
        set_widget_value(_NAME, draft.choices.name if draft.choices else draft.suggested_name)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            say("upload.name"), key=_NAME, max_chars=MAX_NAME_CHARS, help=say("upload.name.help")
        )
        ways = _import_ways(say)
        how = st.selectbox(say("upload.how"), ways, key=_HOW, format_func=lambda way: ways[way])
        datum = st.selectbox(
            say("upload.datum"),
            ["", *Datum],
            key=_DATUM,
            format_func=lambda datum: say(f"field.{datum}") if datum else say("upload.datum.by_format"),
            help=say("upload.datum.help"),
        )
    kind, _, name_of_way = (how or "").partition(":")
    return ReadOptions(
        name=name.strip(),
        format_name=name_of_way if kind == "format" else None,
        preset=name_of_way if kind == "preset" else None,
        datum=Datum(datum) if datum else None,
    )


def _import_ways(say: Texts) -> dict[str, str]:
    """Return the ways files can be read, with their titles: as recognised, by format, by preset."""
    formats = (reader for reader in READERS if not reader.recognises and reader.name != "service-areas")
    return {
        "": say("upload.how.recognised"),
        **{f"format:{reader.name}": reader.title for reader in formats},
        **{f"preset:{name}": say("upload.how.preset", name=name) for name in presets()},
    }


def _show_files(draft: Draft, choices: ReadOptions, say: Texts) -> None:
    """Show what each file was recognised as, and its first records."""
    for file in draft.files:
        size = say("upload.size", kb=say.number(math.ceil(file.size / 1_000)))
        st.markdown(f"**{escape_markdown(file.name)}** · {size}")
        if reader := file.reader:
            title = reader.source().title if reader.preset else reader.title
            st.caption(escape_markdown(say("upload.recognised", title=title)))
        if file not in draft.files[:MAX_FILES_SHOWN]:
            continue
        try:
            records = draft.first_records(file, choices, MAX_RECORDS)
            unread = draft.unread(file, choices)
        except ChargingError as error:
            st.warning(fault_text(error.fault, say))
            show_full_message(str(error), say)
            continue
        if unread:
            st.caption(escape_markdown(import_report.unread_sentence(file.name, unread, say)))
        if records:
            st.dataframe(_as_rows(records, say), hide_index=True, placeholder="–")
        else:
            st.caption(say("upload.no_records"))


def _as_rows(records: Sequence[Record], say: Texts) -> pd.DataFrame:
    rows = [_as_row(record, say) for record in records]
    columns = ("station_id", "name", "operator", "piles", "lat", "lon")
    return pd.DataFrame(rows, columns=[*(say(f"field.{name}") for name in columns), say("upload.remark")])


def _as_row(record: Record, say: Texts) -> tuple[object, ...]:
    if isinstance(record, Rejection):
        return (record.record_id, None, None, None, None, None, say(f"reason.{record.reason}"))
    if isinstance(record, ServiceAreaRecord):
        road = f"{record.expressway} {record.direction}"
        return (record.service_area_id, record.name, None, None, record.lat, record.lon, road)
    return (
        record.source_id,
        names_in(record.name, record.name_zh, say)[0],
        record.operator_raw or record.operator_id,
        _piles(record),
        record.lat,
        record.lon,
        say(f"field.{record.datum}"),
    )


def _piles(record: StationRecord) -> int | None:
    """Return the piles of a record; None where it does not say how many."""
    counts = [group.count for group in record.piles if group.count is not None]
    return sum(counts) if counts else record.stated_piles


def _show_buttons(draft: Draft, choices: ReadOptions, settings: Settings, say: Texts) -> None:
    """Show what can be done next: read the files; when they are read, keep the dataset."""
    report = draft.dataset.manifest.report if draft.dataset and draft.choices == choices else None
    with st.container(horizontal=True):
        is_pressed = st.button(
            say("upload.read"), key="upload_read", type="secondary" if report else "primary"
        )
        st.button(say("upload.discard"), key="upload_discard", on_click=_discard)
    if is_pressed:
        _read_files(draft, choices, say)
    if report:
        import_report.show_import_report(report, say)
        st.button(
            say("upload.keep"),
            key="upload_keep",
            type="primary",
            on_click=_keep,
            args=(draft, settings),
        )


def _read_files(draft: Draft, choices: ReadOptions, say: Texts) -> None:
    place = st.empty()

    def show(_share: float, what: str) -> None:
        place.html(progress_html(what, say))

    try:
        show(0, "")
        draft.read(choices, show)
    except ChargingError as error:
        _note_problem(error)
    finally:
        place.empty()
    st.rerun()


def progress_html(what: str, say: Texts) -> str:
    """Return what an import says it is doing, with a bar of no length: the number of records is not known."""
    if what == WAITING:
        text = say("upload.waiting")
    elif what in (WRITING, DONE):
        text = say("upload.writing")
    elif counted := _COUNTED.search(what):
        text = say("upload.reading.records", count=counted[1])
    else:
        text = say("upload.reading")
    return element("div", "reading", element("progress", "", aria_label=text), text=text, role="status")


def _keep(draft: Draft, settings: Settings) -> None:
    """Make the draft a dataset of all users, and open the map on it."""
    try:
        dataset = draft.keep()
        visit.draft = None
        dataset_switcher.switch_dataset(settings, dataset.folder.name)
    except ChargingError as error:
        _note_problem(error)
        return
    visit.page = PageName.MAP
