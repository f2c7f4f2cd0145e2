from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from watchium.config.env_values import embeds
from watchium.config.security_policy import room_page_policy


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("", set()),
        (" , ", set()),
        ("youtube", {"youtube"}),
        ("YouTube, youtube", {"youtube"}),
    ],
)
def test_embeds_are_names_separated_by_commas_or_spaces(value: str, names: set[str]):
    assert embeds(value) == names


@pytest.mark.parametrize("value", ["youtube,dailymotion", "off", "https://www.youtube.com"])
def test_an_unknown_name_ends_the_start_with_the_known_ones(value: str):
    with pytest.raises(ImproperlyConfigured, match=r"WATCHIUM_EMBEDS has .*; it may have: .*youtube"):
        embeds(value)


def test_the_page_of_a_room_frames_the_named_players_only():
    assert "frame-src" not in room_page_policy(frozenset())
    assert room_page_policy(frozenset(["youtube"]))["frame-src"] == ["https://www.youtube-nocookie.com"]
