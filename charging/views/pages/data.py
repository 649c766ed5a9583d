"""The data view: which datasets there are, where the loaded one comes from, and how good it is."""

import pandas as pd
import streamlit as st

from charging.dataset.manifest import Manifest
from charging.sources.recognition.guessed_preset import NOT_STATED
from charging.views.datasets import (
    dataset_switcher,
    duplicates,
    import_report,
    quality,
    sample_offer,
    upload,
)
from charging.views.elements.markup import element, show_section
from charging.views.elements.provenance import localized_manifest
from charging.views.elements.texts import Texts
from charging.views.session import state
from charging.views.session.context import ViewContext


def render(context: ViewContext) -> None:
    """Show the view."""
    say = context.say
    manifest = localized_manifest(context.dataset.manifest, say)
    st.html(element("h2", "view-title", text=manifest.title))
    st.caption(
        say("data.version", hash=manifest.content_hash[:12], built=f"{manifest.built_at:%Y-%m-%d %H:%M} UTC")
    )
    with st.container(key="datasets", horizontal=True, vertical_alignment="bottom"):
        dataset_switcher.choose_dataset(context)
        sample_offer.show_offer(context)
    upload.show_upload(context)
    _show_sources(manifest, say)
    import_report.show_import_report(manifest.report, say)
    quality.show_quality(context)
    duplicates.show_duplicates(context)
    state.write_url(context.selection)


def _show_sources(manifest: Manifest, say: Texts) -> None:
    show_section(say("data.sources"))
    st.dataframe(
        pd.DataFrame(
            {
                say("data.source"): rows.info.title,
                say("data.as_of"): rows.info.as_of,
                say("data.retrieved"): f"{rows.retrieved_at:%Y-%m-%d %H:%M} UTC",
                say("data.unit"): say.unit_name(rows.info.unit_counted),
                say("data.rows"): f"{say.number(rows.rows_taken)} / {say.number(rows.rows_read)}",
                say("field.licence"): _licence_text(rows.info.licence, say),
                say("data.attribution"): rows.info.attribution,
            }
            for rows in manifest.sources
        ),
        hide_index=True,
        placeholder="–",
    )


def _licence_text(licence: str | None, say: Texts) -> str:
    """Return the licence of a source; in the reader's language that nobody stated one."""
    return say("upload.not_stated") if licence == NOT_STATED else licence or say("data.licence.rows")
