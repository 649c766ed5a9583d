"""What a reader can put right in files that are wrong: offered where the files were found to need it.

Nothing is corrected by itself. Each correction says how often what it corrects was found, with an example,
and stays once it is chosen.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from zoneinfo import available_timezones

import streamlit as st

from charging.dataset.drafts import Draft, DraftFile, ReadOptions, columns_named, is_by_columns
from charging.dataset.report import Finding, ImportReport
from charging.errors import ChargingError, Fault
from charging.sources.ocpi.codes import Doubt
from charging.sources.readers import Corrections, Reader, reader_named
from charging.sources.recognition.guessed_preset import source_name
from charging.sources.records import PointDoubt, Reason, Repair, StationRecord
from charging.sources.tabular.model import resolve_preset
from charging.sources.tabular.preset_schema import MAX_EPSG, MIN_EPSG
from charging.views.datasets.column_form import columns_in_metres, set_selects
from charging.views.elements.markup import escape_markdown, show_section
from charging.views.elements.texts import Texts
from charging.views.session.visit import set_widget_value, visit, widget_value

REFERENCE_SYSTEMS = {
    "25832": "ETRS89 / UTM 32N",
    "25833": "ETRS89 / UTM 33N",
    "25830": "ETRS89 / UTM 30N",
    "2154": "RGF93 / Lambert-93",
    "28992": "Amersfoort / RD New",
    "27700": "OSGB36 / British National Grid",
    "31370": "BD72 / Belgian Lambert 72",
    "2056": "CH1903+ / LV95",
    "31287": "MGI / Austria Lambert",
    "2180": "ETRF2000-PL / CS92",
    "3035": "ETRS89 / LAEA Europe",
    "3857": "WGS 84 / Pseudo-Mercator",
}
"""Systems that registers of charging stations use, by EPSG code; any other can be typed."""

ENCODINGS = {
    "cp1252": "Windows-1252, Western",
    "cp1250": "Windows-1250, Central European",
    "cp1251": "Windows-1251, Cyrillic",
    "cp1253": "Windows-1253, Greek",
    "cp1254": "Windows-1254, Turkish",
    "cp1255": "Windows-1255, Hebrew",
    "cp1256": "Windows-1256, Arabic",
    "cp1257": "Windows-1257, Baltic",
    "iso8859-2": "ISO 8859-2, Central European",
    "koi8-r": "KOI8-R, Cyrillic",
    "gb18030": "GB 18030, Chinese",
    "big5": "Big5, Chinese",
    "cp949": "CP949, Korean",
    "shift_jis": "Shift JIS, Japanese",
}
"""Encodings of texts that do not say theirs."""

_CRS, _ZONE, _IDS, _TEXT = "upload_crs", "upload_timezone", "upload_id_from_file", "upload_encoding"
_REPAIRS = {Repair.SWAP: "upload_swap", Repair.EVSE: "upload_evse"}
_FOUND = {
    Repair.SWAP: (Reason.SWAPPED_COORDINATE, PointDoubt.SWAP_REPAIRED),
    Repair.EVSE: (Doubt.EVSE_FAR, Doubt.EVSE_POINT),
}
"""What a repair is for: found before it, and after it."""

_RECORDS_TRIED = 100

_CODE = re.compile(r"(?:epsg)?[:\s]*(\d{4,6})", re.IGNORECASE)


class _Need(NamedTuple):
    times: int
    example: str


def chosen_corrections() -> Corrections:
    """Return the corrections that were chosen so far."""
    kept = visit.corrections or Corrections()

    def chosen(key: str, before: object) -> object:
        if widget_value(key) is None:  # another view was shown meanwhile
            set_widget_value(key, before)
        return widget_value(key)

    zone, encoding = chosen(_ZONE, kept.timezone), chosen(_TEXT, kept.encoding)
    repairs = frozenset(each for each, key in _REPAIRS.items() if chosen(key, each in kept.repairs))
    corrections = Corrections(
        timezone=str(zone) if zone else None,
        crs=_code_in(chosen(_CRS, kept.crs)),
        encoding=str(encoding) if encoding else None,
        id_from_file=bool(chosen(_IDS, kept.id_from_file)),
        repairs=repairs,
    )
    visit.corrections = corrections
    return corrections


def forget_corrections() -> None:
    """Forget them, with the files they were for."""
    visit.corrections = None
    for key in (_CRS, _ZONE, _TEXT):
        set_widget_value(key, None)
    for key in (_IDS, *_REPAIRS.values()):
        set_widget_value(key, False)


def show_corrections(draft: Draft, choices: ReadOptions, say: Texts) -> None:
    """Offer the corrections that the files need; those that are made stay."""
    chosen, findings = choices.corrections, _findings(draft, choices)
    offers: list[Callable[[], None]] = []
    if _has_metres(draft, choices, findings) or chosen.crs or widget_value(_CRS):
        need = _need(findings, Reason.PROJECTED)
        offers.append(partial(_choose_system, draft, choices, need, say))
    if chosen.encoding or _has_guessed_text(draft, choices):
        offers.append(partial(_choose_encoding, draft, choices, say))
    for repair, key in _REPAIRS.items():
        if (found := _need(findings, *_FOUND[repair])) or repair in chosen.repairs:
            offers.append(partial(_check, str(repair), key, found, say))
    if (found := _common_ids(draft, choices, findings)) or chosen.id_from_file:
        offers.append(partial(_check, "id_from_file", _IDS, found, say))
    if any(_has_times_without_zone(file, choices) for file in draft.files) or chosen.timezone:
        offers.append(partial(_choose_zone, say))
    if offers:
        show_section(say("corrections.title"))
        for show in offers:
            show()


def _check(name: str, key: str, found: _Need | None, say: Texts) -> None:
    st.checkbox(say(f"corrections.{name}"), key=key, help=say(f"corrections.{name}.help"))
    _caption(found, say)


def _choose_system(draft: Draft, choices: ReadOptions, found: _Need | None, say: Texts) -> None:
    options = dict.fromkeys([*REFERENCE_SYSTEMS, *filter(None, [widget_value(_CRS)])])
    typed = st.selectbox(
        say("corrections.crs"),
        list(options),
        key=_CRS,
        index=None,
        accept_new_options=True,
        format_func=_system_text,
        placeholder=say("corrections.crs.placeholder"),
        help=say("corrections.crs.help"),
        on_change=_guess_again,
        args=(draft, choices),
    )
    if typed and not _code_in(typed):
        st.error(escape_markdown(say("corrections.bad_crs", text=typed)))
    _caption(found, say)


def _code_in(typed: object) -> str | None:
    """Return the EPSG code that was chosen or typed; None where it is none."""
    found = _CODE.fullmatch(str(typed or "").strip())
    return found[1] if found and MIN_EPSG <= int(found[1]) <= MAX_EPSG else None


def _system_text(code: str) -> str:
    return f"{REFERENCE_SYSTEMS[code]} (EPSG:{code})" if code in REFERENCE_SYSTEMS else code


def _choose_encoding(draft: Draft, choices: ReadOptions, say: Texts) -> None:
    st.selectbox(
        say("corrections.encoding"),
        list(ENCODINGS),
        key=_TEXT,
        index=None,
        format_func=ENCODINGS.__getitem__,
        placeholder=say("corrections.encoding.placeholder"),
        help=say("corrections.encoding.help"),
        on_change=_guess_again,
        args=(draft, choices),
    )


def _guess_again(draft: Draft, choices: ReadOptions) -> None:
    """Let the selects of columns show what they are taken for by what is known now."""
    before, corrections = choices.corrections, chosen_corrections()
    for file in draft.files:
        if file.guess is None or not is_by_columns(file, choices):
            continue
        if corrections.encoding != before.encoding:  # headers may be others
            visit.columns = {key: named for key, named in visit.columns.items() if key != file.guess.header}
        with suppress(ChargingError):  # it is shown with the file
            guess = draft.guess_of(file, visit.columns.get(file.guess.header, {}), corrections.hints)
            set_selects(file, guess)


def _choose_zone(say: Texts) -> None:
    st.selectbox(
        say("corrections.timezone"),
        sorted(available_timezones()),
        key=_ZONE,
        index=None,
        placeholder="UTC",
        help=say("corrections.timezone.help"),
    )


def _caption(found: _Need | None, say: Texts) -> None:
    if found:
        text = say("corrections.found", count=say.number(found.times), example=found.example)
        st.caption(escape_markdown(text))


def _reports(draft: Draft, choices: ReadOptions) -> Iterator[ImportReport]:
    """Return the report of all that was read; before anything was, those of the beginnings."""
    if draft.dataset:
        yield draft.dataset.manifest.report
        if draft.choices == choices:
            return
    for file in draft.files:
        with suppress(ChargingError):  # it is shown with the file
            yield draft.preview(file, choices).report


def _findings(draft: Draft, choices: ReadOptions) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for report in _reports(draft, choices):
        for each in (*report.rejections, *report.discrepancies):
            found.setdefault(each.what, []).append(each)
    return found


def _need(findings: dict[str, list[Finding]], *names: str) -> _Need | None:
    found = [each for name in names for each in findings.get(name, ())]
    if not found:
        return None
    largest = max(found, key=lambda each: each.count)
    example = largest.examples[0]
    return _Need(largest.count, " ".join(filter(None, (example.record_id, example.value))))


def _has_metres(draft: Draft, choices: ReadOptions, findings: dict[str, list[Finding]]) -> bool:
    """Whether there are coordinates in metres, seen before columns are chosen or after, or refused."""
    if Reason.PROJECTED in findings:
        return True
    for file in draft.files:
        try:
            if is_by_columns(file, choices) and columns_in_metres(
                draft.guess_of(file, columns_named(file, choices), choices.corrections.hints)
            ):
                return True
            draft.preview(file, choices)
        except ChargingError as error:
            if error.fault is Fault.PROJECTION:
                return True
    return False


def _has_guessed_text(draft: Draft, choices: ReadOptions) -> bool:
    """Whether the encoding of a text was guessed."""
    for file in draft.files:
        with suppress(ChargingError):  # it is shown with the file
            if is_by_columns(file, choices):
                columns = columns_named(file, choices)
                if draft.guess_of(file, columns, choices.corrections.hints).form.is_encoding_guessed:
                    return True
    return False


def _common_ids(draft: Draft, choices: ReadOptions, findings: dict[str, list[Finding]]) -> _Need | None:
    """Return the ids that several files have."""
    if len(draft.files) == 1:
        return None
    if twice := _need(findings, Reason.DUPLICATE_ID):
        return twice
    counts: Counter[tuple[str, str]] = Counter()
    for file in draft.files:
        with suppress(ChargingError):
            source, records = _source(file, choices), draft.preview(file, choices).records
            ids = dict.fromkeys(each.source_id for each in records if isinstance(each, StationRecord))
            counts.update([(source, each) for each in ids])
    common = [source_id for (_, source_id), count in counts.items() if count > 1]
    return _Need(len(common), common[0]) if common else None


def _source(file: DraftFile, choices: ReadOptions) -> str:
    """Return what the ids of a file are said of: a table of its own, or all files of a format or preset."""
    if is_by_columns(file, choices):
        return source_name(file.path)
    reader, preset = file.reader, choices.preset
    return preset or choices.format_name or (f"{reader.name} {reader.preset}" if reader else "")


def _has_times_without_zone(file: DraftFile, choices: ReadOptions) -> bool:
    """Whether times of a table are taken as UTC because nothing names their zone.

    Of a table without a preset only days are taken, which are those it writes.
    """
    preset = choices.preset or (file.reader.preset if file.reader else None)
    if preset is None or is_by_columns(file, choices):
        return False
    reader = replace(reader_named("tabular"), preset=preset)
    with suppress(ChargingError):
        return _depends_on_zone(str(file.path), resolve_preset(preset).name, reader)
    return False


@st.cache_data(max_entries=64, show_spinner=False)
def _depends_on_zone(path: str, preset: str, _reader: Reader) -> bool:  # noqa: ARG001  a part of the key
    """Return whether the first records of a table are others where times without a zone are elsewhere."""
    as_read, elsewhere = (
        list(islice(reader.read(Path(path)), _RECORDS_TRIED))
        for reader in (_reader, _reader.correct(Corrections(timezone="Asia/Shanghai")))
    )
    return as_read != elsewhere
