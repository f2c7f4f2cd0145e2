from __future__ import annotations

import random

from watchium.syncplay.incoming import SetFile
from watchium.syncplay.playlist.edits import commands_of, edit_of, request_for
from watchium.syncplay.playlist.labels import Item

ABC = [Item("1", "a"), Item("2", "b"), Item("3", "c")]


def test_the_same_list_changes_nothing():
    edit = edit_of(ABC, ["a", "b", "c"])
    assert (edit.added, edit.removed, edit.moved) == ((), (), ())


def test_additions_removals_and_moves():
    edit = edit_of(ABC, ["c", "a", "new"], "9")
    assert edit.items == (ABC[2], ABC[0], Item(None, "new"))
    assert (edit.added, edit.removed) == (("new",), ("2",))
    assert edit.moved == (("3", "1"),)
    assert edit_of(ABC, ["b", "c", "a"], "9").moved == (("1", "9"),)


def test_of_two_equal_names_the_later_one_is_removed():
    assert edit_of([*ABC, Item("4", "a")], ["a", "b", "c"]).removed == ("4",)


def test_of_equal_names_the_one_at_the_place_of_the_removal_is_removed():
    aba = [Item("1", "a"), Item("2", "b"), Item("3", "a")]
    edit = edit_of(aba, ["b", "a"])
    assert (edit.removed, edit.moved) == (("1",), ())
    assert edit_of(aba, ["a", "b"]).removed == ("3",)
    assert edit_of([*ABC, *aba], ["a", "b", "c", "b", "a"]).removed == ("1",)


def test_of_equal_names_the_current_entry_is_kept():
    aab = [Item("1", "a"), Item("2", "a"), Item("3", "b")]
    edit = edit_of(aab, ["a", "b"], current="2")
    assert (edit.items, edit.removed, edit.moved) == ((aab[1], aab[2]), ("1",), ())
    assert edit_of(aab, ["b"], current="2").removed == ("1", "2")


def test_names_that_are_blank_are_not_added():
    edit = edit_of(ABC, ["a", " ", "b", "/home/tom/ ", "c", "new", "\u200b"])
    assert edit.added == ("new",)
    assert [item.label for item in edit.items] == ["a", " ", "b", "/home/tom/ ", "c", "new", "\u200b"]
    assert request_for(" " * 300 + "film.mkv", None) == {"own": {"title": "film.mkv"}}


def test_what_has_no_entry_is_neither_removed_nor_moved():
    edit = edit_of([Item(None, "a"), *ABC[1:]], ["c", "b"])
    assert (edit.removed, edit.moved) == ((), (("3", "2"),))


def test_the_moves_make_the_list_of_the_client():
    chance = random.Random(5)
    for _ in range(200):
        before = [Item(str(number), f"f{number}") for number in range(chance.randrange(1, 12))]
        after = chance.sample(before, len(before))
        edit = edit_of(before, [item.label for item in after])
        ids = [item.entry_id for item in before]
        for moved, target in edit.moved:
            ids.remove(moved)
            ids.insert(len(ids) if target is None else ids.index(target), moved)
        assert ids == [item.entry_id for item in after]
        assert len(edit.moved) < len(before)


def test_an_address_is_a_link_and_a_name_is_an_own_copy():
    assert request_for("https://example.org/a b.mp4", None) == {"media_url": "https://example.org/a b.mp4"}
    assert request_for("rtsp://example.org/x", None) == {"media_url": "rtsp://example.org/x"}
    assert request_for("/home/tom/films/film.mkv", None) == {"own": {"title": "film.mkv"}}
    assert request_for("C:\\Music\\song.flac", None) == {"own": {"title": "song.flac", "kind": "audio"}}
    assert len(request_for("x" * 500, None)["own"]["title"]) == 200


def test_of_the_file_in_the_player_size_and_length_are_known():
    file = SetFile(name="film.mkv", duration_s=60.5, size=1000)
    own = {"title": "film.mkv", "size": 1000, "duration": 60.5}
    assert request_for("/home/tom/film.mkv", file) == {"own": own}
    assert request_for("other.mkv", file) == {"own": {"title": "other.mkv"}}


def test_long_lists_are_several_commands_below_the_size_of_a_frame():
    edit = edit_of([], [f"https://example.org/{'x' * 300}/{number}" for number in range(250)])
    commands = list(commands_of(edit, None))
    assert sum(len(payload["items"]) for _, payload in commands) == 250
    assert all(len(str(payload)) < 12_000 for _, payload in commands)
    removed = edit_of([Item(str(number), f"f{number}") for number in range(250)], [])
    assert [len(payload["entry_ids"]) for _, payload in commands_of(removed, None)] == [100, 100, 50]
