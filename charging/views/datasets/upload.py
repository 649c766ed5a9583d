"""Files a reader brings, to become a dataset of all users of this server.

The page first says who will see it. The files are then recognised, looked at and read apart from the
datasets, and only what the reader has seen the report of is kept (`charging.dataset.drafts`).
"""

import re
from dataclasses import astuple

import streamlit as st

from charging.dataset.drafts import WAITING, Draft, ReadOptions, is_by_columns
from charging.dataset.pipeline import DONE, WRITING
from charging.dataset.sent_files import SentFile
from charging.domain.vocabulary import Datum
from charging.errors import ChargingError
from charging.server.metrics import METRICS
from charging.settings import Settings
from charging.sources.readers import READERS
from charging.sources.recognition.guessed_preset import NOT_STATED
from charging.sources.recognition.statement import Statement, is_date
from charging.sources.tabular.presets import presets
from charging.views.datasets import corrections_form, dataset_switcher, file_preview, import_report
from charging.views.elements.error_box import fault_text, show_error
from charging.views.elements.markup import element, escape_markdown
from charging.views.elements.texts import Texts
from charging.views.session import visits
from charging.views.session.context import ViewContext
from charging.views.session.visit import (
    PageName,
    note_draft_problem,
    set_widget_value,
    visit,
    widget_value,
)

MAX_NAME_CHARS = 80
MAX_TEXT_CHARS = 200

_COUNTED = re.compile(r"([\d,]+) records")  # what an import says on the way

_TITLE = "upload_title"
_STATEMENT = (_TITLE, "upload_licence", "upload_attribution", "upload_date")
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
    key = f"{_FILES}_{visit.draft_number}" if visit.draft_number else _FILES
    st.file_uploader(
        say("upload.files"),
        accept_multiple_files=True,
        key=key,
        on_change=_take_files,
        args=(settings, key),
        max_upload_size=settings.upload_limit_mb,
    )
    st.caption(say("upload.form", mb=say.number(settings.upload_limit_mb)))
    if draft := visit.draft:
        choices = _choose_reading(draft, say)._replace(corrections=corrections_form.chosen_corrections())
        can_read = file_preview.show_files(draft, choices, say)
        corrections_form.show_corrections(draft, choices, say)
        if any(is_by_columns(file, choices) for file in draft.files):
            choices = choices._replace(statement=_state_source(draft, say))
        _show_buttons(draft, choices, settings, say, can_read=can_read)
    if visit.draft_problem:
        fault, message = visit.draft_problem
        visit.draft_problem = None
        show_error(f"{say('upload.problem')} {fault_text(fault, say)}", message, say)


def _take_files(settings: Settings, key: str) -> None:
    """Take the files that were just given, instead of those before; or none, if they were taken away."""
    _forget_draft()
    if not (files := widget_value(key)):
        return
    try:
        draft = Draft(
            [SentFile(file.name, file.getbuffer()) for file in files],
            build_dir=settings.build_dir,
            max_bytes=settings.upload_limit_mb * 1_000_000,
        )
    except ChargingError as error:
        note_draft_problem(error)
        return
    visit.draft = draft
    visits.discard_at_end(draft)
    set_widget_value(_NAME, draft.suggested_name)


def _discard() -> None:
    """Forget the files of the draft, those of the uploader too."""
    _forget_draft()
    visit.draft_number += 1


def _forget_draft() -> None:
    if visit.draft:
        visit.draft.discard()
        visit.draft = None
    visit.columns = {}
    corrections_form.forget_corrections()
    for key in _STATEMENT:
        set_widget_value(key, "")


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
        columns=visit.columns,
    )


def _state_source(draft: Draft, say: Texts) -> Statement:
    """Show what may be said of the source of tables, with what is taken where nothing is said."""
    if widget_value(_TITLE) is None and draft.choices:  # another view was shown meanwhile
        for key, text in zip(_STATEMENT, astuple(draft.choices.statement), strict=True):
            set_widget_value(key, text or "")
    stem = draft.files[0].name.split(".")[0]
    title = (widget_value(_TITLE) or "").strip() or stem
    defaults = (title if len(draft.files) == 1 else say("upload.each_by_file"), NOT_STATED, title, "")
    labels = (
        say("upload.title_of_source"),
        say("upload.licence"),
        say("upload.attribution"),
        say("upload.date"),
    )
    said = []
    st.caption(say("upload.source"))
    for place, key, label, default in zip(
        st.columns(len(_STATEMENT)), _STATEMENT, labels, defaults, strict=True
    ):
        shown = say("upload.not_stated") if default in (NOT_STATED, "") else default
        text = place.text_input(label, key=key, max_chars=MAX_TEXT_CHARS, placeholder=shown)
        said.append(text.strip() or None)
    if said[-1] and not is_date(said[-1]):
        st.error(escape_markdown(say("upload.bad_date", text=said[-1])))
        said[-1] = None
    title_said, licence, attribution, as_of = said
    return Statement(title=title_said, licence=licence, attribution=attribution or title_said, as_of=as_of)


def _import_ways(say: Texts) -> dict[str, str]:
    """Return the ways files can be read, with their titles: as recognised, by format, by preset."""
    formats = (
        reader
        for reader in READERS
        if not (reader.recognises or reader.completes or reader.name == "service-areas")
    )
    return {
        "": say("upload.how.recognised"),
        **{f"format:{reader.name}": reader.title for reader in formats},
        **{f"preset:{name}": say("upload.how.preset", name=name) for name in presets()},
    }


def _show_buttons(
    draft: Draft, choices: ReadOptions, settings: Settings, say: Texts, *, can_read: bool
) -> None:
    """Show what can be done next: read the files; when they are read, keep the dataset."""
    manifest = draft.dataset.manifest if draft.dataset and draft.choices == choices else None
    with st.container(horizontal=True):
        is_pressed = st.button(
            say("upload.read"),
            key="upload_read",
            type="secondary" if manifest else "primary",
            disabled=not can_read,
        )
        st.button(say("upload.discard"), key="upload_discard", on_click=_discard)
    if is_pressed:
        _read_files(draft, choices, say)
    if manifest:
        import_report.show_import_report(manifest.report, say.of(manifest.unit_counted))
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
        note_draft_problem(error)
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
        METRICS.imported()
        visit.draft = None
        dataset_switcher.switch_dataset(settings, dataset.folder.name)
    except ChargingError as error:
        note_draft_problem(error)
        return
    visit.page = PageName.MAP
