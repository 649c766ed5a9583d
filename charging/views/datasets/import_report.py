"""The import report for people: what was taken, and what was not, with its reasons and examples."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from charging.dataset.report import Finding, ImportReport
from charging.queries.quality import PILE_FIELDS, STATION_FIELDS
from charging.views.elements.markup import plain, section
from charging.views.elements.texts import Texts


def show(report: ImportReport, say: Texts) -> None:
    """Show a report."""
    section(say("data.report"))
    for sentence in _sentences(report, say):
        st.markdown(plain(sentence))
    for part, findings in (
        ("rejections", report.rejections),
        ("discrepancies", report.discrepancies),
        ("discarded", report.discarded),
    ):
        _findings(part, findings, say)
    if report.unmapped:
        _table(
            say("data.report.unmapped"),
            (
                {
                    say("data.field"): _field(code.field, say),
                    say("data.code"): code.code,
                    say("data.report.count"): code.count,
                }
                for code in report.unmapped
            ),
        )
    if report.unresolved:
        _table(
            say("data.report.unresolved"),
            (
                {
                    say("field.operator"): operator.text,
                    say("field.stations"): operator.stations,
                    say("field.piles"): operator.piles,
                }
                for operator in report.unresolved
            ),
        )
        if (all_of_them := report.unresolved_operators) > (shown := len(report.unresolved)):
            st.caption(
                say("data.report.unresolved.more", shown=say.number(shown), count=say.number(all_of_them))
            )


def unread_sentence(archive: str, members: Sequence[str], say: Texts) -> str:
    """Return in words which members of an archive are not read."""
    return say("data.report.unread", archive=archive, members=", ".join(members))


def _sentences(report: ImportReport, say: Texts) -> list[str]:
    """Return the counts in words; nothing is said about what did not occur."""
    said = [
        say(
            "data.report.read",
            rows=say.number(report.rows_read),
            stations=say.number(report.stations),
            piles=say.number(report.piles),
            areas=say.number(report.service_areas),
            rejected=say.number(report.rejected),
        )
    ]
    if report.merged:
        said.append(say("data.report.merged", count=say.number(report.merged)))
    if report.stations_without_pile_count:
        said.append(say("data.report.without", count=say.number(report.stations_without_pile_count)))
    if links := report.linked_to_areas + report.linked_to_areas_unsaid:
        said.append(
            say(
                "data.report.linked",
                count=say.number(links),
                said=say.number(report.linked_to_areas),
                unsaid=say.number(report.linked_to_areas_unsaid),
            )
        )
    said += [
        unread_sentence(archive, members, say) for archive, members in report.unread_by_archive().items()
    ]
    return said


def _findings(part: str, findings: tuple[Finding, ...], say: Texts) -> None:
    if not findings:
        if part == "rejections":
            st.markdown(say("data.report.clean"))
        return
    word = "reason" if part == "rejections" else "finding"
    _table(
        say(f"data.report.{part}"),
        (
            {
                say("data.report.reason"): say(f"{word}.{finding.what}"),
                say("data.report.count"): finding.count,
                say("data.report.examples"): "; ".join(
                    " ".join(text for text in (example.record_id, example.field, example.value) if text)
                    for example in finding.examples
                ),
            }
            for finding in findings
        ),
    )


def _field(name: str, say: Texts) -> str:
    """Return what a field is called; one that the quality of data says nothing of keeps its own name."""
    own = name.removeprefix("piles.")
    return say(f"quality.field.{own}") if own in {*STATION_FIELDS, *PILE_FIELDS} else name


def _table(title: str, rows: Iterable[dict[str, Any]]) -> None:
    st.markdown(f"**{title}**")
    st.dataframe(pd.DataFrame(list(rows)), hide_index=True, placeholder="–")
