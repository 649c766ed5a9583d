"""How good the loaded data is: what is known of each field, what lies elsewhere, and which datum it is in."""

import pandas as pd
import streamlit as st

from charging.analytics.quality import studies
from charging.analytics.quality.datum_check import Verdict, forgotten_conversion
from charging.analytics.quality.fields import completeness, outside_region
from charging.domain.geography import load_cities
from charging.views.analyses import analysis
from charging.views.elements.labels import names_of
from charging.views.elements.markup import element, show_section
from charging.views.elements.provenance import localized_manifest
from charging.views.elements.texts import Texts
from charging.views.session.context import ViewContext

MAX_OUTSIDE = 200
"""Rows of points outside their region shown; the file has all."""

_OF_CHINA = ("name_zh",)
"""Fields that only stations in China have."""

_PERCENT = st.column_config.NumberColumn(format="percent", width="small")
_WHOLE = st.column_config.NumberColumn(format="localized")


def show_quality(context: ViewContext) -> None:
    """Show the quality of a dataset."""
    say = context.say
    show_section(say("quality.title"))
    with st.spinner(say("quality.counting")):
        counts = context.answers.ask(studies.completeness)
        is_in_china = context.answers.ask(studies.is_in_mainland_china)
        outside = context.answers.ask(studies.outside_region) if is_in_china else None
        verdicts = context.answers.ask(studies.conversions) if is_in_china else None
    if outside is None or verdicts is None:  # the other checks are of mainland China alone
        _show_completeness(context, counts[~(counts.field.isin(_OF_CHINA) & counts.known.eq(0))])
        analysis.show_definition(context, completeness)
        return
    _show_completeness(context, counts)
    _show_outside(context, outside)
    _show_conversions(context, verdicts)
    analysis.show_definition(context, completeness, outside_region, forgotten_conversion)


def source_titles(context: ViewContext) -> dict[str, str]:
    """Return the titles of the sources of the dataset by their ids."""
    manifest = localized_manifest(context.dataset.manifest, context.say)
    return {rows.info.source: rows.info.title for rows in manifest.sources}


def _show_completeness(context: ViewContext, counts: pd.DataFrame) -> None:
    say, titles = context.say, source_titles(context)
    table = pd.DataFrame(
        {
            say("data.field"): [say(f"quality.field.{field}") for field in counts.field],
            say("data.source"): [titles.get(source, source) for source in counts.source],
            say("quality.share"): counts.share,
            say("quality.known"): counts.known,
            say("quality.of"): counts.of,
            say("quality.unit"): [say(f"quality.unit.{unit}") for unit in counts.unit],
        }
    )
    if len(set(counts.source)) == 1:
        table = table.drop(columns=say("data.source"))
    config = {say("quality.share"): _PERCENT, **{say(f"quality.{name}"): _WHOLE for name in ("known", "of")}}
    analysis.show_table(context, table, "completeness", config=config)


def _show_outside(context: ViewContext, outside: pd.DataFrame) -> None:
    say = context.say
    if outside.empty:
        st.markdown(say("quality.outside.none"))
        return
    regions = _region_names(say)
    table = pd.DataFrame(
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
    analysis.show_table(context, table, "outside", max_rows=MAX_OUTSIDE)
    st.caption(say("quality.outside.note"))


def _region_names(say: Texts) -> dict[str, str]:
    """Return the regions of mainland China as the language writes them, by their Chinese names."""
    return {
        city.province_zh: city.province_zh if say.language == "zh" else city.province_en
        for city in load_cities()
    }


def _show_conversions(context: ViewContext, verdicts: pd.DataFrame) -> None:
    show_section(context.say("quality.datum"))
    if verdicts.empty or verdicts.reference.isna().all():
        st.markdown(context.say("quality.datum.single"))
        return
    titles = source_titles(context)
    for row in verdicts.to_dict("records"):
        verdict = Verdict(row["verdict"])
        values = {
            "source": titles.get(row["source"], row["source"]),
            "reference": titles.get(row["reference"], row["reference"]),
            **{name: context.say.number(row[name]) for name in ("in_place", "compared", "shifted")},
            "chance": context.say.number(row["by_chance"]),
        }
        text = context.say(f"quality.datum.{verdict}", **values)
        if verdict is Verdict.FORGOTTEN:
            offset, expected = (context.say.number(row[name]) for name in ("median_offset_m", "expected_m"))
            text += " " + context.say("quality.datum.offset", m=offset, expected=expected)
        st.html(element("p", "caution" if verdict is Verdict.FORGOTTEN else "said", text=text))
