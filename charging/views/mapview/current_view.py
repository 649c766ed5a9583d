"""What the map shows, or will show once it is there: without the map itself, which is slow to load."""

from charging.maps.view import View
from charging.maps.viewport import Viewport, fitting_view
from charging.queries.stations import extent
from charging.views.session import state
from charging.views.session.caching import Answers
from charging.views.session.context import ViewContext
from charging.views.session.visit import visit


def viewport(context: ViewContext) -> Viewport:
    """Return what the map shows, or will show once it is there."""
    return state.viewport() or Viewport.around(start_view(context.answers))


def start_view(answers: Answers) -> View:
    """Return where the map starts: the deep link, or the box that holds the stations."""
    return visit.start_view or fitting_view(answers.ask(extent))
