"""A second dataset to compare with the loaded one: which there are, which is chosen, and what it is."""

import logging
from dataclasses import replace
from pathlib import Path

from charging.analytics.changes.stations import Incomparable, Obstacle
from charging.dataset.manifest import Manifest
from charging.dataset.store import Dataset, dataset_names
from charging.errors import ChargingError
from charging.settings import Settings
from charging.views.analyses import analysis
from charging.views.elements.provenance import localized_manifest
from charging.views.elements.texts import Texts
from charging.views.session import startup
from charging.views.session.context import ViewContext
from charging.views.session.visit import visit

_log = logging.getLogger(__name__)


def check_other(context: ViewContext) -> None:
    """Forget the other dataset a link names if there is none of that name, and say so; else begin to open it.

    Its tables are read in the background, while the page has other things to do.
    """
    if visit.other_dataset == context.dataset.folder.name:
        visit.other_dataset = ""
    if visit.other_dataset and visit.other_dataset not in dataset_choices(context.settings):
        visit.problems.append(("other", visit.other_dataset))
        visit.other_dataset = ""
    add_other(context)  # the view says what is wrong with it


def dataset_choices(settings: Settings) -> list[str]:
    """Return the names of the datasets the page can open: of the build folder, and the one that is set."""
    configured = [Path(settings.dataset).name] if settings.dataset else []
    return sorted({*dataset_names(settings.build_dir), *configured})


def choose_other(context: ViewContext, *, label: str = "", none: str = "") -> None:
    """Show the choice of the other dataset, under `label`; `none` is the text for no other."""
    own = context.dataset.folder.name
    names = ["", *(name for name in dataset_choices(context.settings) if name != own)]
    none = none or context.say("other.same")
    analysis.choose_one(context, "other", names, lambda name: name or none, label=label)


def add_other(context: ViewContext) -> tuple[ViewContext, str]:
    """Return the context with the other dataset, if one is chosen, and what is wrong with that one, or ""."""
    name = visit.other_dataset
    if not name:
        return context, ""
    try:
        other = startup.open_named(context.settings, name)
    except ChargingError as error:
        _log.warning("The dataset to compare with cannot be opened", exc_info=True)
        return context, str(error)
    units = {answers.dataset.manifest.unit_counted for answers in (context.answers, other)}
    say = context.say if len(units) == 1 else context.say.of("mixed")
    return replace(context, other=other, say=say), ""


def describe(dataset: Dataset, say: Texts) -> str:
    """Return in words what a dataset is: name and title, kind, date, and what it counts as a pile."""
    manifest = localized_manifest(dataset.manifest, say)
    parts = [
        dataset.folder.name,
        manifest.title,
        say(f"kind.{dataset.kind}"),
        say("other.as_of", date=manifest.as_of) if manifest.as_of else say("other.undated"),
        say("other.unit", unit=say.unit_name(manifest.unit_counted)),
    ]
    return " · ".join(parts)


def differing_values(found: Incomparable, old: Manifest, new: Manifest, say: Texts) -> dict[str, str]:
    """Return what two datasets differ in, in the reader's language as far as it is ours: `old` and `new`."""
    sides = {"old": (old, found.old), "new": (new, found.new)}
    return {
        side: _value_text(found.obstacle, manifest, value, say) for side, (manifest, value) in sides.items()
    }


def _value_text(obstacle: Obstacle, manifest: Manifest, value: str, say: Texts) -> str:
    if obstacle is Obstacle.OTHER_KIND:
        return say(f"kind.{manifest.kind}")
    if obstacle is Obstacle.OTHER_SIMULATION:
        return say("simulated.seed", seed=manifest.seed, scale=manifest.scale)
    if obstacle in (Obstacle.OTHER_UNIT, Obstacle.MIXED_UNITS):
        return say.unit_name(manifest.unit_counted)
    return value
