"""Which dataset the page opens; where there never was one, it builds the simulated network behind a bar."""

import logging
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import streamlit as st

from charging.dataset.operators import operator_names
from charging.dataset.store import (
    Dataset,
    dataset_folder,
    dataset_names,
    find_dataset,
    is_dataset,
    locate_dataset,
)
from charging.errors import ChargingError, DatasetError, UsageError
from charging.maps.tiles import usable_tiles
from charging.server_settings import ServerSettings
from charging.settings import Settings
from charging.views.elements.error_box import show_error
from charging.views.elements.markup import escape_markdown
from charging.views.elements.texts import Texts
from charging.views.session import state
from charging.views.session.caching import Answers, open_answers
from charging.views.session.context import ViewContext
from charging.views.session.visit import visit, widget_value

_log = logging.getLogger(__name__)

_LOCK = threading.Lock()


def open_context(say: Texts) -> ViewContext | None:
    """Return the context of this run; None after saying what is wrong, and what can be opened instead."""
    settings = folder = None
    try:
        settings = ServerSettings.from_environment()
        usable_tiles(settings)  # refuses a choice of tiles that cannot be shown, before anything is built
        folder = _linked_folder(settings) or find_dataset(settings) or _build_folder(settings, say)
        answers = open_answers(folder, settings)
    except ChargingError as error:
        _log.exception("The page cannot open its dataset")
        show_error(f"**{say('start.broken')}**", str(error), say)
        if settings and isinstance(error, DatasetError):
            _offer_others(settings, folder, say)
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


def _offer_others(settings: Settings, broken: Path | None, say: Texts) -> None:
    """Offer the other datasets for this visit, and the simulated network: none is opened unasked."""
    # imported here: as in `_build_folder`
    from charging.dataset.pipeline import SIMULATED  # noqa: PLC0415

    names = [name for name in dataset_names(settings.build_dir) if broken is None or name != broken.name]
    if names:
        st.markdown(say("start.others"))
    with st.container(horizontal=True):
        for name in names:
            st.button(escape_markdown(name), key=f"open_{name}", on_click=_choose, args=(name,))
        is_there = (settings.build_dir / SIMULATED).exists()
        wants_simulation = (
            not is_there and settings.uploads == "on" and st.button(say("start.simulated"), key="simulate")
        )
    if wants_simulation:
        try:
            _choose(_build(settings, say, is_last=False).name)
        except ChargingError as error:
            _log.exception("The simulated network could not be built")
            show_error(say("start.broken"), str(error), say)
            return
        st.rerun()


def _choose(name: str) -> None:
    visit.dataset = name


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
        if is_dataset(folder):
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
        return _build(settings, say, is_last=True)


def _build(settings: Settings, say: Texts, *, is_last: bool) -> Path:
    # imported here: the readers of all formats are loaded with it, and a second start needs none
    from charging.dataset.pipeline import build_simulated  # noqa: PLC0415

    bar = st.progress(0.0, say("start.build"))

    def show(share: float, _what: str) -> None:
        bar.progress(share, say("start.build"))

    dataset = build_simulated(settings.build_dir, is_last=is_last, progress=show)
    bar.empty()
    return dataset.folder
