"""Where data comes from, in the reader's language: our own texts are in the catalogue.

Names of foreign sources and what their licences ask to show stay as their publishers write them.
"""

from dataclasses import replace

from charging.dataset.manifest import Manifest
from charging.domain.vocabulary import Kind
from charging.views.elements.texts import Texts

_UNITS = {
    "pile": "pile",
    "EVSE": "evse",
    "EquipmentInfo": "equipment",
    "charging point": "point",
    "charging port": "port",
    "connection, or charging bay where the site states more": "connection",
    "vehicle that can charge at once, or socket where that is not told": "vehicle",
    "mixed": "mixed",
}
"""What our readers and presets count, with the word for it."""


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


def unit_name(counted: str, say: Texts) -> str:
    """Return what a source counts as a pile, in the reader's language where it is one of our words."""
    return say(f"unit.{_UNITS[counted]}") if counted in _UNITS else counted


def unit_plural(counted: str, say: Texts) -> str:
    """Return the same for many of them, short enough to head a figure."""
    return say(f"units.{_UNITS[counted]}") if counted in _UNITS else counted or say("units.pile")
