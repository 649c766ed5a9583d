"""By which units a dataset has figures: cities of the registry and service areas, where it has some."""

from charging.analytics.coverage_options import Gain
from charging.analytics.population import people_of
from charging.domain.towns import is_of_china
from charging.queries.dataset_figures import city_ids
from charging.views.session.caching import Answers
from charging.views.session.context import ViewContext


def has_cities(context: ViewContext) -> bool:
    """Return whether a station of a loaded dataset lies in a known city."""
    return any(bool(answers.ask(city_ids)) for answers in (context.answers, context.other) if answers)


def is_in_china(context: ViewContext) -> bool:
    """Return whether a station of the dataset lies in a city of mainland China."""
    return any(map(is_of_china, context.answers.ask(city_ids)))


def has_service_areas(answers: Answers) -> bool:
    """Return whether a dataset lists service areas."""
    return answers.engine.service_areas > 0


def gains_offered(context: ViewContext, chosen: Gain) -> list[Gain]:
    """Return what a partner can add to in the dataset, and the one that is chosen."""
    is_there = {
        Gain.CELLS: True,
        Gain.CITIES: has_cities(context),
        Gain.SERVICE_AREAS: has_service_areas(context.answers),
        Gain.PEOPLE: context.answers.ask(people_of).whole > 0,
    }
    return [gain for gain in Gain if is_there[gain] or gain == chosen]


def missing_units(context: ViewContext) -> list[str]:
    """Return in words by which units there are no figures."""
    say, notes = context.say, []
    if not has_cities(context):
        notes.append(say("missing.cities"))
    if not has_service_areas(context.answers):
        notes.append(say("missing.service_areas"))
    return notes
