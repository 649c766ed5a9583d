"""The search field at the top of the sidebar: it moves the map, where the conditions below it filter."""

from collections.abc import Mapping

import streamlit as st

from charging.queries.search import Hit, HitKind, find_hits
from charging.views.elements.component import component
from charging.views.elements.labels import names_in
from charging.views.elements.texts import Texts
from charging.views.session import state
from charging.views.session.caching import Answers
from charging.views.session.context import ViewContext
from charging.views.session.damage import tells_damage
from charging.views.session.visit import Selection, visit, widget_value
from charging.views.session.visits import asking

KEY = "finding"

ZOOMS = {HitKind.POINT: 15.0, HitKind.CITY: 11.0, HitKind.TOWN: 13.0, HitKind.STATION: 15.0}
"""How near the map goes to what was found, Web Mercator."""


@st.fragment
@tells_damage
def show_search(context: ViewContext) -> None:
    """Show the field, and go where its user chooses."""
    say, hits = context.say, _hits(context.answers)
    data = {
        "sought": sought_text(),
        "hits": [_row(hit, say) for hit in hits],
        "texts": {name: say(f"finding.{name}") for name in ("placeholder", "list", "nothing")},
    }
    # Streamlit keeps only a state that has a callback
    result = component(__file__)(
        key=KEY, data=data, on_sought_change=lambda: None, on_chosen_change=lambda: choose_hit(hits)
    )
    if result.chosen:
        st.rerun()  # the whole page: the map flies, the conditions may have changed


def sought_text() -> str:
    """Return the text in the field."""
    answer: Mapping[str, object] = widget_value(KEY) or {}
    text = answer.get("sought")
    return text if isinstance(text, str) else ""


def _hits(answers: Answers) -> tuple[Hit, ...]:
    """Return what is found; kept for the visit alone, since every few letters are another question."""
    query = (answers.dataset.content_hash, sought_text())
    if visit.query != query:
        with asking():
            visit.query, visit.hits = query, find_hits(answers.engine, sought_text())
    return visit.hits


def _row(hit: Hit, say: Texts) -> dict[str, str]:
    """Return how a hit is shown: its name in the reader's language, in the other one, and where it is."""
    title, other = names_in(hit.name, hit.name_zh, say)
    region, _ = names_in(hit.region, hit.region_zh, say)
    city = say(f"city.{hit.city_id}") if hit.city_id else None
    where = [city, region]
    if hit.kind is HitKind.STATION:  # a long name, whose other form has more room below
        where, other = [other, *where], None
    if hit.datum:
        where = [say("finding.datum", datum=say(f"field.{hit.datum}"))]
    return {
        "key": hit.key,
        "kind": hit.kind,
        "label": say(f"finding.{hit.kind}"),
        "title": title or hit.id,
        "other": other or "",
        "detail": " · ".join(part for part in where if part),
    }


def choose_hit(hits: tuple[Hit, ...]) -> None:
    """Go to the hit chosen in the field, if it is one of those found."""
    chosen = widget_value(KEY).chosen
    for hit in hits:
        if hit.key == chosen:
            _go_to_hit(hit)


def _go_to_hit(hit: Hit) -> None:
    if hit.kind is HitKind.OPERATOR:
        visit.operators = [hit.id]
    if hit.kind is HitKind.STATION:
        state.select(Selection("station", hit.id))
    if hit.lat is not None and hit.lon is not None:
        state.fly_to(hit.lat, hit.lon, ZOOMS[hit.kind])
