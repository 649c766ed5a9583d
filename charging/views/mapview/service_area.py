"""A service area that is selected: where it is, and the selected stations in it."""

import streamlit as st

from charging.domain.filters import Filters
from charging.queries.highways import area_stations, service_areas
from charging.views.elements.labels import names_of, operators_of
from charging.views.elements.markup import element, terms
from charging.views.mapview.details import show_heading, show_station_button
from charging.views.session.context import ViewContext


def show_service_area(context: ViewContext, service_area_id: str) -> None:
    """Show a service area, with a button for each of its selected stations."""
    answers, say = context.answers, context.say
    areas = answers.ask(service_areas, Filters())
    found = areas[areas.service_area_id == service_area_id]
    if found.empty:
        show_heading(say("panel.area"), say)
        st.html(element("p", "empty", text=say("panel.area.gone")))
        return
    area = found.iloc[0]
    show_heading(area["name"] if isinstance(area["name"], str) else service_area_id, say)
    lines = {
        "highways.field.expressway": area.expressway,
        "highways.field.direction": area.direction,
        "highways.field.chainage_km": f"{area.chainage_km:,.1f} km",
        "field.wgs84": f"{area.lat:.5f}, {area.lon:.5f}",
        "field.source": service_area_id,
    }
    st.html(terms((say(key), str(value)) for key, value in lines.items()))
    stations = answers.ask(area_stations, context.selection, service_area_id)
    st.html(element("h3", "panel-section", text=say("panel.area.stations")))
    if stations.empty:
        st.html(element("p", "empty", text=say("panel.area.none")))
    rows = zip(names_of(stations, say), operators_of(stations, say), stations.to_dict("records"), strict=True)
    for name, operator, row in rows:
        count = say("table.piles", count=say.number(row["piles"]))
        show_station_button("in-area", row["station_id"], name, f"{operator or say('unknown')} · {count}")
