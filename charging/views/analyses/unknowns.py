"""What is not known, by name: the stations and piles that the figures of an analysis leave out."""

from charging.analytics.studies import unknowns
from charging.views.analyses import analysis
from charging.views.session.caching import Answers
from charging.views.session.context import ViewContext


def unknown_parts(
    context: ViewContext, answers: Answers | None = None, *, by_city: bool = False
) -> list[str]:
    """Return in words what is not known in a selection, also of another dataset; nothing where all is.

    Figures `by_city` leave out the stations without one too.
    """
    answers = answers or context.answers
    say = context.say.of(answers.dataset.manifest.unit_counted)
    found = unknowns(answers, context.selection)
    parts = {
        "piles": (found.stations_without_piles, found.stations),
        "city": (found.stations_without_city if by_city else 0, found.stations),
        "operator": (found.piles_without_operator, found.piles),
    }
    return [
        say(f"remainder.{what}", ratio=analysis.ratio(part, whole, say))
        for what, (part, whole) in parts.items()
        if part
    ]
