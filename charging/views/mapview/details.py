"""The details of a station that was clicked or chosen; what is not known is named as such, never zero."""

import datetime as dt
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
import streamlit as st

from charging.domain.datum import from_wgs84
from charging.domain.operators import load_operators
from charging.domain.vocabulary import Datum, connectors_in
from charging.domain.world.operators import find_wikidata
from charging.queries.stations import Station, station
from charging.views.elements.labels import names_in, operator_name
from charging.views.elements.markup import element, escape_markdown, show_plain_button, stripe, terms
from charging.views.elements.texts import Texts
from charging.views.mapview import favourites
from charging.views.session import state
from charging.views.session.colours import colours_of
from charging.views.session.context import ViewContext
from charging.views.session.visit import Selection

_WGS84_LINKS = {
    "apple": "https://maps.apple.com/?daddr={lat:.6f},{lon:.6f}",
    "google": "https://www.google.com/maps/dir/?api=1&destination={lat:.6f},{lon:.6f}",
    "osm": "https://www.openstreetmap.org/?mlat={lat:.6f}&mlon={lon:.6f}#map=17/{lat:.6f}/{lon:.6f}",
}
_WIKIDATA = "https://www.wikidata.org/wiki/{}"
_GCJ02_LINK = "https://uri.amap.com/navigation?to={lon:.6f},{lat:.6f}&mode=car&coordinate=gaode"


def show_station(context: ViewContext, station_id: str) -> None:
    """Show the details of a station."""
    answers, say = context.answers, context.say
    found = answers.ask(station, station_id)
    if found is None:
        show_heading(say("panel.station"), say)
        st.html(element("p", "empty", text=say("panel.gone")))
        return
    row = found.row
    name, other_name = names_in(row.get("name"), row.get("name_zh"), say)
    title = name or station_id
    show_heading(title, say, extra=lambda: favourites.show_star(context, row, title))
    operator = operator_name(row.operator_id, row.operator_raw, say) or say("unknown")
    colour = colours_of(answers).get(row.operator_id, "transparent")
    named = (stripe(colour), element("span", "", text=operator), _wikidata_link(row, say))
    st.html(
        element("p", "other-name", text=other_name or "")
        + element("p", "operator", *named)
        + element("table", "groups", *_groups(found, say))
        + terms(_lines(row, say))
        + element("h3", "panel-section", text=say("panel.navigate"))
        + element("p", "links", *_links(row, say))
    )


def show_heading(title: str, say: Texts, *, extra: Callable[[], None] | None = None) -> None:
    """Show the title of the panel, with a button that closes what is selected; Escape does the same.

    `extra` shows something between them.
    """
    with st.container(
        horizontal=True,
        vertical_alignment="top",
        horizontal_alignment="distribute",
        wrap=False,
        key="panel_head",
    ):
        st.html(element("h2", "panel-title", text=title))
        if extra:
            extra()
        st.button(
            "×",
            key="close",
            on_click=state.select,
            args=(None,),
            help=say("panel.close"),
            type="tertiary",
            shortcut="Esc",
        )


def show_station_button(key: str, station_id: str, name: str, note: str) -> None:
    """Show a station as a button that selects it, with a note in small print."""
    label = f"{escape_markdown(name)} :small[{escape_markdown(note)}]"
    show_plain_button(label, f"{key}-{station_id}", state.select, Selection("station", station_id))


def fact_html(label: str, value: str) -> str:
    """Return a number with its name."""
    return element("div", "fact", element("b", "", text=value), element("span", "", text=label))


def power_text(power_kw: float | None, say: Texts) -> str:
    """Return a power with its unit, or the word for not known."""
    return say("unknown") if power_kw is None or pd.isna(power_kw) else f"{power_kw:g} kW"


def _groups(found: Station, say: Texts) -> Iterator[str]:
    """Return the rows of the piles: current and power, connectors, status, count."""
    columns = [say(f"field.{name}") for name in ("current", "power", "connectors", "status", "count")]
    yield element("tr", "", *(element("th", "", text=column) for column in columns))
    for group in found.groups.to_dict("records"):
        current, mask, status, piles = (group[name] for name in ("current", "connectors", "status", "piles"))
        cells = (
            say(f"current.{current}") if pd.notna(current) else say("unknown"),
            power_text(group["power_kw"], say),
            ", ".join(say(f"connector.{connector}") for connector in connectors_in(int(mask)))
            if pd.notna(mask)
            else say("unknown"),
            say(f"status.{status}") if pd.notna(status) else say("unknown"),
            say.number(piles),
        )
        yield element("tr", "", *(element("td", "", text=cell) for cell in cells))


def _lines(row: pd.Series, say: Texts) -> Iterator[tuple[str, str]]:
    """Return what is known about the station, as label and text."""
    gcj02_lat, gcj02_lon = _gcj02(row)
    city = say(f"city.{row.city_id}") if pd.notna(row.city_id) else row.city_raw
    if pd.notna(row.city_derived_km):
        city = say("panel.derived_city", city=city, km=f"{row.city_derived_km:g}")
    named = {
        "city": city,
        "address": row.address,
        "access": say(f"access.{row.access}") if pd.notna(row.access) else None,
        "site": say(f"site.{row.site}") if pd.notna(row.site) else None,
        "opening_hours": row.opening_hours,
        "price": row.price,
        "phone": row.phone,
        "opened_on": row.opened_on,
        "status_at": row.status_at,
        "updated_at": row.updated_at,
        "wgs84": f"{row.lat:.5f}, {row.lon:.5f}",
        "gcj02": f"{gcj02_lat:.5f}, {gcj02_lon:.5f}",
        "source": row.station_id,
        "licence": row.licence,
        "retrieved_at": row.retrieved_at,
    }
    for field, value in named.items():
        if pd.notna(value):
            yield say(f"field.{field}"), _value_text(value, say)


def _gcj02(row: pd.Series) -> tuple[float, float]:
    lat, lon = from_wgs84(np.array([row.lat]), np.array([row.lon]), Datum.GCJ02)
    return float(lat[0]), float(lon[0])


def _value_text(value: object, say: Texts) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{say.date(value.date())}, {value:%H:%M} UTC"
    return say.date(value) if isinstance(value, dt.date) else str(value)


def _links(row: pd.Series, say: Texts) -> Iterator[str]:
    """Return links that lead there, each in the datum of its map."""
    lat, lon = _gcj02(row)
    targets = {"amap": _GCJ02_LINK.format(lat=lat, lon=lon)}
    targets |= {name: link.format(lat=row.lat, lon=row.lon) for name, link in _WGS84_LINKS.items()}
    for name, link in targets.items():
        yield _link(link, say(f"panel.{name}"))
    if pd.notna(row.url) and urlsplit(row.url).scheme in ("http", "https"):
        yield _link(row.url, say("panel.page"))


def _wikidata_link(row: pd.Series, say: Texts) -> str:
    """Return a link to what Wikidata says about the operator, with the list that knows its id on hover."""
    if pd.isna(row.operator_id):
        return ""
    country = row.country if pd.notna(row.country) else None
    item = find_wikidata(load_operators(), row.operator_id, country)
    return _link(_WIKIDATA.format(item), "Wikidata", title=say("panel.wikidata")) if item else ""


def _link(url: str, text: str, **attributes: str) -> str:
    return element("a", "", text=text, href=url, target="_blank", rel="noopener noreferrer", **attributes)
