from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.watchium.syncplay.playlist.queues import FILM, LINK, OTHER, queue_of
from watchium.protocol.queue import QueueState
from watchium.syncplay.playlist.labels import NO_FILE
from watchium.syncplay.playlist.mirror import (
    ADVANCE_S,
    ANSWER_S,
    MAX_PENDING,
    MOST_AHEAD_S,
    OPENS_S,
    PlaylistMirror,
    TooManyMoves,
)

THREE = queue_of(FILM, OTHER, LINK, current=0)
LABELS = ["film.mkv", "other.mkv", LINK.url]


def lists_in(lines: list[dict[str, Any]]) -> list[Any]:
    changes = (line["Set"] for line in lines)
    return [(change.get("playlistChange") or change["playlistIndex"]) for change in changes]


def follows(mirror: PlaylistMirror, queue: QueueState, own_name: str = "") -> None:
    current = next((entry.media for entry in queue.entries if entry.id == queue.current), None)
    mirror.follow(queue, current, own_name)


def mirror_of(queue: QueueState = THREE) -> PlaylistMirror:
    """Of a client that has the room's list."""
    mirror = PlaylistMirror(True, 0.0)
    follows(mirror, queue)
    mirror.begin()
    mirror.opened(1.0)
    mirror.due(1.0)
    assert mirror.next_s == float("inf")
    return mirror


def test_the_rooms_list_follows_when_the_client_has_opened_its_file():
    mirror = PlaylistMirror(True, 0.0)
    follows(mirror, THREE)
    first, index = lists_in(mirror.begin())
    assert (first["files"], index["index"]) == ([NO_FILE], None)
    assert mirror.due(1.0) == []
    mirror.opened(1.5)
    listed, index = lists_in(mirror.due(1.5))
    assert (listed["files"], index["index"]) == (LABELS, 0)
    assert listed["user"] and index["user"]


def test_a_client_without_a_file_gets_the_list_a_little_later():
    mirror = PlaylistMirror(True, 0.0)
    follows(mirror, THREE)
    mirror.begin()
    assert mirror.next_s == OPENS_S
    assert lists_in(mirror.due(OPENS_S))[0]["files"] == LABELS


def test_a_client_without_playlists_gets_none_and_changes_nothing():
    mirror = PlaylistMirror(False, 0.0)
    follows(mirror, THREE)
    assert [each.get("files", each.get("index")) for each in lists_in(mirror.begin())] == [[], None]
    assert mirror.next_s == float("inf")
    assert mirror.edited(["x.mkv"], None, 20.0) == []
    assert mirror.chose(0, 10.0, at_end=False) is None


def test_the_list_of_another_room_does_not_replace_the_queue():
    mirror = PlaylistMirror(True, 0.0)
    follows(mirror, THREE)
    mirror.begin()
    assert mirror.edited([], None, 0.2) == []
    assert mirror.edited(["old.mkv"], None, 0.3) == []
    assert mirror.chose(0, 10.0, at_end=False) is None
    mirror.opened(0.5)
    assert lists_in(mirror.due(0.5))[0]["files"] == LABELS


def test_a_list_of_another_room_that_comes_late_does_not_replace_the_queue_either():
    for at_s in (1.1, OPENS_S):
        mirror = mirror_of()
        assert mirror.edited(["old.mkv", "older.mkv"], None, at_s) == []
        assert mirror.chose(1, at_s, at_end=False) is None
        assert lists_in(mirror.due(at_s + 1.0))[0]["files"] == LABELS
    (command,) = mirror_of().edited([*LABELS, "new.mkv"], None, 1.1)
    assert command[0] == "queue_add"


def test_the_file_that_a_client_brings_to_an_empty_room_is_added():
    mirror = PlaylistMirror(True, 0.0)
    follows(mirror, queue_of())
    mirror.begin()
    assert mirror.edited(["/home/tom/film.mkv"], None, 0.2) == [
        ("queue_add", {"items": [{"own": {"title": "film.mkv"}}]})
    ]
    mirror.asked("e1", 0.2)
    mirror.accepted("e1", 1, queue_of(FILM, current=0))
    follows(mirror, queue_of(FILM, current=0))
    assert mirror.due(0.3) == []  # it would look for the file that it is about to open
    mirror.opened(1.0)
    assert lists_in(mirror.due(1.0))[0]["files"] == ["film.mkv"]


