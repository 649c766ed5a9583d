"""Which view is shown; each is loaded when it is first wanted, since the map has to be there first."""

from importlib import import_module

from charging.views.session.context import ViewContext
from charging.views.session.visit import PageName, visit

MODULES = {PageName.MAP: "map_page"}
"""Modules of the views that are not named as they are."""


def render(context: ViewContext) -> None:
    """Show a view."""
    module = import_module(f"charging.views.pages.{MODULES.get(visit.page, visit.page)}")
    module.render(context)
