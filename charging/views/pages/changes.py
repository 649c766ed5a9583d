"""What changed since an older dataset: the cells and stations, totals, tables, and the published growth."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from charging.analytics.change_studies import cell_changes, changed_stations, changes_by
from charging.analytics.changed_cells import STATIONS, Happened, changed_cells, station_categories
from charging.analytics.changes import Change, ChangesBy, Incomparable, change_totals, changes, comparable
from charging.domain.filters import Filters
from charging.domain.published import Figure, history
from charging.maps import layers as draw
from charging.maps.analysis_colours import verdict_classes
from charging.maps.layers import Layer, TooltipRow
from charging.queries.totals import totals
from charging.settings import Settings
from charging.views.analyses import analysis, second_dataset
from charging.views.elements.error_box import trouble
from charging.views.elements.labels import names_of
from charging.views.elements.markup import element, terms
from charging.views.elements.texts import Texts
from charging.views.mapview.map_layers import Drawing
from charging.views.session import analysis_params, state
from charging.views.session.caching import Answers
from charging.views.session.colours import theme

MOST_STATIONS = 500
"""Changed stations listed; the file has all."""

GROWTH = ("piles", "operators")
"""Published measures whose growth is shown."""

_CELL_FIELDS = (
    "stations_before", "stations_after", *STATIONS, "piles_gained", "piles_lost", "stations_piles_unknown"
)  # fmt: skip
_SUMS = ("piles_gained", "piles_lost", "piles_net", "stations_piles_unknown")


@dataclass(frozen=True, slots=True)
class Since:
    """What is compared: the loaded dataset with an older one, and what stands between them."""

    drawing: Drawing
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
        return self.drawing.answers.ask_both(
            self.older, changed_stations, self.drawing.selection, count_piles=self.counts_piles
        )

    def by(self, by: ChangesBy | None = None) -> pd.DataFrame:
        """Return what changed in all, or by a key."""
        return self.drawing.answers.ask_both(
            self.older, changes_by, self.drawing.selection, by, count_piles=self.counts_piles
        )

    def cells(self, resolution: int) -> pd.DataFrame:
        """Return what happened in the cells of a resolution."""
        return self.drawing.answers.ask_both(
            self.older, cell_changes, self.drawing.selection, resolution, count_piles=self.counts_piles
        )


def render(answers: Answers, selection: Filters, settings: Settings, say: Texts) -> None:
    """Show the view."""
    drawing = Drawing(answers, selection, settings, say)
    second_dataset.settle(drawing)
    analysis_params.settle(answers)
    _changes(drawing)


@st.fragment(key="changes")
def _changes(drawing: Drawing) -> None:
    drawing, problem = second_dataset.joined(drawing)
    analysis.show(drawing, partial(_told, drawing, problem), partial(_controls, drawing))


def _controls(drawing: Drawing) -> None:
    """Show what is compared."""
    say = drawing.say
    second_dataset.choose(drawing, label=say("asked.older"), none=say("changes.none"))
    analysis.resolution(drawing)


def _told(drawing: Drawing, problem: str) -> analysis.Told:
    older = drawing.beside
    if problem or older is None:
        return analysis.Told([], "", partial(_nothing, drawing, problem), partial(_growth, drawing))
    since = Since(drawing, older, comparable(older.dataset.manifest, drawing.answers.dataset.manifest))
    if not since.compares:
        return analysis.Told([], "", partial(_notes, since), partial(_growth, drawing))
    drawn = _layers(since)
    return analysis.Told(drawn.groups, drawn.note, partial(_panel, since), partial(_below, since))


def _nothing(drawing: Drawing, problem: str) -> None:
    """Say that there is nothing to compare with yet, or that it cannot be read, and what to do."""
    say = drawing.say
    own = drawing.answers.dataset.folder.name
    has_others = any(name != own for name in second_dataset.names(drawing.settings))
    st.html(element("h2", "panel-title", text=say("changes.choose") if has_others else say("changes.empty")))
    if problem:
        trouble(say("start.broken"), problem, say)
    st.caption(say("changes.advice"))
    st.code("python -m charging import FILE --name NAME", language=None, wrap_lines=True)


def _notes(since: Since) -> None:
    """Say what is compared, and every reason why it does not compare."""
    drawing = since.drawing
    say, own, older = drawing.say, drawing.answers.dataset, since.older.dataset
    title = say("changes.title", date=older.manifest.as_of or older.name)
    drawing.said.html(element("h2", "panel-title", text=title))
    for found in since.obstacles:
        text = say(
            f"changes.note.{found.obstacle}",
            **second_dataset.opposed(found, older.manifest, own.manifest, say),
        )
        drawing.said.html(element("p", "caution", text=text))
    dates = (older.manifest.as_of, own.manifest.as_of)
    if dates[0] and dates[1] and dates[0] > dates[1]:
        text = say("changes.backwards", old=dates[0], new=dates[1])
        drawing.said.html(element("p", "caution", text=text))
    then, now = (second_dataset.described(dataset, say) for dataset in (older, own))
    drawing.said.html(element("p", "other-name", text=say("changes.then_now", then=then, now=now)))


def _layers(since: Since) -> analysis.Verdicts:
    """Return the cells by what happened in them; from close up, the stations that changed."""
    drawing, say = since.drawing, since.drawing.say
    frame, _ = analysis.in_view(drawing, st.session_state.resolution)
    if frame.is_close and st.session_state.points:
        changed = since.stations
        here = changed[frame.bounds.contains(changed.lat.to_numpy(), changed.lon.to_numpy())]
        if len(here) <= drawing.settings.station_limit:
            return analysis.Verdicts(_points(drawing, here), say("changes.stations.note"))
    return analysis.verdicts(
        drawing,
        since.cells,
        title=say("changes.legend"),
        names={str(happened): say(f"happened.{happened}") for happened in Happened},
        strongest_first=False,
        columns=_CELL_FIELDS,
    )


def _points(drawing: Drawing, changed: pd.DataFrame) -> list[Layer]:
    say = drawing.say
    names = {name: say(f"change.{name}") for name in STATIONS}
    rows = changed.assign(
        label=names_of(changed, say),
        operator=np.array(_named(changed.operator_id, "operator", say), dtype=object),
        category=station_categories(changed),
        what=_in_words(changed, say),
        piles=changed[["piles_before", "piles_after"]].max(axis=1),
    )
    scale = verdict_classes(
        rows.category,
        column="category",
        title=say("changes.legend"),
        unit="",
        order=STATIONS,
        names=names,
        unknown=say("change.other"),
        theme=theme(),
    )
    lines = tuple(
        TooltipRow(column=name, label=say(f"field.{name}"))
        for name in ("operator", "what", "piles_then", "piles_now")
    )
    chosen = state.selection()
    drawn = draw.stations(
        rows.assign(piles_then=rows.piles_before, piles_now=rows.piles_after),
        scale,
        replace(drawing.tooltip(heading="label"), rows=lines),
        theme=theme(),
        selected=chosen.id if chosen and chosen.kind == "station" else None,
    )
    legend = draw.legend(scale, rows.category, counted=say("map.stations"), footer=drawing.footer)
    return [drawn, legend]


def _panel(since: Since) -> None:
    drawing, say = since.drawing, since.drawing.say
    _notes(since)
    then, now = (
        asked_of.ask(totals, drawing.selection, sums_of=("stations", "piles")).iloc[0]
        for asked_of in (since.older, drawing.answers)
    )
    sums = since.by().iloc[0]
    lines = [(say("field.stations"), _from_to(then.stations, now.stations, say))]
    if since.counts_piles:
        lines.append((say("field.piles"), _from_to(then.piles, now.piles, say)))
    lines += [(say(f"change.{kind}"), say.number(sums[kind])) for kind in Change]
    if since.counts_piles:
        lines += [
            (say("field.piles_gained"), f"+{say.number(sums.piles_gained)}"),
            (say("field.piles_lost"), f"−{say.number(sums.piles_lost)}"),
            (say("field.piles_net"), f"{sums.piles_net:+,.0f}".replace("-", "−")),
        ]
    drawing.said.html(element("h3", "panel-section", text=say("changes.totals")) + terms(lines))
    notes = [say("changes.several"), say("changes.selection")]
    if sums.stations_piles_unknown:
        notes.append(say("changes.unknown", count=say.number(sums.stations_piles_unknown)))
    drawing.said.note(" ".join(notes))
    analysis.definition(drawing, changes, change_totals, changed_cells)


def _from_to(then: float, now: float, say: Texts) -> str:
    return f"{say.number(then)} → {say.number(now)}"


def _below(since: Since) -> None:
    drawing, say = since.drawing, since.drawing.say
    _growth(drawing)
    names = {
        ChangesBy.OPERATOR: (say("field.operator"), "operator", "changes_operator"),
        ChangesBy.CITY: (say("field.city"), "city", "changes_city"),
    }
    for by, (heading, kind, name) in names.items():
        table = since.by(by)
        keys = [say(f"{kind}.{key}") if isinstance(key, str) else say("unknown") for key in table.key]
        shown = {
            heading: keys,
            **{say(f"change.{change}"): table[change] for change in Change},
            **{say(f"field.{field}"): table[field] for field in _SUMS},
        }
        analysis.table(drawing, pd.DataFrame(shown), name)
    drawing.said.note(say("changes.hands"))
    analysis.table(drawing, _Listed(since.stations, say), "changed_stations", most=MOST_STATIONS)


@dataclass(frozen=True, slots=True)
class _Listed:
    """The changed stations in words, the largest changes of piles first; made when asked for."""

    changed: pd.DataFrame
    say: Texts

    def __len__(self) -> int:
        return len(self.changed)

    def head(self, n: int) -> pd.DataFrame:
        order = self.changed.piles_change.abs().fillna(-1).argsort(kind="stable")[::-1]
        return _listed(self.changed.iloc[order[:n]], self.say)


def _listed(changed: pd.DataFrame, say: Texts) -> pd.DataFrame:
    renamed = changed[changed.renamed]
    renamed = renamed.assign(name=renamed.name_before, name_zh=renamed.name_zh_before)
    formerly_of = changed.operator_id_before.where(changed.reassigned)
    formerly = np.full(len(changed), None, dtype=object)
    formerly[changed.renamed.to_numpy(bool)] = names_of(renamed, say)
    return pd.DataFrame(
        {
            say("field.name"): names_of(changed, say),
            say("field.what"): _in_words(changed, say),
            say("field.operator"): _named(changed.operator_id, "operator", say),
            say("field.city"): _named(changed.city_id, "city", say),
            say("field.piles_then"): changed.piles_before,
            say("field.piles_now"): changed.piles_after,
            say("field.piles_change"): changed.piles_change,
            say("field.moved_m"): changed.moved_m.where(changed.moved).round(),
            say("field.name_then"): formerly,
            say("field.operator_then"): _named(formerly_of, "operator", say),
            say("field.station_id"): changed.station_id,
        }
    )


def _named(ids: pd.Series, kind: str, say: Texts) -> list[str | None]:
    """Return the name of each id of a kind, None where there is none."""
    names = {key: say(f"{kind}.{key}") for key in ids.dropna().unique()}
    return [names.get(key) for key in ids.to_list()]


def _in_words(changed: pd.DataFrame, say: Texts) -> list[str]:
    """Return in words what became of each station."""
    kinds = [*map(str, Change), "piles_unknown"]
    words = [say(f"change.{kind}") for kind in kinds]
    held = changed[kinds].to_numpy(bool) @ (1 << np.arange(len(kinds)))
    said = {
        mask: ", ".join(word for at, word in enumerate(words) if mask >> at & 1)
        for mask in np.unique(held).tolist()
    }
    return [said[mask] for mask in held.tolist()]


def _growth(drawing: Drawing) -> None:
    """Show how the published figures grew, each with its date, source and unit."""
    say = drawing.say
    figures = sorted(
        (figure for measure in GROWTH for figure in history("network", measure)),
        key=lambda figure: figure.as_of,
    )
    heads = [say(f"growth.{name}") for name in ("date", "what", "value", "source")]
    header = element("tr", "", *(element("th", "", text=head) for head in heads))
    drawing.said.html(
        element("h3", "section", text=say("growth.title"))
        + element("table", "groups growth", header, *_figures(figures, say))
    )


def _figures(figures: Iterable[Figure], say: Texts) -> Iterator[str]:
    for figure in figures:
        value = say(f"figure.{figure.qualifier}", value=f"{figure.value:,.10g}")
        cells = (
            say.date(figure.as_of),
            say(f"measure.{figure.measure}"),
            f"{value} {say(f'growth.unit.{figure.unit}')}",
            f"{figure.source}, {figure.document}",
        )
        yield element("tr", "", *(element("td", "", text=cell) for cell in cells))
