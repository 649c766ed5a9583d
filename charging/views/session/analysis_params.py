"""What the analysing views are asked: sets of operators, cells, distances; and how the URL says it.

The keys of the widgets are those of the URL. Sets of operators depend on the dataset and stand at its usual
ones until a reader or a link chooses; what stands at its usual value is left out of the link.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from enum import StrEnum

import streamlit as st

from charging.analytics.coverage_options import Gain, Grid
from charging.views.session.caching import Answers


class Analysis(StrEnum):
    """What the coverage view is about."""

    PARTNERS = "partners"
    LEAVING = "leaving"
    REACH = "reach"
    HIGHWAYS = "highways"
    SPOTS = "spots"


RESOLUTIONS = (3, 4, 5, 6, 7, 8)
RINGS = (0, 1, 2, 3)
KMS = (1, 2, 3, 5, 10, 20, 30, 50, 100)
EXPONENTS = (0.0, 0.5, 1.0, 2.0, 3.0)
RIVALS = (-1.0, -0.5, *EXPONENTS)

SETS = ("base", "partner", "leaver", "a", "b")
"""Sets of operators, by the key of their widget."""

CHOICES: Mapping[str, tuple[tuple[object, ...], object]] = {
    "topic": (tuple(Analysis), Analysis.PARTNERS),
    "gain": (tuple(Gain), Gain.CELLS),
    "resolution": (RESOLUTIONS, 6),
    "rings": (RINGS, 0),
    "km": (KMS, 5),
    "weigh": (EXPONENTS, 1.0),
    "far": (EXPONENTS, 1.0),
    "rival": (RIVALS, 0.0),
    "log": ((False, True), False),
}
"""What can be chosen one of, by the key of its widget, and where it stands at first.

The link names the analysis `topic`, as it always did.
"""


def begin(
    query: Mapping[str, list[str]], registered: Callable[[str, tuple[str, ...]], tuple[str, ...]]
) -> None:
    """Read the URL, on the first run of a visit; what cannot be read becomes a problem.

    `registered` returns those of the operators under a key that are known, and makes the others problems.
    """
    session = st.session_state
    for key in SETS:
        wanted = tuple(value for value in query.get(key, ()) if value)  # an empty one says: none of them
        session[key] = list(registered(key, wanted)) if key in query else None
    for key, (options, usual) in CHOICES.items():
        written = {_written(option): option for option in options}
        found = query.get(key, [_written(usual)])[-1]
        if found not in written:
            session.problems.append((key, found))
        session[key] = written.get(found, usual)
    session.other = query.get("other", [""])[-1]
    session.usual_sets = {}


def keep() -> None:
    """Write every state, so that Streamlit does not forget those another view shows no widget for."""
    for key in (*SETS, *CHOICES, "other"):
        st.session_state[key] = st.session_state[key]


def forget_sets() -> None:
    """Forget the sets of operators: those of another dataset are others."""
    st.session_state.usual_sets = {}
    for key in SETS:
        st.session_state[key] = None


def settle(answers: Answers) -> None:
    """Put the sets nobody chose yet to the usual ones of the dataset (`studies.usual_sets`).

    So does another dataset with those that stood at the usual ones of the last.
    """
    from charging.analytics.studies import usual_sets  # noqa: PLC0415  a map without analyses needs none

    usual = {key: list(operators) for key, operators in asdict(usual_sets(answers)).items()}
    last, st.session_state.usual_sets = st.session_state.usual_sets, usual
    for key in SETS:
        standing = st.session_state[key]
        is_usual = key in last and last[key] != usual[key] and set(standing or ()) == set(last[key])
        if standing is None or is_usual:
            st.session_state[key] = list(usual[key])


def chosen(key: str) -> tuple[str, ...]:
    """Return a set of operators."""
    return tuple(st.session_state[key] or ())


def grid() -> Grid:
    """Return how finely coverage is looked at."""
    session = st.session_state
    return Grid(resolution=session.resolution, rings=session.rings, km=float(session.km))


def link_query() -> dict[str, list[str]]:
    """Return what the link says of all this."""
    session = st.session_state
    usual = session.usual_sets
    sets = {
        key: session[key] or [""]
        for key in SETS
        if session[key] is not None and set(session[key]) != set(usual.get(key, session[key]))
    }
    choices = {
        key: [_written(session[key])] for key, (_, standard) in CHOICES.items() if session[key] != standard
    }
    return sets | choices | ({"other": [session.other]} if session.other else {})


def _written(option: object) -> str:
    """Return how the link says a choice; true and false in small letters, as elsewhere in it."""
    return str(option).lower() if isinstance(option, bool) else str(option)
