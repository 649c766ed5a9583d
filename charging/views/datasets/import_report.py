"""The import report for people: what was taken, and what was not, with its reasons and examples."""

from collections.abc import Iterable, Sequence

import pandas as pd
import streamlit as st

from charging.dataset.report import Example, Finding, ImportReport
from charging.queries.quality import PILE_FIELDS, STATION_FIELDS
from charging.sources.recognition.column_guess import FIELDS
from charging.views.elements.markup import escape_markdown, show_section
from charging.views.elements.texts import Texts

EQUAL_ROWS = "equal_rows"
"""Finding of rows that are the same in all that is read."""


def show_import_report(report: ImportReport, say: Texts) -> None:
    """Show a report."""
    show_section(say("data.report"))
    for sentence in _sentences(report, say):
        st.markdown(escape_markdown(sentence))
    for each in report.assumptions:
        text = assumption_text(each.what, each.headers, say)
        st.warning(escape_markdown(f"{each.file}: {text}"))
    _show_columns(report, say)
    for part, findings in (
        ("rejections", report.rejections),
        ("discrepancies", report.discrepancies),
        ("discarded", report.discarded),
    ):
        _show_findings(part, findings, say)
    if report.unmapped:
        columns = {
            say("data.field"): [_field_name(code.field, say) for code in report.unmapped],
            say("data.code"): [code.code for code in report.unmapped],
            say("data.report.count"): [code.count for code in report.unmapped],
        }
        _show_table(say("data.report.unmapped"), pd.DataFrame(columns))
    if report.unresolved:
        columns = {
            say("field.operator"): [operator.text for operator in report.unresolved],
            say("field.stations"): [operator.stations for operator in report.unresolved],
            say("field.piles"): [operator.piles for operator in report.unresolved],
        }
        _show_table(say("data.report.unresolved"), pd.DataFrame(columns))
        listed, count = len(report.unresolved), report.unresolved_operators
        if count > listed:
            st.caption(say("data.report.unresolved.more", shown=say.number(listed), count=say.number(count)))


def _show_columns(report: ImportReport, say: Texts) -> None:
    """Show what the columns of tables were taken for, where no preset says it."""
    for file in dict.fromkeys(each.file for each in report.guessed_columns):
        guessed = [each for each in report.guessed_columns if each.file == file]
        rows = {
            say("data.field"): [say(f"column.{each.field}") for each in guessed],
            say("data.report.column"): [" + ".join(each.headers) for each in guessed],
        }
        _show_table(escape_markdown(say("data.report.columns", file=file)), pd.DataFrame(rows))
    for unused in report.unused_columns:
        text = say("data.report.unused", file=unused.file, columns=", ".join(unused.headers))
        st.caption(escape_markdown(text))


def unread_sentence(archive: str, members: Sequence[str], say: Texts) -> str:
    """Return in words which members of an archive are not read."""
    return say("data.report.unread", archive=archive, members=", ".join(members))


def _sentences(report: ImportReport, say: Texts) -> list[str]:
    """Return the counts in words; nothing is said about what did not occur."""
    sentences = [_count_sentence(report, say)]
    if report.merged:
        sentences.append(say("data.report.merged", count=say.number(report.merged)))
    if report.stations_without_pile_count and not _is_uncounted(report):
        sentences.append(say("data.report.without", count=say.number(report.stations_without_pile_count)))
    if report.repeated_piles:
        example = report.repeated_piles.examples[0]
        sentences.append(
            say(
                "data.report.repeated",
                count=say.number(report.repeated_piles.count),
                id=example.record_id or "",
                stations=example.value or "",
            )
        )
    if links := report.linked_to_areas + report.linked_to_areas_unsaid:
        said, unsaid = say.number(report.linked_to_areas), say.number(report.linked_to_areas_unsaid)
        sentences.append(say("data.report.linked", count=say.number(links), said=said, unsaid=unsaid))
    sentences += [
        unread_sentence(archive, members, say) for archive, members in report.unread_by_archive().items()
    ]
    return sentences


def _count_sentence(report: ImportReport, say: Texts) -> str:
    rows, stations, rejected = map(say.number, (report.rows_read, report.stations, report.rejected))
    if _is_uncounted(report):
        return say("data.report.read.uncounted", rows=rows, stations=stations, rejected=rejected)
    piles = say.number(report.piles)
    if not report.service_areas:
        return say("data.report.read.stations", rows=rows, stations=stations, rejected=rejected, piles=piles)
    areas = say.number(report.service_areas)
    return say("data.report.read", rows=rows, stations=stations, rejected=rejected, piles=piles, areas=areas)


def _is_uncounted(report: ImportReport) -> bool:
    """Whether no station says how many piles it has: a sum of 0 would be none."""
    return not report.service_areas and 0 < report.stations == report.stations_without_pile_count


def _show_findings(part: str, findings: tuple[Finding, ...], say: Texts) -> None:
    if not findings:
        if part == "rejections":
            st.markdown(say("data.report.clean"))
        return
    word = "reason" if part == "rejections" else "finding"
    columns = {
        say("data.report.reason"): [_what_text(word, finding.what, say) for finding in findings],
        say("data.report.count"): [finding.count for finding in findings],
        say("data.report.examples"): [_examples_text(finding.examples) for finding in findings],
    }
    _show_table(say(f"data.report.{part}"), pd.DataFrame(columns))
    if any(finding.what == EQUAL_ROWS for finding in findings):
        st.caption(say("data.report.equal_rows"))


def findings_text(word: str, findings: Iterable[Finding], say: Texts) -> str:
    """Return findings in words, with how often and the first example of each; `word` begins their keys."""
    parts = []
    for finding in findings:
        text = say("data.report.finding", what=_what_text(word, finding.what, say), count=finding.count)
        [example, *_] = (*finding.examples, Example())
        field = say(f"column.{example.field}") if example.field in FIELDS else example.field
        texts = dict.fromkeys((example.record_id, field, example.value))
        parts.append(" ".join(part for part in (text, *texts) if part))
    return say("list.semicolon").join(parts)


def assumption_text(what: str, headers: Sequence[str], say: Texts) -> str:
    """Return in words what was taken for granted of the columns of a table."""
    first, second, third, *_ = (*headers, "–", "–", "–")
    return say(f"assumed.{what}", first=first, second=second, third=third)


def _what_text(word: str, what: str, say: Texts) -> str:
    """Return what was found; a word that a dataset of another version brings stays as it is."""
    try:
        return say(f"{word}.{what}")
    except KeyError:
        return what


def _examples_text(examples: Iterable[Example]) -> str:
    parts = [dict.fromkeys((example.record_id, example.field, example.value)) for example in examples]
    return "; ".join(" ".join(text for text in texts if text) for texts in parts)


def _field_name(name: str, say: Texts) -> str:
    """Return what a field is called; one that the quality of data says nothing of keeps its own name."""
    own = name.removeprefix("piles.")
    return say(f"quality.field.{own}") if own in {*STATION_FIELDS, *PILE_FIELDS} else name


def _show_table(title: str, rows: pd.DataFrame) -> None:
    st.markdown(f"**{title}**")
    st.dataframe(rows, hide_index=True, placeholder="–")
