from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from chat import actions as chat_actions
from playback.models import DevicePlayer
from rooms.models import Member
from tests.playback.player.fixtures import make_items
from tests.watchium.api.callers import ApiCase
from watchium.protocol.commands import CommentDraft, PostComment

NOT_OURS = ("admin/",)  # Django's own
CROSS_SITE = {
    "Origin": "http://evil.example",
    "Sec-Fetch-Site": "cross-site",
    "Referer": "http://evil.example/",
}


def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if route.startswith(NOT_OURS):
            continue
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


def everything() -> dict[str, list[dict]]:
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values()) for model in apps.get_models()
    }


class ReadingChangesNothing(ApiCase):
    """Every URL of the server, requested from another site's page with a visitor's cookies."""

    def setUp(self) -> None:
        super().setUp()
        self.item = make_items(1)[0]
        DevicePlayer.objects.create(
            device_id="A" * 16, is_playing=True, entries=[["1.0", self.item.pk]], current="1.0", count=1
        )
        command = PostComment(event_id="c1", payload=CommentDraft(text="hello"))
        self.said = chat_actions.post(self.alice, command, position=0)
        self.update_room(visibility="public")
        Member.objects.filter(pk=self.alice.pk).update(role="member", present=False)

    def addresses(self) -> list[str]:
        known = {
            "<room:room_id>": self.room.room_id,
            "<comment:comment_id>": "1",
            "<int:pk>": str(self.item.pk),
        }
        found = []
        for route in routes(get_resolver().url_patterns):
            for place, value in known.items():
                route = route.replace(place, value)
            found.append("/" + route.replace("^", "").replace("$", ""))
        return found

    def browsers(self) -> dict[str, Client]:
        host, stranger = self.browser_of(self.alice.person), Client()
        session = host.session
        session["device_id"] = "A" * 16
        session.save()
        visitor = Client()
        visitor.get("/player/")
        account = Client()
        account.force_login(self.account_named("dana").account)
        return {"host": host, "visitor": visitor, "account": account, "stranger": stranger}

    def test_safe_methods_change_nothing_for_any_caller(self):
        for name, browser in self.browsers().items():
            before = everything()
            for address in self.addresses():
                for method in ("GET", "HEAD", "OPTIONS"):
                    query = "?action=play&event_id=x&type=x&next=/&username=Eve&payload={}"
                    answer = browser.generic(method, address + query, headers=CROSS_SITE)
                    assert answer.status_code != 500, (name, method, address)
                    if hasattr(answer, "streaming_content"):
                        answer.close()
            after = everything()
            assert not [label for label in after if after[label] != before[label]], name
        assert self.published.types() == []
        assert self.published.closed == []
