"""Another dataset instead of the loaded one, for this visit: the choice, and what stays of the last."""

import logging

import streamlit as st

from charging.domain.filters import Filters
from charging.errors import ChargingError
from charging.maps.viewport import fitting_view
from charging.queries.stations import extent
from charging.queries.totals import Breakdown, totals
from charging.settings import Settings
from charging.views.analyses import second_dataset
from charging.views.elements.error_box import show_error
from charging.views.session import analysis_params, startup, state
from charging.views.session.context import ViewContext
from charging.views.session.visit import set_widget_value, visit, widget_value

_log = logging.getLogger(__name__)

_KEY = "switch"


def choose_dataset(context: ViewContext) -> None:
    """Show the choice of the dataset the page opens."""
    say, own = context.say, context.dataset.folder.name
    set_widget_value(_KEY, own)  # also after a choice that could not be opened
    st.selectbox(
        say("switch.label"),
        sorted({own, *second_dataset.dataset_choices(context.settings)}),
        key=_KEY,
        on_change=_switch_to_choice,
        args=(context.settings,),
        help=say("switch.help"),
        width=320,
    )
    if visit.switch_problem:
        show_error(say("switch.problem"), visit.switch_problem, say)
        visit.switch_problem = ""


def switch_dataset(settings: Settings, name: str) -> None:
    """Open another dataset in this visit; call it before the page is shown.

    Sets of operators return to the usual ones. Conditions stay, without operators and cities that the other
    dataset does not have. The map is sent to the stations.

    Raises
    ------
    ChargingError
        If it cannot be opened; the visit stays where it is.
    """
    answers = startup.open_named(settings, name)
    view = fitting_view(answers.ask(extent))
    operators, cities = (
        set(answers.ask(totals, Filters(), by=by).key.dropna()) for by in (Breakdown.OPERATOR, Breakdown.CITY)
    )
    visit.dataset = name
    for key, known in {"operator": operators, "layer": operators, "city": cities}.items():
        set_widget_value(key, [value for value in widget_value(key) or () if value in known])
    analysis_params.forget_sets()
    state.start_at(view)
    _log.info("A visit switched to %(dataset)s", {"dataset": name})


def _switch_to_choice(settings: Settings) -> None:
    try:
        switch_dataset(settings, widget_value(_KEY))
    except ChargingError as error:
        _log.warning("A visit could not switch its dataset", exc_info=True)
        visit.switch_problem = str(error)