def test_an_echo_is_no_change():
    mirror = mirror_of()
    assert mirror.edited(LABELS, None, 10.0) == []
    assert mirror.chose(0, 10.0, at_end=False) is None
    assert mirror.next_s == float("inf")


def test_an_addition_that_the_room_accepts_is_not_sent_back():
    mirror = mirror_of()
    (command,) = mirror.edited([*LABELS, "new.mkv"], None, 10.0)
    mirror.asked("e1", 10.0)
    mirror.accepted("e1", 2, THREE)
    assert mirror.due(10.1) == []
    follows(mirror, queue_of(FILM, OTHER, LINK, replace(FILM, title="new.mkv"), current=0, revision=2))
    assert mirror.next_s == float("inf")
    assert command[0] == "queue_add"
    assert mirror.edited(LABELS, None, 20.0) == [("queue_remove", {"entry_ids": ["4"]})]


def test_an_undo_to_the_first_list_puts_back_the_rooms():
    mirror = mirror_of(queue_of(FILM, OTHER, LINK, current=1))
    assert mirror.edited([NO_FILE], None, 10.0) == []
    listed, index = lists_in(mirror.due(10.0))
    assert (listed["files"], index["index"]) == (LABELS, 1)
    assert mirror.chose(0, 10.1, at_end=False) is None  # of the list that was put back
    assert mirror.edited([*LABELS, NO_FILE], None, 20.0) == []
    assert mirror.chosen_addition() is None
    assert [each.get("index") for each in lists_in(mirror.due(20.0))] == [None, 1]


def test_what_is_refused_is_put_back():
    mirror = mirror_of()
    assert mirror.edited(LABELS[1:], None, 10.0) == [("queue_remove", {"entry_ids": ["1"]})]
    mirror.asked("e1", 10.0)
    assert mirror.due(10.1) == []
    mirror.refused("e1")
    assert lists_in(mirror.due(10.2))[0]["files"] == LABELS


def test_without_an_answer_the_room_s_list_comes_back_too():
    mirror = mirror_of()
    mirror.edited([], None, 10.0)
    mirror.asked("e1", 10.0)
    assert lists_in(mirror.due(13.1))[0]["files"] == LABELS


def test_while_too_many_commands_have_no_answer_lists_are_put_back():
    mirror = mirror_of()
    for number in range(MAX_PENDING):
        assert mirror.edited([*LABELS, f"{number}.mkv"], None, 10.0)
        mirror.asked(f"e{number}", 10.0)
    assert mirror.chose(2, 10.1, at_end=False) is None
    assert mirror.edited([*LABELS, "more.mkv"], None, 10.1) == []
    assert lists_in(mirror.due(10.0 + ANSWER_S))[0]["files"] == LABELS
    assert mirror.edited([*LABELS, "more.mkv"], None, 20.0)


def test_a_choice_plays_the_entry_and_is_put_back_if_refused():
    mirror = mirror_of()
    assert mirror.chose(2, 10.0, at_end=False) == ("queue_play", {"entry_id": "3"})
    mirror.asked("e1", 10.0)
    mirror.refused("e1")
    assert [each["index"] for each in lists_in(mirror.due(10.1))] == [0]


def test_a_client_that_goes_on_at_the_end_leaves_the_advance_to_the_room():
    mirror = mirror_of()
    assert mirror.chose(1, 10.0, at_end=True, ends_s=12.0) is None
    assert mirror.due(16.0) == []
    follows(mirror, queue_of(FILM, OTHER, LINK, current=1, revision=2))
    assert mirror.next_s == float("inf")


def test_a_client_that_went_on_gets_what_the_room_plays_instead():
    mirror = mirror_of()
    mirror.chose(1, 10.0, at_end=True)
    follows(mirror, queue_of(FILM, OTHER, LINK, current=2, revision=2))
    assert [each["index"] for each in lists_in(mirror.due(20.0))] == [2]


def test_of_entries_with_one_name_the_one_that_plays_is_meant():
    """Clients send the index of the first one, when they have opened the file."""
    mirror = mirror_of(queue_of(FILM, OTHER, FILM, LINK, current=2))
    assert mirror.chose(0, 10.0, at_end=False) is None
    assert [each["index"] for each in lists_in(mirror.due(10.0))] == [2]
    assert mirror.chose(2, 10.1, at_end=False) is None
    assert mirror.next_s == float("inf")


