"""The data view: which datasets there are, where the loaded one comes from, and how good it is."""

import pandas as pd
import streamlit as st

from charging.dataset.manifest import Manifest
from charging.domain.filters import Filters
from charging.settings import Settings
from charging.views.datasets import dataset_switcher, duplicates, import_report, quality, upload
from charging.views.elements.markup import element, section
from charging.views.elements.provenance import named, unit
from charging.views.elements.texts import Texts
from charging.views.mapview.map_layers import Drawing
from charging.views.session import state
from charging.views.session.caching import Answers


def render(answers: Answers, selection: Filters, settings: Settings, say: Texts) -> None:
    """Show the view."""
    dataset = answers.dataset
    manifest = named(dataset.manifest, say)
    drawing = Drawing(answers, selection, settings, say)
    st.html(element("h2", "view-title", text=manifest.title))
    st.caption(
        say("data.version", hash=manifest.content_hash[:12], built=f"{manifest.built_at:%Y-%m-%d %H:%M} UTC")
    )
    with st.container(key="datasets", horizontal=True, vertical_alignment="bottom"):
        dataset_switcher.choose(drawing)
    upload.offer(drawing)
    _sources(manifest, say)
    import_report.show(manifest.report, say)
    quality.show(drawing)
    duplicates.show(drawing)
    state.write_url(selection)


def _sources(manifest: Manifest, say: Texts) -> None:
    section(say("data.sources"))
    st.dataframe(
        pd.DataFrame(
            {
                say("data.source"): rows.info.title,
                say("data.as_of"): rows.info.as_of,
                say("data.retrieved"): f"{rows.retrieved_at:%Y-%m-%d %H:%M} UTC",
                say("data.unit"): unit(rows.info.unit_counted, say),
                say("data.rows"): f"{say.number(rows.rows_taken)} / {say.number(rows.rows_read)}",
                say("field.licence"): rows.info.licence or say("data.licence.rows"),
                say("data.attribution"): rows.info.attribution,
            }
            for rows in manifest.sources
        ),
        hide_index=True,
        placeholder="–",
    )
