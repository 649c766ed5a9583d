"""The page, as Streamlit runs it for each visitor, and what its server runs when it starts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import streamlit as st

from charging.server.draining import end_whatever_threads_do
from charging.server.edge import Edge
from charging.server.metrics import METRICS
from charging.server.running import running
from charging.server.visit_cookies import VisitCookies
from charging.views.session import gate, warmup
from charging.views.session.gauges import gauges


def main() -> None:
    """Show the page: settings, dataset, which view."""
    warmup.wait_until_ready()
    # imported here and below: the server answers first, and a dataset is opened while folium is loaded
    from charging.views.elements import markup  # noqa: PLC0415
    from charging.views.elements.texts import Texts  # noqa: PLC0415
    from charging.views.session import startup, state  # noqa: PLC0415
    from charging.views.session.visit import visit  # noqa: PLC0415

    st.set_page_config(page_title="Charging map", page_icon="⚡", layout="wide")
    state.begin_run()
    say = Texts(visit.language)
    markup.apply_style()
    _go_on_after_reconnecting()
    context = startup.open_context(say)
    if context is None:
        return
    from charging.views.chrome import header, sidebar  # noqa: PLC0415
    from charging.views.datasets import sample_offer  # noqa: PLC0415
    from charging.views.pages import router  # noqa: PLC0415
    from charging.views.session import damage, render_lock  # noqa: PLC0415

    top, view = st.container(), st.container()
    with damage.telling_damage(context.say), render_lock.render_lock():
        with view:  # first, so that the map is on its way while the rest is made
            router.render(context)
        with top:
            header.show_top_line(context, sample_offer.show_offer_beside_simulation)
            header.show_figures(context)
            state.show_problems(context.say)
        sidebar.show_conditions(context)


@st.fragment(run_every=timedelta(days=1))
def _go_on_after_reconnecting() -> None:
    """Show nothing: a browser that reconnects asks for a run only where something runs by itself.

    Without one, the page of a server that was started again would be dead: its answers would go to parts of
    a visit that the new server knows nothing of.
    """


def app_arguments() -> dict[str, Any]:
    """Prepare the process of the server, and return what its `st.App` takes in addition to the script."""
    warmup.share_arenas()  # before there are threads that have some
    settings = gate.read_settings()
    made = gate.make_gate(settings)
    end_whatever_threads_do(made.readiness)

    @asynccontextmanager
    async def lifespan(app: object) -> AsyncIterator[None]:
        async with warmup.lifespan(app), running(made, drain_s=settings.drain_s, metrics=settings.metrics):
            yield

    base_path = st.get_option("server.baseUrlPath") or ""
    # as Starlette takes them apart: class, arguments, named arguments; the first meets a request first
    middleware: list[tuple[Any, ...]] = [(Edge, (made,), {}), (VisitCookies, (base_path,), {})]
    METRICS.show(*gauges(settings))
    return {"lifespan": lifespan, "middleware": middleware, "on_script_error": METRICS.failed}
