"""A real network for a first look: the sample that comes with the project, one click away."""

import logging

from charging.dataset.samples import dataset_name_of, import_sample
from charging.dataset.store import dataset_names
from charging.domain.vocabulary import Kind
from charging.errors import ChargingError
from charging.settings import Settings
from charging.views.elements.markup import show_plain_button
from charging.views.session.context import ViewContext
from charging.views.session.visit import PageName, visit

SAMPLE = "shenzhen"

_log = logging.getLogger(__name__)


def show_offer_beside_simulation(context: ViewContext) -> None:
    """Offer the sample to whoever looks at the simulated network."""
    if context.dataset.kind is Kind.SIMULATED:
        _show_offer(context, "sample_offer")


def show_offer(context: ViewContext) -> None:
    """Offer the sample beside the choice of datasets."""
    _show_offer(context, "sample")


def _show_offer(context: ViewContext, key: str) -> None:
    name = dataset_name_of(SAMPLE)
    is_there = name in dataset_names(context.settings.build_dir)
    is_open = context.dataset.folder.name == name
    if not is_open and (is_there or context.settings.uploads == "on"):
        show_plain_button(context.say(f"sample.{SAMPLE}"), key, _open, context.settings)


def _open(settings: Settings) -> None:
    """Open the map on the sample, for this visit; it becomes a dataset when it is first wanted."""
    # here: the first page has no need of it
    from charging.views.datasets import dataset_switcher  # noqa: PLC0415

    name = dataset_name_of(SAMPLE)
    try:
        if name not in dataset_names(settings.build_dir):
            import_sample(SAMPLE, build_dir=settings.build_dir, is_last=False)
        dataset_switcher.switch_dataset(settings, name)
    except ChargingError as error:
        _log.warning("The sample could not be opened", exc_info=True)
        visit.switch_problem = str(error)
        visit.page = PageName.DATA  # where the problem is shown
        return
    visit.page = PageName.MAP
