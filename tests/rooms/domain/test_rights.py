from __future__ import annotations

import json
from itertools import product
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields

from rooms.domain import rights
from rooms.domain.rights import DEFAULTS, PRESETS, Level, Right, Standing
from watchium.protocol.types import RoomRights

VECTORS = Path(__file__).parents[2] / "vectors/rights.json"
ROLES = ("member", "moderator", "host")

levels = st.fixed_dictionaries({right: st.sampled_from(Level) for right in Right})
exceptions = st.dictionaries(st.sampled_from(Right), st.booleans())
standings = st.builds(Standing, st.sampled_from(ROLES), st.booleans(), exceptions)


def table() -> list[dict[str, object]]:
    """Every case of one right: the page's rules give the same answers, see tests/js/room/rights.test.js."""
    return [
        {
            "right": right,
            "level": level,
            "role": role,
            "owner": owner,
            "exception": exception,
            "allowed": rights.allows(
                {**DEFAULTS, right: level},
                Standing(role, owner, {} if exception is None else {right: exception}),
                right,
            ),
        }
        for right, level, role, owner, exception in product(
            Right, Level, ROLES, (False, True), (None, False, True)
        )
    ]


def test_the_vectors_are_up_to_date():
    lines = ",\n".join(json.dumps(row) for row in table())
    presets = json.dumps({name: dict(levels) for name, levels in PRESETS.items()})
    assert VECTORS.read_text() == f'{{"presets": {presets},\n"cases": [\n{lines}\n]}}\n'


def test_a_room_state_without_rights_has_the_default_ones():
    assert {field.name: field.default for field in fields(RoomRights)} == dict(DEFAULTS)


@given(levels, standings, st.sampled_from(Right))
def test_the_host_may_do_everything_and_the_owner_may_change_the_settings(levels, who, right):
    assert rights.allows(levels, Standing("host", who.is_owner, who.exceptions), right)
    assert rights.allows(levels, Standing(who.role, is_owner=True, exceptions=who.exceptions), Right.SETTINGS)


@given(levels, standings, st.sampled_from(Right))
def test_without_an_exception_a_higher_role_may_not_do_less(levels, who, right):
    plain = [rights.allows(levels, Standing(role), right) for role in ROLES]
    assert plain == sorted(plain)


@given(levels, st.sampled_from(Right), st.sampled_from(ROLES[:2]), st.booleans())
def test_a_role_has_the_right_that_it_was_given_and_not_the_one_that_was_taken(levels, right, role, allowed):
    after = rights.with_role(levels, right, role, allowed=allowed)
    assert rights.allows(after, Standing(role), right) == allowed
    assert {**after, right: levels[right]} == levels
    assert rights.with_role(after, right, role, allowed=allowed) == after


@given(levels)
def test_levels_are_read_as_they_were_stored(levels):
    policy, text = rights.stored_levels(levels)
    assert rights.levels_of(policy, text) == levels
    assert len(text) <= 250


@given(exceptions)
def test_exceptions_are_read_as_they_were_stored(exceptions):
    text = rights.stored_exceptions(exceptions)
    assert rights.exceptions_of(text) == exceptions
    assert len(text) <= 120


@given(st.sampled_from(Level))
def test_a_room_from_before_has_the_rights_that_its_policy_meant(policy):
    found = rights.levels_of(policy, "")
    for right in (Right.CONTROL, Right.MEDIA, Right.QUEUE_EDIT):
        assert found[right] == policy
    assert {**found, **dict.fromkeys(rights.OF_POLICY, "host")} == dict(DEFAULTS)


def test_what_a_later_version_stored_is_left_out():
    assert rights.levels_of("host", "chat=host fly=everyone media=nobody") == {**DEFAULTS, Right.CHAT: "host"}
    assert rights.exceptions_of("+fly -chat") == {Right.CHAT: False}


@given(levels, standings, st.sampled_from(Right))
def test_a_refusal_names_its_rule(levels, who, right):
    if not rights.allows(levels, who, right):
        sentence = str(rights.rule(levels, who, right))
        assert ("The host decided" in sentence) == (right in who.exceptions)
        if right not in who.exceptions:
            assert ("moderators" in sentence) == (levels[right] == Level.MODERATORS)


def test_the_presets_differ():
    assert len({rights.stored_levels(levels) for levels in PRESETS.values()}) == len(PRESETS)
