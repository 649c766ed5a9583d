"""What changed since an older dataset: the cells and stations, totals, tables, and the published growth."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from charging.analytics.changes.cells import STATIONS, CellChange, changed_cells, station_categories
from charging.analytics.changes.stations import (
    Change,
    ChangesBy,
    Incomparable,
    change_totals,
    changes,
    find_obstacles,
)
from charging.analytics.changes.studies import cell_changes, changed_stations, changes_by
from charging.domain.published import Figure, history
from charging.maps import layers as draw
from charging.maps.analysis_colours import verdict_classes
from charging.maps.layers import Layer
from charging.queries.totals import totals
from charging.views.analyses import analysis, second_dataset, units
from charging.views.elements.error_box import show_error
from charging.views.elements.labels import names_of
from charging.views.elements.markup import element, terms
from charging.views.elements.report_recorder import LazyRows
from charging.views.elements.texts import Texts
from charging.views.mapview.map_layers import MapLayers, field_tooltip
from charging.views.session import analysis_params, state
from charging.views.session.caching import Answers
from charging.views.session.colours import theme
from charging.views.session.context import ViewContext
from charging.views.session.damage import tells_damage
from charging.views.session.visit import visit

MAX_STATIONS = 500
"""Changed stations listed; the file has all."""

GROWTH = ("piles", "operators")
"""Published measures whose growth is shown."""

_CELL_FIELDS = (
    "stations_before", "stations_after", *STATIONS, "piles_gained", "piles_lost", "stations_piles_unknown"
)  # fmt: skip
_SUMS = ("piles_gained", "piles_lost", "piles_net", "stations_piles_unknown")


@dataclass(frozen=True, slots=True)
class DatasetPair:
    """What is compared: the loaded dataset with an older one, and what keeps them from being compared."""

    context: ViewContext
    older: Answers
    obstacles: tuple[Incomparable, ...]

    @property
    def counts_piles(self) -> bool:
        """Whether numbers of piles compare."""
        return not any(found.forbids_piles for found in self.obstacles)

    @property
    def compares(self) -> bool:
        """Whether stations compare at all."""
        return not any(found.forbids_stations for found in self.obstacles)

    @property
    def stations(self) -> pd.DataFrame:
        """The stations that changed."""
        return self._ask(changed_stations)

    def by(self, by: ChangesBy | None = None) -> pd.DataFrame:
        """Return what changed in all, or by a key."""
        return self._ask(changes_by, by)

    def cells(self, resolution: int) -> pd.DataFrame:
        """Return what happened in the cells of a resolution."""
        return self._ask(cell_changes, resolution)

    def _ask(self, study: Callable[..., pd.DataFrame], *args: object) -> pd.DataFrame:
        answers, selection = self.context.answers, self.context.selection
        return answers.ask_both(self.older, study, selection, *args, count_piles=self.counts_piles)


def render(context: ViewContext) -> None:
    """Show the view."""
    second_dataset.check_other(context)
    analysis_params.fill_sets(context.answers)
    _show_changes(context)


@st.fragment(key="changes")
@tells_damage
def _show_changes(context: ViewContext) -> None:
    context, problem = second_dataset.add_other(context)
    analysis.show_analysis(DatasetChanges(problem), context)


@dataclass(frozen=True, slots=True)
class DatasetChanges:
    """What changed since an older dataset; `problem` is what is wrong with that one, or ""."""

    problem: str
    definition = (changes, change_totals, changed_cells)

    def controls(self, context: ViewContext) -> None:
        """Show the parameters."""
        say = context.say
        second_dataset.choose_other(context, label=say("asked.older"), none=say("changes.none"))
        analysis.choose_resolution(context)

    def build(self, context: ViewContext) -> analysis.TopicView:
        """Return the answer: its map, panel and tables."""
        older, growth = context.other, partial(_show_growth, context)
        if self.problem or older is None:
            return analysis.TopicView(partial(_show_advice, context, self.problem), growth, has_figures=False)
        pair = DatasetPair(context, older, find_obstacles(older.dataset.manifest, context.dataset.manifest))
        if not pair.compares:
            return analysis.TopicView(partial(_show_obstacles, pair), growth, has_figures=False)
        return analysis.TopicView(
            partial(_show_totals, pair), partial(_show_tables, pair), _change_layers(pair)
        )


def _show_advice(context: ViewContext, problem: str) -> None:
    """Say that there is nothing to compare with yet, or that it cannot be read, and what to do."""
    say = context.say
    own = context.dataset.folder.name
    has_others = any(name != own for name in second_dataset.dataset_choices(context.settings))
    st.html(element("h2", "panel-title", text=say("changes.choose") if has_others else say("changes.empty")))
    if problem:
        show_error(say("start.broken"), problem, say)
    st.caption(say("changes.advice"))
    st.code("python -m charging import FILE --name NAME", language=None, wrap_lines=True)


def _show_obstacles(pair: DatasetPair) -> None:
    """Say what is compared, and every reason why it does not compare."""
    context = pair.context
    say, own, older = context.say, context.dataset, pair.older.dataset
    title = say("changes.title", date=older.manifest.as_of or older.name)
    context.recorder.show_html(element("h2", "panel-title", text=title))
    for found in pair.obstacles:
        values = second_dataset.differing_values(found, older.manifest, own.manifest, say)
        text = say(f"changes.note.{found.obstacle}", **values)
        context.recorder.show_html(element("p", "caution", text=text))
    dates = (older.manifest.as_of, own.manifest.as_of)
    if dates[0] and dates[1] and dates[0] > dates[1]:
        text = say("changes.backwards", old=dates[0], new=dates[1])
        context.recorder.show_html(element("p", "caution", text=text))
    then, now = (second_dataset.describe(dataset, say) for dataset in (older, own))
    context.recorder.show_html(element("p", "other-name", text=say("changes.then_now", then=then, now=now)))


def _change_layers(pair: DatasetPair) -> MapLayers:
    """Return the cells by what happened in them; from close up, the stations that changed."""
    context, say = pair.context, pair.context.say
    frame, _ = analysis.frame_in_view(context, visit.resolution)
    if frame.is_close and visit.points:
        changed = pair.stations
        here = changed[frame.bounds.contains(changed.lat.to_numpy(), changed.lon.to_numpy())]
        if len(here) <= context.settings.station_limit:
            return MapLayers(_station_layers(context, here), say("changes.stations.note"))
    return analysis.category_layers(
        context,
        pair.cells,
        title=say("changes.legend"),
        names={str(happened): say(f"happened.{happened}") for happened in CellChange},
        strongest_first=False,
        columns=_CELL_FIELDS,
    )


def _station_layers(context: ViewContext, changed: pd.DataFrame) -> list[Layer]:
    say = context.say
    names = {name: say(f"change.{name}") for name in STATIONS}
    rows = changed.assign(
        label=names_of(changed, say),
        operator=np.array(_names_of_ids(changed.operator_id, "operator", say), dtype=object),
        category=station_categories(changed),
        what=_change_words(changed, say),
        piles=changed[["piles_before", "piles_after"]].max(axis=1),
    )
    legend_title, unknown = say("changes.legend"), say("change.other")
    scale = verdict_classes(rows.category, legend_title, names, unknown=unknown, theme=theme())
    tooltip = field_tooltip(context, "operator", "what", "piles_then", "piles_now", heading="label")
    rows = rows.assign(piles_then=rows.piles_before, piles_now=rows.piles_after)
    selected_id = state.selected_id("station")
    points = draw.stations(rows, scale, tooltip, theme=theme(), selected_id=selected_id)
    legend = draw.legend(scale, rows.category, count_label=say("map.stations"), footer=context.footer)
    return [points, legend]


def _show_totals(pair: DatasetPair) -> None:
    context, say = pair.context, pair.context.say
    _show_obstacles(pair)
    then, now = (
        answers.ask(totals, context.selection, sums_of=("stations", "piles")).iloc[0]
        for answers in (pair.older, context.answers)
    )
    sums = pair.by().iloc[0]
    lines = [(say("field.stations"), _arrow(then.stations, now.stations, say))]
    if pair.counts_piles:
        lines.append((say("field.piles"), _arrow(then.piles, now.piles, say)))
    lines += [(say(f"change.{kind}"), say.number(sums[kind])) for kind in Change]
    if pair.counts_piles:
        lines += [
            (say("field.piles_gained"), f"+{say.number(sums.piles_gained)}"),
            (say("field.piles_lost"), f"−{say.number(sums.piles_lost)}"),
            (say("field.piles_net"), f"{sums.piles_net:+,.0f}".replace("-", "−")),
        ]
    context.recorder.show_html(element("h3", "panel-section", text=say("changes.totals")) + terms(lines))
    notes = [say("changes.several"), say("changes.selection")]
    if sums.stations_piles_unknown:
        notes.append(say("changes.unknown", count=say.number(sums.stations_piles_unknown)))
    context.recorder.show_note(" ".join(notes))


def _arrow(then: float, now: float, say: Texts) -> str:
    return f"{say.number(then)} → {say.number(now)}"


def _show_tables(pair: DatasetPair) -> None:
    context, say = pair.context, pair.context.say
    _show_growth(context)
    names = {
        ChangesBy.OPERATOR: (say("field.operator"), "operator", "changes_operator"),
    }
    has_cities = units.has_cities(context)
    if has_cities:
        names[ChangesBy.CITY] = (say("field.city"), "city", "changes_city")
    for by, (heading, kind, name) in names.items():
        table = pair.by(by)
        keys = [say(f"{kind}.{key}") if isinstance(key, str) else say("unknown") for key in table.key]
        columns = {
            heading: keys,
            **{say(f"change.{change}"): table[change] for change in Change},
            **{say(f"field.{field}"): table[field] for field in _SUMS},
        }
        analysis.show_table(context, pd.DataFrame(columns), name)
    context.recorder.show_note(say("changes.hands"))
    stations = pair.stations
    rows = LazyRows(len(stations), partial(_first_stations, stations, say, has_cities=has_cities))
    analysis.show_table(context, rows, "changed_stations", max_rows=MAX_STATIONS)


def _first_stations(stations: pd.DataFrame, say: Texts, n: int, *, has_cities: bool) -> pd.DataFrame:
    """Return changed stations in words, the largest changes of piles first."""
    order = stations.piles_change.abs().fillna(-1).argsort(kind="stable")[::-1]
    changed = stations.iloc[order[:n]]
    renamed = changed[changed.renamed]
    renamed = renamed.assign(name=renamed.name_before, name_zh=renamed.name_zh_before)
    formerly_of = changed.operator_id_before.where(changed.reassigned)
    formerly = np.full(len(changed), None, dtype=object)
    formerly[changed.renamed.to_numpy(bool)] = names_of(renamed, say)
    return pd.DataFrame(
        {
            say("field.name"): names_of(changed, say),
            say("field.what"): _change_words(changed, say),
            say("field.operator"): _names_of_ids(changed.operator_id, "operator", say),
            **({say("field.city"): _names_of_ids(changed.city_id, "city", say)} if has_cities else {}),
            say("field.piles_then"): changed.piles_before,
            say("field.piles_now"): changed.piles_after,
            say("field.piles_change"): changed.piles_change,
            say("field.moved_m"): changed.moved_m.where(changed.moved).round(),
            say("field.name_then"): formerly,
            say("field.operator_then"): _names_of_ids(formerly_of, "operator", say),
            say("field.station_id"): changed.station_id,
        }
    )


def _names_of_ids(ids: pd.Series, kind: str, say: Texts) -> list[str | None]:
    """Return the name of each id of a kind, None where there is none."""
    names = {key: say(f"{kind}.{key}") for key in ids.dropna().unique()}
    return [names.get(key) for key in ids.to_list()]


def _change_words(changed: pd.DataFrame, say: Texts) -> list[str]:
    """Return in words what became of each station."""
    kinds = [*map(str, Change), "piles_unknown"]
    words = [say(f"change.{kind}") for kind in kinds]
    masks = changed[kinds].to_numpy(bool) @ (1 << np.arange(len(kinds)))
    texts = {
        mask: ", ".join(word for at, word in enumerate(words) if mask >> at & 1)
        for mask in np.unique(masks).tolist()
    }
    return [texts[mask] for mask in masks.tolist()]


def _show_growth(context: ViewContext) -> None:
    """Show how the figures published of the dataset grew, each with its date, source and unit."""
    say, subject = context.say, context.dataset.manifest.published_subject
    if not subject:
        return
    figures = [figure for measure in GROWTH for figure in history(subject, measure)]
    figures.sort(key=lambda figure: figure.as_of)
    heads = [say(f"growth.{name}") for name in ("date", "what", "value", "source")]
    header = element("tr", "", *(element("th", "", text=head) for head in heads))
    context.recorder.show_html(
        element("h3", "section", text=say("growth.title"))
        + element("table", "groups growth", header, *_figure_rows(figures, say))
    )


def _figure_rows(figures: Iterable[Figure], say: Texts) -> Iterator[str]:
    for figure in figures:
        value = say(f"figure.{figure.qualifier}", value=f"{figure.value:,.10g}")
        cells = (
            say.date(figure.as_of),
            say(f"measure.{figure.measure}"),
            f"{value} {say(f'growth.unit.{figure.unit}')}",
            f"{figure.source}, {figure.document}",
        )
        yield element("tr", "", *(element("td", "", text=cell) for cell in cells))
