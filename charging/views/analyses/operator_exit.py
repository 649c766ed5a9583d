"""What is lost when operators leave: the map of losses, how few hands hold how much, the tables by city."""

import pandas as pd

from charging.analytics.resilience import Dependence, Loss, concentration, dependence, without
from charging.analytics.studies import concentrations, losses
from charging.domain.filters import Filters
from charging.queries.highways import service_areas
from charging.queries.holdings import Unit
from charging.views.analyses import analysis
from charging.views.analyses.unknowns import remainders
from charging.views.elements.markup import element, terms
from charging.views.elements.texts import Texts
from charging.views.session import analysis_params
from charging.views.session.context import ViewContext
from charging.views.session.visit import visit


def controls(context: ViewContext) -> None:
    """Show what the analysis is asked."""
    analysis.operator_set(context, "leaver")
    analysis.resolution(context)


def told(context: ViewContext) -> analysis.Told:
    """Return what the analysis answers."""
    say, leavers = context.say, analysis_params.operator_set("leaver")
    in_cells, in_cities, in_areas = (
        losses(context.answers, context.selection, leavers, by)
        for by in (visit.resolution, Unit.CITY, Unit.SERVICE_AREA)
    )
    drawn = analysis.verdicts(
        context,
        # cells drawn coarser show the strongest of those inside, so that others are never asked for
        lambda _: in_cells.rename(columns={"unit": "cell"}),
        title=say("leaving.legend"),
        names={str(loss): say(f"loss.{loss}") for loss in Loss},
        strongest_first=True,
        columns=("piles_before", "piles_after"),
    )
    return analysis.Told(
        drawn.groups,
        drawn.note,
        lambda: _panel(context, leavers, *map(dependence, (in_cells, in_cities, in_areas))),
        lambda: _tables(context, in_cities),
    )


def _panel(
    context: ViewContext,
    leavers: tuple[str, ...],
    in_cells: Dependence,
    in_cities: Dependence,
    in_areas: Dependence,
) -> None:
    say = context.say
    names = say("compare.and").join(say(f"operator.{operator}") for operator in leavers)
    how = "one" if len(leavers) == 1 else "many"
    title = say(f"leaving.title.{how}", names=names) if leavers else say("leaving.nobody")
    context.recorder.html(element("h2", "panel-title", text=title))
    # every station lies in a cell: these are all piles
    lost = analysis.ratio(in_cells.piles_lost, in_cells.piles, say)
    context.recorder.html(terms([(say("leaving.piles"), lost)]))
    _section(context, say("gain.cells"), _lost(in_cells, say))
    _section(context, say("gain.cities"), _lost(in_cities, say))
    if context.answers.ask(service_areas, Filters()).empty:
        _section(context, say("gain.service_areas"), element("p", "empty", text=say("leaving.no_areas")))
    else:
        _section(context, say("gain.service_areas"), _lost(in_areas, say))
    _hands(context)
    context.recorder.note("  \n".join([say("leaving.whole"), *remainders(context)]))
    analysis.definition(context, without, dependence, concentration)


def _section(context: ViewContext, title: str, lines: str) -> None:
    context.recorder.html(element("h3", "panel-section", text=title) + lines)


def _lost(found: Dependence, say: Texts) -> str:
    """Return how many of some units are lost, and how many lose more than half."""
    counts = {Loss.LOST: found.units_lost, Loss.HALVED: found.units_halved}
    return terms(
        (say(f"loss.{loss}"), analysis.ratio(units, found.units, say)) for loss, units in counts.items()
    )


def _hands(context: ViewContext) -> None:
    """Show how far all piles of the selection lie in few hands."""
    say = context.say
    whole = concentrations(context.answers, context.selection)
    if whole.empty or pd.isna(whole.hhi[0]):
        _section(context, say("leaving.hands"), element("p", "empty", text=say("leaving.no_hands")))
        return
    row = whole.iloc[0]
    how = "least" if row.unknown_share else "exact"
    lines = [
        (say(f"operator.{row.largest_operator}"), analysis.ratio(row.largest_piles, row.piles, say)),
        (say("leaving.hhi"), say(f"leaving.hhi.{how}", hhi=say.number(row.hhi))),
    ]
    _section(context, say("leaving.hands"), terms(lines))


def _tables(context: ViewContext, in_cities: pd.DataFrame) -> None:
    say = context.say
    lost = in_cities.sort_values(
        ["lost_share", "piles_before", "unit"], ascending=[False, False, True], ignore_index=True
    )
    analysis.table(
        context,
        pd.DataFrame(
            {
                say("field.city"): [say(f"city.{city}") for city in lost.unit],
                say("leaving.column.before"): lost.piles_before,
                say("leaving.column.after"): lost.piles_after,
                say("leaving.column.share"): _percent(lost.lost_share),
                say("leaving.column.loss"): [say(f"loss.{loss}") for loss in lost.category],
            }
        ),
        "leaving",
    )
    held = concentrations(context.answers, context.selection, Unit.CITY)
    held = held.sort_values(["piles", "unit"], ascending=[False, True], ignore_index=True)
    analysis.table(
        context,
        pd.DataFrame(
            {
                say("field.city"): [say(f"city.{city}") for city in held.unit],
                say("field.piles"): held.piles,
                say("leaving.column.operators"): held.operators,
                say("leaving.column.largest"): [
                    say(f"operator.{operator}") if isinstance(operator, str) else None
                    for operator in held.largest_operator
                ],
                say("leaving.column.largest_piles"): held.largest_piles,
                say("leaving.column.largest_share"): _percent(held.largest_share),
                say("leaving.hhi"): held.hhi.round(),
                say("leaving.column.unknown_share"): _percent(held.unknown_share),
            }
        ),
        "concentration",
    )
    context.recorder.note("  \n".join([say("leaving.hhi.note"), *remainders(context, by_city=True)]))


def _percent(shares: pd.Series) -> pd.Series:
    return (100 * shares).round(1)
