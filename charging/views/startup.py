"""Which dataset the page opens; where there is none, the simulated network is built behind a progress bar."""

import threading
from pathlib import Path

import streamlit as st

from charging.dataset.pipeline import build_simulated
from charging.dataset.store import find_dataset, remember
from charging.errors import ChargingError
from charging.settings import Settings
from charging.views.caching import Answers, open_answers
from charging.views.texts import Texts

_LOCK = threading.Lock()


def dataset_answers(settings: Settings, say: Texts) -> Answers | None:
    """Return the answers about the dataset to show; None after saying why there is none."""
    try:
        folder = find_dataset(settings) or _built(settings, say)
        answers = open_answers(folder, memory_limit_mb=settings.memory_limit_mb)
        remember(settings.build_dir, folder)
    except ChargingError as error:
        st.error(f"**{say('start.broken')}**", icon=":material/database_off:")
        st.text(str(error))
        st.caption(say("start.advice"))
        return None
    return answers


def _built(settings: Settings, say: Texts) -> Path:
    """Build the simulated network; a second visitor who comes meanwhile waits for the same one."""
    with _LOCK, st.container(key="first_start"):
        folder = find_dataset(settings)
        if folder:
            return folder
        bar = st.progress(0.0, say("start.build"))

        def show(share: float, _what: str) -> None:
            bar.progress(share, say("start.build"))

        dataset = build_simulated(settings.build_dir, progress=show)
        bar.empty()
    return dataset.folder
