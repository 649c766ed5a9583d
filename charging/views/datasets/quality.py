"""How good the loaded data is: what is known of each field, what lies elsewhere, and which datum it is in."""

import pandas as pd
import streamlit as st

from charging.analytics import quality_studies
from charging.analytics.datum_check import Verdict, forgotten_conversion
from charging.analytics.quality import completeness, outside_region
from charging.domain.geography import load_cities
from charging.views.analyses import analysis
from charging.views.elements.labels import names_of
from charging.views.elements.markup import element, section
from charging.views.elements.provenance import named
from charging.views.elements.texts import Texts
from charging.views.mapview.map_layers import Drawing

MOST_OUTSIDE = 200
"""Rows of points outside their region shown; the file has all."""

_PERCENT = st.column_config.NumberColumn(format="percent", width="small")
_WHOLE = st.column_config.NumberColumn(format="localized")


def show(drawing: Drawing) -> None:
    """Show the quality of a dataset."""
    say = drawing.say
    section(say("quality.title"))
    with st.spinner(say("quality.counting")):
        counts = drawing.answers.ask(quality_studies.completeness)
        outside = drawing.answers.ask(quality_studies.outside_region)
        verdicts = drawing.answers.ask(quality_studies.conversions)
    _completeness(drawing, counts)
    _outside(drawing, outside)
    _conversions(drawing, verdicts)
    analysis.definition(drawing, completeness, outside_region, forgotten_conversion)


def titles(drawing: Drawing) -> dict[str, str]:
    """Return the titles of the sources of the dataset by their ids."""
    manifest = named(drawing.answers.dataset.manifest, drawing.say)
    return {rows.info.source: rows.info.title for rows in manifest.sources}


def _completeness(drawing: Drawing, counts: pd.DataFrame) -> None:
    say, known_as = drawing.say, titles(drawing)
    shown = pd.DataFrame(
        {
            say("data.field"): [say(f"quality.field.{field}") for field in counts.field],
            say("data.source"): [known_as.get(source, source) for source in counts.source],
            say("quality.share"): counts.share,
            say("quality.known"): counts.known,
            say("quality.of"): counts.of,
            say("quality.unit"): [say(f"quality.unit.{unit}") for unit in counts.unit],
        }
    )
    if len(set(counts.source)) == 1:
        shown = shown.drop(columns=say("data.source"))
    config = {
        say("quality.share"): _PERCENT,
        **{say(f"quality.{name}"): _WHOLE for name in ("known", "of")},
    }
    analysis.table(drawing, shown, "completeness", config=config)


def _outside(drawing: Drawing, outside: pd.DataFrame) -> None:
    say = drawing.say
    if outside.empty:
        st.markdown(say("quality.outside.none"))
        return
    regions = _regions(say)
    shown = pd.DataFrame(
        {
            say("field.name"): names_of(outside, say),
            say("quality.region"): [regions.get(region, region) for region in outside.region],
            say("quality.stated_km"): outside.stated_km.round(),
            say("quality.nearest"): [say(f"city.{city}") for city in outside.nearest_city_id],
            say("quality.nearest_km"): outside.nearest_km.round(1),
            say("field.lat"): outside.lat,
            say("field.lon"): outside.lon,
            say("field.station_id"): outside.station_id,
        }
    )
    analysis.table(drawing, shown, "outside", most=MOST_OUTSIDE)
    st.caption(say("quality.outside.note"))


def _regions(say: Texts) -> dict[str, str]:
    """Return the regions of mainland China as the language writes them, by their Chinese names."""
    return {
        city.province_zh: city.province_zh if say.language == "zh" else city.province_en
        for city in load_cities()
    }


def _conversions(drawing: Drawing, verdicts: pd.DataFrame) -> None:
    section(drawing.say("quality.datum"))
    if verdicts.empty or verdicts.reference.isna().all():
        st.markdown(drawing.say("quality.datum.single"))
        return
    known_as = titles(drawing)
    for row in verdicts.to_dict("records"):
        verdict = Verdict(row["verdict"])
        values = {
            "source": known_as.get(row["source"], row["source"]),
            "reference": known_as.get(row["reference"], row["reference"]),
            "in_place": drawing.say.number(row["in_place"]),
            "compared": drawing.say.number(row["compared"]),
            "shifted": drawing.say.number(row["shifted"]),
            "chance": drawing.say.number(row["by_chance"]),
        }
        said = drawing.say(f"quality.datum.{verdict}", **values)
        if verdict is Verdict.FORGOTTEN:
            offset, expected = (drawing.say.number(row[name]) for name in ("median_offset_m", "expected_m"))
            said += " " + drawing.say("quality.datum.offset", m=offset, expected=expected)
        st.html(element("p", "caution" if verdict is Verdict.FORGOTTEN else "said", text=said))
