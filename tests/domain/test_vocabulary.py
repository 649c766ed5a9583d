import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.domain import vocabulary
from charging.domain.vocabulary import Connector, Status, connector_bit, connector_mask, connectors_in

SETS = [
    vocabulary.Current,
    vocabulary.Connector,
    vocabulary.Status,
    vocabulary.Access,
    vocabulary.Site,
    vocabulary.Datum,
    vocabulary.Relation,
    vocabulary.Kind,
]


@given(st.sets(st.sampled_from(Connector)))
def test_connectors_read_back_from_their_mask(connectors):
    assert set(connectors_in(connector_mask(connectors))) == connectors


def test_a_connector_named_twice_is_one_bit():
    assert connector_mask([Connector.CCS2, Connector.CCS2]) == 1 << connector_bit(Connector.CCS2)


def test_the_stored_bits_never_change():
    assert [str(connector) for connector in Connector] == [
        "gbt_dc",
        "gbt_ac_cable",
        "gbt_ac_socket",
        "chaoji",
        "ccs2",
        "ccs1",
        "type2",
        "type1",
        "chademo",
        "nacs",
        "household",
        "other",
    ]


@pytest.mark.parametrize("members", SETS)
def test_no_set_has_a_member_for_what_is_not_known(members):
    assert not {"unknown", "none", "null", ""} & {member.casefold() for member in members}


@pytest.mark.parametrize("members", SETS)
def test_members_can_stand_in_a_url_as_they_are(members):
    assert all(re.fullmatch(r"\w+", member) for member in members)


def test_a_register_entry_is_no_live_reading():
    assert [*vocabulary.LIVE_STATUSES, Status.OPERATIONAL] == list(Status)
