"""What is lost when operators leave: the map of losses, how few hands hold how much, the tables by city."""

import pandas as pd

from charging.analytics.resilience import Dependence, Loss, concentration, dependence, losses_without
from charging.analytics.studies import concentrations, losses
from charging.queries.holdings import Unit
from charging.views.analyses import analysis, units
from charging.views.analyses.unknowns import unknown_parts
from charging.views.elements.markup import element, terms
from charging.views.elements.texts import Texts
from charging.views.session import analysis_params
from charging.views.session.context import ViewContext
from charging.views.session.visit import visit


class OperatorExit:
    """What is lost when operators leave."""

    definition = (losses_without, dependence, concentration)

    def controls(self, context: ViewContext) -> None:
        """Show the parameters."""
        analysis.choose_operators(context, "leaver")
        analysis.choose_resolution(context)

    def build(self, context: ViewContext) -> analysis.TopicView:
        """Return the answer: its map, panel and tables."""
        say, leavers = context.say, analysis_params.operator_set("leaver")
        in_cells, in_cities, in_areas = (
            losses(context.answers, context.selection, leavers, by)
            for by in (visit.resolution, Unit.CITY, Unit.SERVICE_AREA)
        )
        cells = analysis.category_layers(
            context,
            # cells drawn coarser show the strongest of those inside, so that others are never asked for
            lambda _: in_cells.rename(columns={"unit": "cell"}),
            title=say("leaving.legend"),
            names={str(loss): say(f"loss.{loss}") for loss in Loss},
            strongest_first=True,
            columns=("piles_before", "piles_after"),
        )
        return analysis.TopicView(
            lambda: _show_losses(context, leavers, *map(dependence, (in_cells, in_cities, in_areas))),
            lambda: _show_tables(context, in_cities),
            cells,
        )


def _show_losses(context: ViewContext, leavers: tuple[str, ...], *losses: Dependence) -> None:
    """Show what is lost in cells, cities and service areas."""
    say, (in_cells, in_cities, in_areas) = context.say, losses
    names = say("compare.and").join(say(f"operator.{operator}") for operator in leavers)
    how = "one" if len(leavers) == 1 else "many"
    title = say(f"leaving.title.{how}", names=names) if leavers else say("leaving.nobody")
    context.recorder.show_html(element("h2", "panel-title", text=title))
    # every station lies in a cell: these are all piles
    lost = analysis.ratio(in_cells.piles_lost, in_cells.piles, say)
    context.recorder.show_html(terms([(say("leaving.piles"), lost)]))
    _show_section(context, say("gain.cells"), _loss_terms(in_cells, say))
    if units.has_cities(context):
        _show_section(context, say("gain.cities"), _loss_terms(in_cities, say))
    if units.has_service_areas(context.answers):
        _show_section(context, say("gain.service_areas"), _loss_terms(in_areas, say))
    _show_concentration(context)
    notes = [say("leaving.whole"), *unknown_parts(context), *units.missing_units(context)]
    context.recorder.show_note("  \n".join(notes))


def _show_section(context: ViewContext, title: str, lines: str) -> None:
    context.recorder.show_html(element("h3", "panel-section", text=title) + lines)


def _loss_terms(found: Dependence, say: Texts) -> str:
    """Return how many of some units are lost, and how many lose more than half."""
    counts = {Loss.LOST: found.units_lost, Loss.HALVED: found.units_halved}
    return terms(
        (say(f"loss.{loss}"), analysis.ratio(units, found.units, say)) for loss, units in counts.items()
    )


def _show_concentration(context: ViewContext) -> None:
    """Show how far all piles of the selection lie in few hands."""
    say = context.say
    whole = concentrations(context.answers, context.selection)
    if whole.empty or pd.isna(whole.hhi[0]):
        _show_section(context, say("leaving.hands"), element("p", "empty", text=say("leaving.no_hands")))
        return
    row = whole.iloc[0]
    how = "least" if row.unknown_share else "exact"
    lines = [
        (say(f"operator.{row.largest_operator}"), analysis.ratio(row.largest_piles, row.piles, say)),
        (say("leaving.hhi"), say(f"leaving.hhi.{how}", hhi=say.number(row.hhi))),
    ]
    _show_section(context, say("leaving.hands"), terms(lines))


def _show_tables(context: ViewContext, in_cities: pd.DataFrame) -> None:
    say = context.say
    if not units.has_cities(context):
        return
    lost = in_cities.sort_values(
        ["lost_share", "piles_before", "unit"], ascending=[False, False, True], ignore_index=True
    )
    columns = {
        say("field.city"): [say(f"city.{city}") for city in lost.unit],
        say("leaving.column.before"): lost.piles_before,
        say("leaving.column.after"): lost.piles_after,
        say("leaving.column.share"): _percent(lost.lost_share),
        say("leaving.column.loss"): [say(f"loss.{loss}") for loss in lost.category],
    }
    analysis.show_table(context, pd.DataFrame(columns), "leaving")
    cities = concentrations(context.answers, context.selection, Unit.CITY)
    cities = cities.sort_values(["piles", "unit"], ascending=[False, True], ignore_index=True)
    largest = [say(f"operator.{key}") if isinstance(key, str) else None for key in cities.largest_operator]
    columns = {
        say("field.city"): [say(f"city.{city}") for city in cities.unit],
        say("field.piles"): cities.piles,
        say("leaving.column.operators"): cities.operators,
        say("leaving.column.largest"): largest,
        say("leaving.column.largest_piles"): cities.largest_piles,
        say("leaving.column.largest_share"): _percent(cities.largest_share),
        say("leaving.hhi"): cities.hhi.round(),
        say("leaving.column.unknown_share"): _percent(cities.unknown_share),
    }
    analysis.show_table(context, pd.DataFrame(columns), "concentration")
    context.recorder.show_note("  \n".join([say("leaving.hhi.note"), *unknown_parts(context, by_city=True)]))


def _percent(shares: pd.Series) -> pd.Series:
    return (100 * shares).round(1)
