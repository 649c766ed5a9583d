"""How much of the people, or of a reader's weight, lies within X km of a station, network by network."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import pandas as pd
import streamlit as st

from charging.analytics import studies
from charging.analytics.density import density_by_city
from charging.analytics.reach import (
    NOT_KNOWN,
    ReachLevel,
    nearest_km,
    reach_by_cell,
    reach_curve,
    reach_curves,
    unreached_places,
    weights_of_area,
)
from charging.domain.filters import Filters
from charging.domain.hexes import MAX_RESOLUTION
from charging.maps.palette import OTHER, RAMPS
from charging.queries.totals import count_left_out_as_unknown, totals
from charging.views.analyses import analysis, user_weights
from charging.views.elements.labels import both_names_of
from charging.views.elements.markup import Bar, bars, element, show_section
from charging.views.elements.report_recorder import ChartLine, Curves
from charging.views.session import analysis_params
from charging.views.session.colours import colours_of, operators_by_size, theme
from charging.views.session.context import ViewContext
from charging.views.session.visit import visit

MAX_ALONE = 5
"""Partners with a curve of their own."""

MAX_ROWS = 1_000
"""Places listed that are not reached."""

_CHART_HEIGHT_PX = 240
_NIO, _NIO_KM = "nio", 3


class Network(NamedTuple):
    """A set of operators whose reach is drawn; None: any operator, known or not."""

    operators: tuple[str, ...] | None
    name: str
    colour: str
    dash: tuple[int, int]  # px drawn, px left out


class Reach:
    """How many of the people live near a network."""

    definition = (reach_curve, nearest_km, weights_of_area)

    def controls(self, context: ViewContext) -> None:
        """Show the parameters."""
        analysis.choose_operators(context, "base")
        analysis.choose_operators(context, "partner", apart_from="base")
        within = context.say("asked.within")
        km = st.select_slider(
            within, analysis_params.KMS, key="km", format_func=lambda km: f"{km} km", width=260
        )
        context.recorder.record_question(within, f"{km} km")
        user_weights.show_weights(context)

    def build(self, context: ViewContext) -> analysis.TopicView:
        """Return the answer: its map, panel and tables."""
        filters = studies.reach_filters(context.selection)
        if user_weights.is_nobody(context):
            return analysis.TopicView(
                lambda: user_weights.show_nobody(context),
                lambda: _show_density(context, filters),
                has_figures=False,
            )
        say, km = context.say, float(visit.km)
        networks = _networks(context)
        main = networks[_main_key(networks)]
        places, distances = user_weights.weights(context), user_weights.nearest(context, filters)
        finest = MAX_RESOLUTION if places.resolution is None else min(MAX_RESOLUTION, places.resolution)
        cells = analysis.category_layers(
            context,
            partial(reach_by_cell, distances, places, main.operators, km),
            title=say("reach.legend", unit=user_weights.unit_name(context), km=f"{km:g}", network=main.name),
            names={str(verdict): say(f"reach.{verdict}") for verdict in ReachLevel},
            strongest_first=False,
            columns=("weight", "weight_missed"),
            max_resolution=finest,
        )

        curves = _all_curves(context, distances, networks)

        def show_panel() -> None:
            _show_shares(context, curves, networks)
            _show_unknowns(context, filters, main)
            _show_curves(context, _rows_at(curves, studies.CURVE_KMS), networks)
            if _NIO in operators_by_size(context.answers):
                context.recorder.show_note(say("reach.nio", km=_NIO_KM))

        def show_tables() -> None:
            _list_by_distance(context, _rows_at(curves, analysis_params.KMS), networks)
            _list_unreached(context, distances, main)
            _show_density(context, filters)

        return analysis.TopicView(show_panel, show_tables, cells)


def _networks(context: ViewContext) -> dict[str, Network]:
    """Return the networks to draw, in that order; of many partners only the first ones alone."""
    partners = analysis_params.operator_set("partner")
    found = studies.reach_networks(analysis_params.operator_set("base"), partners)
    hidden = {f"alone.{operator}" for operator in partners[MAX_ALONE:]}
    return {key: _network(context, key, operators) for key, operators in found.items() if key not in hidden}


def _network(context: ViewContext, key: str, operators: tuple[str, ...] | None) -> Network:
    """Return a network of `studies.reach_networks` with its name and its line."""
    say, ramp = context.say, RAMPS[theme()]
    if operators is None:
        return Network(None, say("reach.network.all"), OTHER[theme()], (4, 3))
    if key == "base":
        return Network(operators, say("reach.network.base"), ramp[3], (1, 0))
    if key == "both":
        has_base = bool(analysis_params.operator_set("base"))
        name = say("reach.network.both") if has_base else say("reach.network.partners")
        return Network(operators, name, ramp[6], (1, 0))
    [operator] = operators
    name = say("reach.network.alone", name=say(f"operator.{operator}"))
    return Network(operators, name, colours_of(context.answers)[operator], (1, 0))


def _main_key(networks: Mapping[str, Network]) -> str:
    return next(key for key in ("both", "base", "all") if key in networks)


def _show_shares(context: ViewContext, curves: pd.DataFrame, networks: Mapping[str, Network]) -> None:
    """Show the share of each network at the chosen distance."""
    say, km = context.say, float(visit.km)
    here = _rows_at(curves, [km]).set_index("network")
    title = say("reach.title", unit=user_weights.unit_name(context), km=f"{km:g}")
    context.recorder.show_html(element("h2", "panel-title", text=title))
    rows = [
        Bar(each.colour, each.name, here.share[name], say.share(here.share[name]))
        for name, each in networks.items()
    ]
    context.recorder.show_html(bars(rows, 1))
    key = _main_key(networks)
    reached = analysis.ratio(here.weight_reached[key], here.weight_whole[key], say)
    context.recorder.show_html(
        element("h3", "panel-section", text=networks[key].name) + element("p", "operator", text=reached)
    )


def _all_curves(
    context: ViewContext, distances: pd.DataFrame, networks: Mapping[str, Network]
) -> pd.DataFrame:
    """Return the reach of each network at every distance of the chart and the table."""
    sets: dict[str, Collection[str] | None] = {name: each.operators for name, each in networks.items()}
    return reach_curves(
        distances, user_weights.weights(context), sets, sorted({*studies.CURVE_KMS, *analysis_params.KMS})
    )


def _rows_at(curves: pd.DataFrame, kms: Sequence[float]) -> pd.DataFrame:
    return curves[curves.km.isin(kms)].reset_index(drop=True)


def _network_curves(
    curves: pd.DataFrame, networks: Mapping[str, Network]
) -> Iterator[tuple[Network, pd.DataFrame]]:
    """Return each network with its own curve."""
    for name, curve in curves.groupby("network", sort=False):
        yield networks[str(name)], curve


def _show_curves(context: ViewContext, curves: pd.DataFrame, networks: Mapping[str, Network]) -> None:
    """Show the share of each network by distance."""
    say, km = context.say, float(visit.km)
    title = say("reach.axis.share", unit=user_weights.unit_name(context))
    context.recorder.show_html(element("h3", "panel-section", text=title))
    points = curves.assign(
        network=curves.network.map({name: each.name for name, each in networks.items()}),
        percent=curves.share.map(say.share),
    )
    points, chart = points[["km", "share", "percent", "network"]], _chart(context, networks, km)
    st.vega_lite_chart(points, chart, width="stretch", height=_CHART_HEIGHT_PX, key="reach_chart", alt=title)
    lines = tuple(
        ChartLine(each.name, each.colour, each.dash, tuple(zip(curve.km, curve.share, strict=True)))
        for each, curve in _network_curves(curves, networks)
    )
    unit = f"{title} · {say('reach.axis.km')}"
    context.recorder.record_piece(Curves(lines, analysis_params.KMS, unit, km))
    notes = [user_weights.whole_sentence(context), say("analysis.straight_line")]
    if not context.selection.currents:
        notes.append(say("reach.dc_asked"))
    if len(analysis_params.operator_set("partner")) > MAX_ALONE:
        notes.append(say("reach.most_alone", most=MAX_ALONE))
    context.recorder.show_note(" ".join(notes))


def _chart(context: ViewContext, networks: Mapping[str, Network], km: float) -> dict[str, Any]:
    """Return the curves as Vega-Lite: distances on a scale of ratios, the chosen one marked."""
    say, each, kms = context.say, tuple(networks.values()), analysis_params.KMS
    names = [one.name for one in each]
    scale = {"type": "log", "domain": [kms[0], kms[-1]], "nice": False}
    title = {"title": say("reach.axis.km"), "titleAlign": "right", "titleAnchor": "end"}
    axis = {"values": kms, **title, "grid": False, "format": "d", "labelOverlap": "greedy"}
    x = {"field": "km", "type": "quantitative", "scale": scale, "axis": axis}
    y = {
        "field": "share",
        "type": "quantitative",
        "scale": {"domain": [0, 1]},
        "axis": {"title": None, "format": ".0%", "values": [0, 0.25, 0.5, 0.75, 1], "labelPadding": 4},
    }
    colour, dash = (
        {"field": "network", "scale": {"domain": names, "range": values}, "legend": None}
        for values in ([one.colour for one in each], [one.dash for one in each])
    )
    tooltip = [
        {"field": "network", "title": say("field.operator")},
        {"field": "km", "title": "km"},
        {"field": "percent", "title": say("reach.share")},
    ]
    line = {"type": "line", "strokeWidth": 2.25, "interpolate": "linear"}
    rule = {"type": "rule", "strokeWidth": 1, "strokeDash": [3, 3], "color": OTHER[theme()]}
    point, at_km = {"type": "point", "filled": True}, [{"filter": f"datum.km == {km:g}"}]
    encoded = {"x": x, "y": y, "color": colour}
    return {
        "layer": [
            {"mark": rule, "encoding": {"x": {"datum": km, "type": "quantitative"}}},
            {"mark": line, "encoding": encoded | {"strokeDash": dash}},
            {"transform": at_km, "mark": point | {"size": 70, "opacity": 1}, "encoding": encoded},
            {"mark": point | {"size": 160, "opacity": 0}, "encoding": encoded | {"tooltip": tooltip}},
        ],
        "background": "transparent",
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": {"left": 2, "top": 8, "right": 10, "bottom": 2},
        "config": {"axis": {"labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal"}},
    }


def _list_by_distance(context: ViewContext, found: pd.DataFrame, networks: Mapping[str, Network]) -> None:
    """List the shares at every distance that can be chosen: the curves for who cannot see them."""
    say = context.say
    of = say("reach.of", unit=user_weights.unit_name(context))
    shares = {each.name: rows.share.to_numpy() for each, rows in _network_curves(found, networks)}
    rows = pd.DataFrame({"km": found.km.unique(), **shares, of: found.weight_whole.iloc[0]})
    formats = {"km": "%d", of: "localized", **dict.fromkeys(shares, "percent")}
    analysis.show_table(context, rows, "reach", config=analysis.number_columns(formats))


def _show_unknowns(context: ViewContext, filters: Filters, network: Network) -> None:
    """Say which stations count for nothing since something about them is not known, and what they may add."""
    say, answers = context.say, context.answers
    left_out = answers.ask(count_left_out_as_unknown, filters)
    if left_out:
        widened = user_weights.nearest(context, filters.with_unknown())
        operators = None if network.operators is None else (*network.operators, NOT_KNOWN)
        curve = reach_curve(widened, user_weights.weights(context), operators, [float(visit.km)])
        at_most = analysis.ratio(curve.weight_reached[0], curve.weight_whole[0], say)
        count = say.number(left_out)
        context.recorder.show_note(say("reach.left_out", count=count, network=network.name, most=at_most))
    unknown = answers.ask(totals, filters, sums_of=("stations_piles_unknown",)).stations_piles_unknown[0]
    if unknown:
        context.recorder.show_note(say("reach.piles_unknown", count=say.number(unknown)))


def _list_unreached(context: ViewContext, distances: pd.DataFrame, network: Network) -> None:
    """List the places that are not reached."""
    say, km = context.say, float(visit.km)
    far = unreached_places(distances, user_weights.weights(context), network.operators, km)
    rows = far.table
    names, other_names = both_names_of(rows, say)
    unit, distance = user_weights.unit_name(context), say("field.distance_km")
    columns = {
        say("field.name"): names,
        say("reach.other_name"): other_names,
        unit: rows.weight,
        distance: rows.distance_km,
        say("field.lat"): rows.lat,
        say("field.lon"): rows.lon,
    }
    config = analysis.number_columns({unit: "localized", distance: "%.1f"})
    analysis.show_table(context, pd.DataFrame(columns), "unreached", max_rows=MAX_ROWS, config=config)
    places, weight = say.number(len(rows)), say.number(far.weight)
    note = say("reach.unreached", places=places, weight=weight, unit=unit, km=f"{km:g}", network=network.name)
    context.recorder.show_note(note)


def _show_density(context: ViewContext, filters: Filters) -> None:
    """List the piles per 100,000 people of each city."""
    say = context.say
    cities = studies.city_density(context.answers, filters)
    if not cities.city_id.notna().any():
        show_section(say("analysis.table.density"))
        context.recorder.show_note(say("reach.no_cities"))
        return
    piles, people, ratio = say("field.piles"), say("reach.urban_people"), say("reach.piles_per_100k")
    names = [say(f"city.{key}") if isinstance(key, str) else say("reach.no_city") for key in cities.city_id]
    by_city = {ratio: cities.piles_per_100k, piles: cities.piles, people: cities.weight}
    config = analysis.number_columns({ratio: "%.1f", piles: "localized", people: "localized"})
    rows = pd.DataFrame({say("field.city"): names, **by_city})
    analysis.show_table(context, rows, "density", config=config)
    context.recorder.show_note(say("reach.density_note"))
    analysis.show_definition(context, density_by_city)
