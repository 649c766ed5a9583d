"""What surrounds a map that is downloaded: what it shows, of what selection, from where, and its link."""

import datetime as dt
from urllib.parse import urlencode

import streamlit as st

from charging.dataset.store import Dataset
from charging.domain.filters import Filters
from charging.domain.vocabulary import Kind
from charging.maps.standalone import Caption
from charging.maps.viewport import Viewport, fitting_view
from charging.views.chrome.headline import has_published_figures, headline_line, headline_rows
from charging.views.elements.provenance import localized_manifest
from charging.views.elements.texts import Texts
from charging.views.session import state
from charging.views.session.context import ViewContext
from charging.views.session.repeat_notes import full_repeat_note


def caption(context: ViewContext, viewport: Viewport) -> Caption:
    """Return the caption of the present map."""
    say, selection, manifest = context.say, context.selection, context.dataset.manifest
    return Caption(
        title=manifest.title if manifest.kind is Kind.REAL else say("app.title"),
        badge=say(f"kind.{manifest.kind}"),
        is_simulated=manifest.kind is Kind.SIMULATED,
        sentence=selection.describe(say),
        figures=headline_rows(context),
        notes=(*source_notes(context.dataset, say), say("take.frame")),
        link_label=say("take.link"),
        link=page_link(selection, viewport),
    )


def source_notes(dataset: Dataset, say: Texts) -> tuple[str, ...]:
    """Return the lines on where the data comes from: kind, dataset and date, sources with their licences."""
    manifest = localized_manifest(dataset.manifest, say)
    lines = [say("kind.simulated.note")] if manifest.kind is Kind.SIMULATED else []
    as_of, digest = manifest.as_of or say("unknown"), manifest.content_hash[:8]
    lines.append(say("take.dataset", title=manifest.title, as_of=as_of, hash=digest))
    lines += [
        say(
            "take.source",
            attribution=rows.info.attribution or rows.info.title,
            licence=rows.info.licence or say("data.licence.rows"),
            date=say.date(rows.retrieved_at.astimezone(dt.UTC).date()),
        )
        for rows in manifest.sources
    ]
    if note := full_repeat_note(dataset, say):
        lines.append(note)
    return tuple(lines)


def picture_notes(context: ViewContext) -> tuple[str, ...]:
    """Return the lines under a picture: the figures of a dataset that has its own, and its sources."""
    headline = () if has_published_figures(context) else (headline_line(context),)
    return (*headline, *source_notes(context.dataset, context.say))


def page_link(selection: Filters, viewport: Viewport) -> str:
    """Return the address that opens the page as it is; empty where the page does not know its own."""
    address = st.context.url
    return f"{address.rstrip('/')}/{link_query(selection, viewport)}" if address else ""


def link_query(selection: Filters, viewport: Viewport) -> str:
    """Return what follows the page's own address in the link."""
    middle = fitting_view(viewport.bounds)
    at = f"{middle.lat:.4f},{(middle.lon + 180) % 360 - 180:.4f},{viewport.zoom:g}"
    query = urlencode(state.link_query(selection) | {"at": [at]}, doseq=True, safe=",")
    return f"?{query}"
