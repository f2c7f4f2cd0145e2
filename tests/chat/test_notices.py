from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import translation

from chat.models import Comment
from chat.notices import SENTENCES, from_json, notice, sentence_of, to_json
from rooms import signals
from rooms.models import Member, Room
from tests.cases import Cast

VALUES = {"name": "Bob", "title": "Late night", "seconds": 90.0, "rate": 1.25, "question": "Which?"}
POLL = {"answer": "This", "won": 2, "votes": 3}


def test_the_page_has_the_same_sentences():
    source = Path(settings.BASE_DIR, "static/js/page/lib/i18n.js").read_text("utf-8")
    table = source.split("const noticeSentences")[1].split("})")[0]
    assert dict(re.findall(r'(\w+): gettext\("([^"]+)"\)', table)) == SENTENCES


@pytest.mark.parametrize("code", SENTENCES)
def test_every_sentence_has_its_values(code: str):
    said = notice(code, **VALUES, **POLL)
    assert "{" not in str(sentence_of(said))
    assert from_json(to_json(said)) == said


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (notice("seek", name="Bob", seconds=3665.5), "Bob jumped to 1:01:05"),
        (notice("slow_mode", seconds=30), "Slow mode: one message every 30 seconds"),
        (notice("slow_mode", seconds=300), "Slow mode: one message every 5 minutes"),
        (notice("set_rate", name="Bob", rate=1.0), "Bob set the speed to 1"),
        (notice("playing", title="{name} %s"), "Playing: {name} %s"),
    ],
)
def test_times_and_rates_in_english(said, text: str):
    assert str(sentence_of(said)) == text


class NoticesOfComments(Cast):
    def joined(self) -> Comment:
        signals.member_joined.send(Member, member=self.bob)
        return Comment.objects.filter(room=self.room).latest("pk")

    def test_readers_get_the_code_and_the_values(self):
        said = self.joined().to_protocol().notice
        assert said == notice("joined", name="Bob")

    def test_the_text_is_in_the_servers_language_whatever_that_of_the_request(self):
        with translation.override("ja"):
            assert self.joined().text == "Bob joined"
        with override_settings(LANGUAGE_CODE="de"):
            assert self.joined().text == translation_of("{name} joined", "de").format(name="Bob")

    def test_a_comment_of_an_older_version_has_its_text_only(self):
        comment = self.joined()
        comment.notice = ""
        assert comment.to_protocol().notice is None
        assert comment.to_protocol().text == "Bob joined"

    def test_a_message_of_a_member_is_no_notice(self):
        room = Room.objects.get(pk=self.room.pk)
        comment = Comment(
            room=room, seq=1, text="Bob joined", position=0, at_ms=0, created_at=room.created_at
        )
        assert comment.to_protocol().notice is None


def translation_of(text: str, language: str) -> str:
    with translation.override(language):
        return translation.gettext(text)
