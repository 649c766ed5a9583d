"""Where data comes from, in the reader's language: our own texts are in the catalogue.

Names of foreign sources and what their licences ask to show stay as their publishers write them.
"""

from dataclasses import replace

from charging.dataset.manifest import Manifest
from charging.domain.vocabulary import Kind
from charging.views.elements.texts import Texts


def localized_manifest(manifest: Manifest, say: Texts) -> Manifest:
    """Return a manifest whose titles and attributions are in the reader's language where they are ours."""
    if any(rows.info.source != Kind.SIMULATED for rows in manifest.sources):  # its name as a source
        return manifest
    title, attribution = say("simulated.title"), say("simulated.attribution")
    sources = (
        replace(rows, info=replace(rows.info, title=title, attribution=attribution))
        for rows in manifest.sources
    )
    scale = f" ×{manifest.scale}" if manifest.scale and manifest.scale > 1 else ""
    return replace(manifest, title=title + scale, sources=tuple(sources))
