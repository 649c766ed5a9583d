"""Which dataset the page opens; where there is none, the simulated network is built behind a progress bar."""

import logging
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import streamlit as st

from charging.dataset.operators import operator_names
from charging.dataset.store import (
    CURRENT,
    Dataset,
    dataset_folder,
    find_dataset,
    last_dataset,
    locate_dataset,
    remember_dataset,
)
from charging.errors import ChargingError, UsageError
from charging.maps.tiles import usable_tiles
from charging.server_settings import ServerSettings
from charging.settings import Settings
from charging.views.elements.error_box import show_error
from charging.views.elements.texts import Texts
from charging.views.session import state
from charging.views.session.caching import Answers, open_answers
from charging.views.session.context import ViewContext
from charging.views.session.visit import visit, widget_value

_log = logging.getLogger(__name__)

_LOCK = threading.Lock()


def open_context(say: Texts) -> ViewContext | None:
    """Return the context of this run; None after saying what is wrong."""
    try:
        settings = ServerSettings.from_environment()
        usable_tiles(settings)  # refuses a choice of tiles that cannot be shown, before anything is built
        linked = _linked_folder(settings)
        folder = linked or find_dataset(settings) or _build_folder(settings, say)
        answers = open_answers(folder, settings)
        # a visit chooses for itself only
        if settings.dataset and not linked and last_dataset(settings.build_dir) != folder:
            remember_dataset(settings.build_dir, folder)
    except ChargingError as error:
        _log.exception("The page cannot open its dataset")
        show_error(f"**{say('start.broken')}**", str(error), say)
        st.caption(say("start.advice"))
        return None
    visit.dataset = answers.dataset.folder.name
    # written in every run, as `state.begin_run` does: a view without the map would make Streamlit forget it
    visit.tiles = widget_value("tiles") or settings.tiles
    datasets = (answers.dataset, *_other_dataset(settings))
    state.check_operators(*datasets)
    unit_counted = answers.dataset.manifest.unit_counted
    say = replace(say, operators=operator_names(*datasets), unit_counted=unit_counted)
    return ViewContext(answers, state.selected_filters(), settings, say)


def _other_dataset(settings: Settings) -> tuple[Dataset, ...]:
    """Return the dataset that is compared with, if one is; what is wrong with it the view says."""
    with suppress(ChargingError):
        if visit.other_dataset:
            return (open_named(settings, visit.other_dataset).dataset,)
    return ()


def open_named(settings: Settings, name: str) -> Answers:
    """Open a dataset by its name: one of the build folder, or the one that is set.

    Raises
    ------
    UsageError, DatasetError
        If it is none, or cannot be read.
    """
    is_configured = settings.dataset and name == Path(settings.dataset).name
    build_dir = settings.build_dir
    folder = locate_dataset(build_dir, settings.dataset) if is_configured else dataset_folder(build_dir, name)
    return open_answers(folder, settings)


def _linked_folder(settings: Settings) -> Path | None:
    """Return the dataset a link names, by its name in the build folder; None to open the usual one."""
    name = visit.dataset
    if name in ("", Path(settings.dataset).name):
        return None
    with suppress(UsageError):  # not even the name of a dataset: the same problem as the name of none
        folder = dataset_folder(settings.build_dir, name)
        if (folder / CURRENT).is_file():
            return folder
    visit.problems.append(("dataset", name))
    visit.dataset = ""
    return None


def _build_folder(settings: Settings, say: Texts) -> Path:
    """Build the simulated network; a second visitor who comes meanwhile waits for the same one."""
    with _LOCK, st.container(key="first_start"):
        folder = find_dataset(settings)
        if folder:
            return folder
        # imported here: the readers of all formats are loaded with it, and a second start needs none
        from charging.dataset.pipeline import build_simulated  # noqa: PLC0415

        bar = st.progress(0.0, say("start.build"))

        def show(share: float, _what: str) -> None:
            bar.progress(share, say("start.build"))

        dataset = build_simulated(settings.build_dir, progress=show)
        bar.empty()
    return dataset.folder
