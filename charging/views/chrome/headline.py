"""The figures that head a dataset, in words: those published of it, else its own.

Wherever they stand, they are the same: over the map, in the file of a map and in the picture of one, and in
the report.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from charging.dataset.manifest import Manifest
from charging.dataset.store import Dataset
from charging.domain.filters import Filters
from charging.domain.published import NETWORK, Figure, launch_figures
from charging.queries.dataset_figures import DatasetFigures, dataset_figures
from charging.queries.totals import Headline, headline, operator_piles, piles_by_operator
from charging.views.elements.provenance import localized_manifest
from charging.views.elements.texts import Texts
from charging.views.session.colours import colours_of
from charging.views.session.context import ViewContext
from charging.views.session.repeat_notes import full_repeat_note

PARTNERS = ("nio", "xpeng", "li_auto")
"""Rival carmakers whose piles the published map opened, each with a card of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A figure in words."""

    heading: str
    label: str  # the heading where it stands alone
    value: str  # the number that is read first
    published: str  # that of a published figure, exact; "" of any other
    loaded: str  # what the dataset holds
    selected: str  # "" where no selection changes it
    details: tuple[str, str]  # the same two, as short as they can be under `value`
    notes: tuple[str, ...]  # what it is and where from
    below: str = ""  # in the place of `loaded` and `selected`
    colour: str = ""  # of the operator it is about


def has_published_figures(context: ViewContext) -> bool:
    """Return whether figures were published of the loaded dataset."""
    return bool(published_figures(context.dataset.manifest))


def published_figures(manifest: Manifest) -> tuple[Figure, ...]:
    """Return the figures published of a dataset, those of the partners of the whole map after its own."""
    subject = manifest.published_subject
    subjects = (NETWORK, *PARTNERS) if subject == NETWORK else (subject,) if subject else ()
    return tuple(figure for name in subjects for figure in launch_figures(name))


def headline_cards(context: ViewContext) -> tuple[Card, ...]:
    """Return the figures that head the loaded dataset."""
    figures = published_figures(context.dataset.manifest)
    return tuple(_published_cards(context, figures) if figures else _own_cards(context))


def headline_rows(context: ViewContext) -> tuple[tuple[str, ...], ...]:
    """Return the same as rows: what is counted, what was published, what is loaded, what is selected."""
    say, cards = context.say, [card for card in headline_cards(context) if card.selected]
    figures = published_figures(context.dataset.manifest)
    dates = " / ".join(dict.fromkeys(say.date(figure.as_of) for figure in figures))
    published = (say("take.published", date=dates), *(card.published for card in cards))
    return (
        ("", *(card.label for card in cards)),
        *((published,) if figures else ()),
        (say("figure.loaded"), *(card.loaded for card in cards)),
        (say("figure.selected"), *(card.selected for card in cards)),
    )


def headline_line(context: ViewContext) -> str:
    """Return the loaded dataset with what it holds as one line."""
    title = localized_manifest(context.dataset.manifest, context.say).title
    figures = " · ".join(f"{card.label} {card.loaded}" for card in headline_cards(context))
    return context.say("figures.line", title=title, figures=figures)


def _published_cards(context: ViewContext, figures: tuple[Figure, ...]) -> Iterator[Card]:
    answers, say = context.answers, context.say
    filters = (Filters(), context.selection)
    counts = [answers.ask(headline, wanted) for wanted in filters]
    by_operator = [operator_piles(answers.ask(piles_by_operator, wanted), PARTNERS) for wanted in filters]
    colours = colours_of(answers)
    for figure in figures:
        is_partner = figure.subject in PARTNERS
        if is_partner:
            loaded, selected = (say.number(piles[figure.subject]) for piles in by_operator)
        else:
            loaded, selected = (measure_text(figure.measure, each, say) for each in counts)
        measure = say(f"measure.{figure.measure}")
        heading = say(f"operator.{figure.subject}") if is_partner else measure
        yield Card(
            heading=heading,
            label=f"{heading} · {measure}" if is_partner else measure,
            value=say(f"figure.{figure.qualifier}", value=_figure_value(figure, is_short=True)),
            published=say(f"figure.{figure.qualifier}", value=_figure_value(figure)),
            loaded=loaded,
            selected=selected,
            details=(loaded, selected),
            notes=tuple(_provenance(figure, say)),
            colour=colours[figure.subject] if is_partner else "",
        )


def measure_text(measure: str, counts: Headline, say: Texts) -> str:
    """Return what a dataset or a selection has of a published measure, in words."""
    if measure != "service_area_share":
        return say.number(getattr(counts, measure))
    if counts.service_area_share is None:
        return say("figure.none")
    part, whole = say.number(counts.service_areas_with_piles), say.number(counts.service_areas)
    return say("figures.parts", share=say.share(counts.service_area_share), part=part, whole=whole)


def _provenance(figure: Figure, say: Texts) -> Iterator[str]:
    counted = figure.unit if figure.unit == "%" else say(f"growth.unit.{figure.unit}")
    yield say(f"figure.said.{figure.qualifier}", value=f"{figure.value:,.10g} {counted}")
    yield say("figure.as_of", date=say.date(figure.as_of))
    yield say("figure.source", source=f"{figure.source}, {figure.document}")
    if figure.note:
        yield say(f"published.{figure.subject}.{figure.measure}")


def _figure_value(figure: Figure, *, is_short: bool = False) -> str:
    if figure.unit == "%":
        return f"{figure.value:g} %"
    is_millions = is_short and figure.value >= 1e6  # noqa: PLR2004  a million
    return f"{figure.value / 1e6:.3g} M" if is_millions else f"{figure.value:,.0f}"


def _own_cards(context: ViewContext) -> Iterator[Card]:
    say, manifest = context.say, context.dataset.manifest
    loaded, selected = (context.answers.ask(dataset_figures, each) for each in (Filters(), context.selection))
    unit = say("measure.piles") if manifest.unit_counted == "pile" else say.units

    def card(heading: str, text: Callable[[DatasetFigures], str], *notes: str) -> Card:
        return _own_card(heading, text(loaded), text(selected), notes)

    yield card(say("own.stations"), lambda each: say.number(each.stations), say("own.stations.note"))
    yield card(unit, lambda each: say.number(each.piles), *_pile_notes(loaded, context.dataset, say))
    yield card(say("own.operators"), lambda each: say.number(each.operators), _operator_note(loaded, say))
    yield _share_card(loaded, selected, say)
    yield card(say("own.places"), lambda each: say.number(each.places), *_place_notes(loaded, say))
    yield card(say("own.power"), lambda each: _power_text(each, say), say("own.power.note"))
    yield _date_card(context)


def _share_card(loaded: DatasetFigures, selected: DatasetFigures, say: Texts) -> Card:
    """Return the share of DC; there is no room for the parts of both."""
    texts = _share_text(loaded, say), _share_text(selected, say)
    card = _own_card(say("own.dc_share"), *texts, (say("own.dc_share.note"),))
    if loaded.dc_share is None:
        return card
    part, whole = say.number(loaded.dc_piles), say.number(loaded.current_known_piles)
    chosen = card.selected if selected.dc_share is None else say.share(selected.dc_share)
    return replace(
        card,
        value=say.share(loaded.dc_share),
        details=(say("own.parts", part=part, whole=whole), chosen),
    )


def _own_card(heading: str, loaded: str, selected: str, notes: tuple[str, ...], *, below: str = "") -> Card:
    return Card(
        heading=heading,
        label=heading,
        value=loaded,
        published="",
        loaded=loaded,
        selected=selected,
        details=(loaded, selected),
        notes=notes,
        below=below,
    )


def _pile_notes(counts: DatasetFigures, dataset: Dataset, say: Texts) -> Iterator[str]:
    yield say("own.unit.note", counted=say.unit_name(dataset.manifest.unit_counted))
    if counts.stations_piles_unknown:
        yield say("panel.piles_unknown", count=say.number(counts.stations_piles_unknown))
    if note := full_repeat_note(dataset, say):
        yield note


def _operator_note(counts: DatasetFigures, say: Texts) -> str:
    if not counts.piles_without_operator:
        return say("own.operators.note")
    part, whole = say.number(counts.piles_without_operator), say.number(counts.piles)
    return say("own.operators.unknown", part=part, whole=whole)


def _share_text(counts: DatasetFigures, say: Texts) -> str:
    """Return the share of DC with what it is a share of."""
    if counts.dc_share is None:
        return say("unknown") if counts.stations else _NOTHING
    part, whole = say.number(counts.dc_piles), say.number(counts.current_known_piles)
    return say("figures.parts", share=say.share(counts.dc_share), part=part, whole=whole)


def _place_notes(counts: DatasetFigures, say: Texts) -> Iterator[str]:
    yield say("own.places.note")
    if counts.stations_without_place and counts.places:
        yield say("own.places.unknown", count=say.number(counts.stations_without_place))


def _power_text(counts: DatasetFigures, say: Texts) -> str:
    if counts.max_power_kw is None:
        return say("unknown") if counts.stations else _NOTHING
    return f"{counts.max_power_kw:,.6g} kW"


def _date_card(context: ViewContext) -> Card:
    """Return what day the data describes, and whose it is."""
    say, manifest = context.say, context.dataset.manifest
    date = manifest.as_of.replace("/", " – ") if manifest.as_of else say("unknown")
    titles = [rows.info.title for rows in manifest.sources]
    source = titles[0] if len(titles) == 1 else say("own.sources", count=len(titles))
    notes = [
        f"{rows.info.attribution or rows.info.title} · {rows.info.licence or say('data.licence.rows')}"
        for rows in manifest.sources
    ]
    read_on = max((rows.retrieved_at for rows in manifest.sources), default=manifest.built_at)
    notes.append(say("own.retrieved", date=say.date(read_on.astimezone(dt.UTC).date())))
    return _own_card(say("own.as_of"), date, "", tuple(notes), below=source)


_NOTHING = "–"
"""A figure of no station at all."""
