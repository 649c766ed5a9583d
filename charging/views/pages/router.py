"""Which view is shown; each is loaded when it is first wanted, since the map has to be there first."""

from importlib import import_module

from charging.domain.filters import Filters
from charging.settings import Settings
from charging.views.elements.texts import Texts
from charging.views.session.caching import Answers
from charging.views.session.state import Page

MODULES = {Page.MAP: "map_page"}
"""Modules of the views that are not named as they are."""


def render(page: Page, answers: Answers, selection: Filters, settings: Settings, say: Texts) -> None:
    """Show a view."""
    module = import_module(f"charging.views.pages.{MODULES.get(page, page)}")
    module.render(answers, selection, settings, say)