def test_a_client_goes_back_if_the_room_stays():
    """The room repeats the entry, or the client's file is shorter by far."""
    mirror = mirror_of()
    for ends_s, next_s in (
        (12.0, 12.0 + ADVANCE_S),
        (9.0, 10.0 + ADVANCE_S),
        (float("inf"), 10.0 + MOST_AHEAD_S),
    ):
        mirror.chose(1, 10.0, at_end=True, ends_s=ends_s)
        assert mirror.next_s == next_s
        assert mirror.due(next_s - 0.1) == []
        assert [each["index"] for each in lists_in(mirror.due(next_s))] == [0]
        assert mirror.next_s == float("inf")


def test_a_client_that_goes_on_to_a_name_that_was_listed_before_leaves_the_advance_to_the_room():
    mirror = mirror_of(queue_of(LINK, FILM, OTHER, FILM, current=2))
    assert mirror.chose(1, 10.0, at_end=True) is None
    assert mirror.due(10.0) == []
    assert mirror.chose(0, 10.1, at_end=False) == ("queue_play", {"entry_id": "1"})


def test_who_removes_what_plays_leaves_the_next_one_to_the_room():
    mirror = mirror_of()
    mirror.edited(LABELS[1:], None, 10.0)
    assert mirror.chose(0, 10.0, at_end=False) is None


def test_a_file_that_is_added_and_chosen_in_one_is_played_once_it_has_an_entry():
    mirror = mirror_of()
    mirror.edited([*LABELS, "new.mkv"], None, 10.0)
    mirror.asked("e1", 10.0)
    assert mirror.chose(3, 10.0, at_end=False) is None
    assert mirror.chosen_addition() is None
    mirror.accepted("e1", 2, THREE)
    follows(mirror, queue_of(FILM, OTHER, LINK, replace(FILM, title="new.mkv"), current=0, revision=2))
    assert mirror.chosen_addition() == ("queue_play", {"entry_id": "4"})
    assert mirror.chosen_addition() is None


def test_a_change_that_crosses_the_rooms_keeps_what_others_added():
    mirror = mirror_of(queue_of(FILM, OTHER, current=0))
    follows(mirror, queue_of(FILM, OTHER, LINK, current=0, revision=2))
    assert lists_in(mirror.due(10.0))[0]["files"] == LABELS
    (command,) = mirror.edited([*LABELS[:2], "new.mkv"], None, 10.1)
    assert command[0] == "queue_add"
    (command,) = mirror_of().edited(LABELS[:2], None, 30.0)
    assert command == ("queue_remove", {"entry_ids": ["3"]})


def test_a_change_crosses_the_rooms_for_as_long_as_the_line_is():
    mirror = mirror_of(queue_of(FILM, OTHER, current=0))
    follows(mirror, queue_of(FILM, OTHER, LINK, current=0, revision=2))
    mirror.due(10.0)
    assert mirror.edited(LABELS[:2], None, 12.0, round_trip_s=1.5) == []


def test_a_change_after_the_round_trip_is_one_of_the_latest_list():
    mirror = mirror_of(queue_of(FILM, OTHER, current=0))
    follows(mirror, queue_of(FILM, OTHER, LINK, current=0, revision=2))
    mirror.due(10.0)
    assert mirror.edited(LABELS[:2], None, 12.0) == [("queue_remove", {"entry_ids": ["3"]})]


def test_a_list_that_is_sorted_as_a_whole_is_put_back():
    media = [replace(FILM, title=f"{number}.mkv") for number in range(20)]
    mirror = mirror_of(queue_of(*media, current=0))
    with pytest.raises(TooManyMoves):
        mirror.edited([f"{number}.mkv" for number in reversed(range(20))], None, 10.0)
    assert lists_in(mirror.due(10.0))[0]["files"][0] == "0.mkv"
    assert mirror.chose(5, 10.1, at_end=False) is None  # of the list that was put back
    assert [each["index"] for each in lists_in(mirror.due(11.0))] == [0]


def test_lists_are_sent_once_a_second():
    mirror = mirror_of()
    follows(mirror, queue_of(FILM, OTHER, current=0, revision=2))
    assert mirror.due(1.2) == []
    assert len(mirror.due(2.1)) == 1


def test_the_index_is_sent_again_if_the_current_item_has_another_name():
    mirror = mirror_of()
    follows(mirror, THREE, "mine.mp4")
    listed, index = lists_in(mirror.due(5.0))
    assert (listed["files"][0], index["index"]) == ("mine.mp4", 0)
