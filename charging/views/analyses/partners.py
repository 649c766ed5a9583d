"""What each partner adds to a base: the ranking, the map of what is new, and the table of all gains."""

import pandas as pd

from charging.analytics.coverage import Effect, marginal_gains, partner_layer
from charging.analytics.coverage_options import Gain
from charging.analytics.studies import gains_over, served_units, served_units_by_gain
from charging.views.analyses import analysis, units
from charging.views.elements.markup import Bar, bars, element
from charging.views.session import analysis_params
from charging.views.session.colours import colours_of
from charging.views.session.context import ViewContext
from charging.views.session.visit import visit


class PartnerGains:
    """What each partner adds to a base."""

    definition = (marginal_gains, partner_layer, served_units)

    def controls(self, context: ViewContext) -> None:
        """Show the parameters."""
        say = context.say
        analysis.choose_operators(context, "base")
        analysis.choose_operators(context, "partner", apart_from="base")
        gains = units.gains_offered(context, visit.gain)
        analysis.choose_one(context, "gain", gains, lambda gain: say(f"gain.{gain}"))
        analysis.choose_resolution(context)
        rings_offered = analysis_params.RINGS
        analysis.choose_one(context, "rings", rings_offered, lambda rings: say(f"asked.rings.{rings}"))
        analysis.choose_one(context, "km", analysis_params.KMS, lambda km: f"{km} km")

    def build(self, context: ViewContext) -> analysis.TopicView:
        """Return the answer: its map, panel and tables."""
        base, partners = analysis_params.operator_set("base"), analysis_params.operator_set("partner")
        served = served_units_by_gain(context.answers, context.selection, analysis_params.grid())
        cells = analysis.category_layers(
            context,
            # cells drawn coarser show the strongest of those inside, so that others are never asked for
            lambda _: partner_layer(served[Gain.CELLS], base, partners).rename(columns={"unit": "cell"}),
            title=context.say("partners.legend"),
            names={str(added): context.say(f"added.{added}") for added in reversed(Effect)},
            strongest_first=True,
        )
        found = gains_over(served, base, partners)
        return analysis.TopicView(
            lambda: _show_ranking(context, found),
            lambda: _show_tables(context, found),
            cells,
            has_figures=not found[visit.gain].empty,
        )


def _show_ranking(context: ViewContext, found: dict[Gain, pd.DataFrame]) -> None:
    say = context.say
    gain = visit.gain
    ranked = found[gain]
    title = say("partners.title", unit=say(f"gain.{gain}"))
    context.recorder.show_html(element("h2", "panel-title", text=title))
    if ranked.empty:
        context.recorder.show_html(element("p", "empty", text=say("partners.none")))
        return
    whole = float(ranked.whole.iloc[0])
    colours = colours_of(context.answers)
    rows = [
        Bar(colours.get(operator, "transparent"), say(f"operator.{operator}"), added, f"+{say.number(added)}")
        for operator, added in zip(ranked.operator_id.to_list(), ranked.gain.to_list(), strict=True)
    ]
    context.recorder.show_html(bars(rows, float(ranked.gain.max())))
    last = ranked.iloc[-1]
    context.recorder.show_html(
        element("h3", "panel-section", text=say("partners.after"))
        + element("p", "operator", text=analysis.ratio(last.covered_after, whole, say))
    )
    notes = [say(f"partners.whole.{gain}", whole=say.number(whole))]
    if gain == Gain.PEOPLE:
        notes += _people_notes(context)
    context.recorder.show_note(" ".join(notes))


def _people_notes(context: ViewContext) -> list[str]:
    """Say that people are counted around DC piles, as reach does, unless the reader chose a current."""
    return [] if context.selection.currents else [context.say("partners.people_dc")]


def _show_tables(context: ViewContext, found: dict[Gain, pd.DataFrame]) -> None:
    say = context.say
    ranked = found[visit.gain]
    columns = {say("field.operator"): [say(f"operator.{operator}") for operator in ranked.operator_id]}
    for gain in units.gains_offered(context, visit.gain):
        own = found[gain].set_index("operator_id").reindex(ranked.operator_id)
        whole = say.number(own.whole.max())
        name = say(f"gain.{gain}")
        columns[say("partners.column.order", unit=name)] = own.order.to_list()
        columns[say("partners.column.gain", unit=name, whole=whole)] = own.gain.to_list()
        columns[say("partners.column.alone", unit=name, whole=whole)] = own.gain_alone.to_list()
    analysis.show_table(context, pd.DataFrame(columns), "partners")
    context.recorder.show_note(
        " ".join([say("partners.order_note"), *_people_notes(context), *units.missing_units(context)])
    )
