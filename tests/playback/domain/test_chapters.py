from hypothesis import given
from hypothesis import strategies as st

from playback.domain.chapters import MAX_TITLE_CHARS, are_too_long, cleaned
from watchium.protocol.types import TypedChapter

chapters = st.lists(
    st.builds(TypedChapter, start=st.floats(0, 7 * 86400), title=st.text(max_size=120)), max_size=100
)


@given(chapters)
def test_chapters_are_in_order_with_one_at_each_start_and_cleaning_again_changes_nothing(typed):
    once = cleaned(typed)
    starts = [chapter.start for chapter in once]
    assert starts == sorted(set(starts))
    assert set(starts) == {round(chapter.start, 3) for chapter in typed}
    assert all(len(chapter.title) <= MAX_TITLE_CHARS for chapter in once)
    assert cleaned(once) == once


def test_titles_are_cleaned_like_comments_and_the_first_of_two_at_one_start_stays():
    typed = [
        TypedChapter(start=90.0004, title="  The \u202eharbour\n"),
        TypedChapter(start=90.0001, title="Later"),
        TypedChapter(start=0, title="x" * 200),
    ]
    assert cleaned(typed) == [
        TypedChapter(start=0, title="x" * MAX_TITLE_CHARS),
        TypedChapter(start=90.0, title="The harbour"),
    ]


def test_titles_have_a_bound_together():
    assert not are_too_long([TypedChapter(start=n, title="x" * 60) for n in range(100)])
    assert are_too_long([TypedChapter(start=n, title="港" * 60) for n in range(100)])
