"""The data view: what is loaded, where it comes from, and what its import took and did not take."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
import streamlit as st

from charging.dataset.report import Finding, ImportReport
from charging.dataset.store import Dataset
from charging.views.markup import element, section
from charging.views.texts import Texts


def render(dataset: Dataset, say: Texts) -> None:
    """Show the view."""
    manifest = dataset.manifest
    st.html(element("h2", "view-title", text=manifest.title))
    st.caption(
        say("data.version", hash=manifest.content_hash[:12], built=f"{manifest.built_at:%Y-%m-%d %H:%M} UTC")
    )
    _sources(dataset, say)
    _report(manifest.report, say)


def _sources(dataset: Dataset, say: Texts) -> None:
    section(say("data.sources"))
    st.dataframe(
        pd.DataFrame(
            {
                say("data.source"): rows.info.title,
                say("field.licence"): rows.info.licence or say("data.licence.rows"),
                say("data.attribution"): rows.info.attribution,
                say("data.as_of"): rows.info.as_of,
                say("data.retrieved"): f"{rows.retrieved_at:%Y-%m-%d %H:%M} UTC",
                say("data.unit"): rows.info.unit_counted,
                say("data.rows"): f"{say.number(rows.rows_taken)} / {say.number(rows.rows_read)}",
            }
            for rows in dataset.manifest.sources
        ),
        hide_index=True,
        placeholder="–",
    )


def _report(report: ImportReport, say: Texts) -> None:
    section(say("data.report"))
    st.markdown(
        say(
            "data.report.read",
            rows=say.number(report.rows_read),
            stations=say.number(report.stations),
            piles=say.number(report.piles),
            areas=say.number(report.service_areas),
            rejected=say.number(sum(finding.count for finding in report.rejections)),
        )
    )
    if report.stations_without_pile_count:
        st.markdown(say("data.report.without", count=say.number(report.stations_without_pile_count)))
    for part, findings in (
        ("rejections", report.rejections),
        ("discrepancies", report.discrepancies),
        ("discarded", report.discarded),
    ):
        _findings(part, findings, say)
    if report.unmapped:
        st.markdown(f"**{say('data.report.unmapped')}**")
        _table(
            {say("data.field"): code.field, say("data.code"): code.code, say("data.report.count"): code.count}
            for code in report.unmapped
        )
    if report.unresolved:
        st.markdown(f"**{say('data.report.unresolved')}**")
        _table(
            {
                say("field.operator"): operator.text,
                say("field.stations"): operator.stations,
                say("field.piles"): operator.piles,
            }
            for operator in report.unresolved
        )


def _findings(part: str, findings: tuple[Finding, ...], say: Texts) -> None:
    if not findings:
        if part == "rejections":
            st.markdown(say("data.report.clean"))
        return
    st.markdown(f"**{say(f'data.report.{part}')}**")
    word = "reason" if part == "rejections" else "finding"
    _table(
        {
            say("data.report.reason"): say(f"{word}.{finding.what}"),
            say("data.report.count"): finding.count,
            say("data.report.examples"): "; ".join(
                " ".join(text for text in (example.record_id, example.field, example.value) if text)
                for example in finding.examples
            ),
        }
        for finding in findings
    )


def _table(rows: Iterable[dict[str, Any]]) -> None:
    st.dataframe(pd.DataFrame(list(rows)), hide_index=True, placeholder="–")
