from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import RequestFactory
from django.urls import reverse

from chat import actions
from chat.models import Comment
from chat.notices import notice
from playback.models import PlaybackEvent, SyncState
from rooms.models import Ban, Member, ModerationAct, Person, Room, Token
from tests.cases import Cast
from watchium.protocol.errors import CloseCode
from watchium.realtime.groups import member_group, room_group

MODELS = [model for model in admin.site._registry if model._meta.app_label in ("rooms", "playback", "chat")]
CHAT = {"slow_mode_s": 0, "newcomer_wait_s": 0, "chat_enabled": "on", "chat_links": "on", "chat_filter": ""}
NASTY = "<script>alert(1)</script>"


class Staff(Cast):
    root: User

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.root = User.objects.create_superuser("root")

    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(self.root)

    def act(self, row, action: str):
        """Select the row in its list and run the action."""
        with self.committing():
            return self.client.post(
                reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_changelist"),
                {"action": action, "_selected_action": [row.pk]},
                follow=True,
            )

    def change(self, row, **data):
        url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
        with self.committing():
            return self.client.post(url, data, follow=True)


class AdminActions(Staff):
    def setUp(self) -> None:
        super().setUp()
        self.comment = Comment.objects.create(
            room=self.room,
            seq=1,
            person=self.bob.person,
            user_id=self.bob.person.user_id,
            username="Bob",
            text="hello",
            position=0,
            at_ms=0,
        )
        Room.objects.filter(pk=self.room.pk).update(comment_seq=1)

    def test_deleting_a_comment_is_published(self):
        self.act(self.comment, "delete_comments")
        assert self.published.last("comment_deleted")["payload"] == {"id": self.comment.pk, "seq": 2}
        assert ModerationAct.objects.get().details["staff"] == "root"

    def test_all_comments_of_an_author_go_and_come_back(self):
        self.act(self.comment, "delete_all_of_authors")
        assert self.published.last("comments_deleted")["payload"]["ids"] == [self.comment.pk]
        self.act(ModerationAct.objects.get(), "undo")
        assert self.published.last("comment_changed")["payload"]["comment"]["text"] == "hello"

    def test_a_mute_and_its_end_show_on_open_pages(self):
        self.act(self.bob, "mute")
        assert self.published.last("member_changed")["payload"]["muted_until"]
        assert self.published.last("moderated")["payload"]["by"] is None
        self.act(self.bob, "unmute")
        assert "muted_until" not in self.published.last("member_changed")["payload"]

    def test_rules_of_the_chat_are_published(self):
        rules = {
            "slow_mode_s": 30,
            "newcomer_wait_s": 60,
            "chat_links": "on",
            "chat_filter": "damn\r\n damn \r\ngame  over",
        }
        self.change(self.room, title="movie-night", visibility="unlisted", **rules)
        chat = self.published.last("room_changed")["payload"]["room"]["chat"]
        assert chat == {
            "slow_mode_s": 30,
            "enabled": False,
            "links": True,
            "filtered": True,
            "newcomer_wait_s": 60,
        }
        assert Room.objects.get().chat_filter == "damn\ngame over"
        assert ModerationAct.objects.get().kind == "set_chat"

    def test_a_bad_filter_is_refused(self):
        rules = {
            "slow_mode_s": 0,
            "newcomer_wait_s": 0,
            "chat_enabled": "on",
            "chat_links": "on",
            "chat_filter": "***",
        }
        page = self.change(self.room, title="movie-night", visibility="unlisted", **rules)
        self.assertContains(page, "needs letters or digits")
        assert Room.objects.get().chat_filter == ""

    def test_a_removed_member_is_disconnected(self):
        self.act(self.bob, "send_out")
        assert (member_group(self.bob.pk), CloseCode.REMOVED) in self.published.closed
        assert self.published.last("member_left")["payload"]["reason"] == "removed"
        self.bob.refresh_from_db()
        assert self.bob.left_at is not None

    def test_a_banned_member_cannot_rejoin(self):
        self.act(self.bob, "ban_for_a_day")
        assert Ban.objects.get().person == self.bob.person
        assert ModerationAct.objects.get().why == "by root, in admin"

    def test_removing_the_host_chooses_another(self):
        self.act(self.alice, "send_out")
        assert self.published.last("new_host")["payload"]["user_id"] == self.bob.person.user_id

    def test_removing_an_absent_member_is_reported(self):
        self.act(self.bob, "send_out")
        page = self.act(self.bob, "send_out")
        self.assertContains(page, "not in the room")

    def test_a_rooms_page_shows_how_many_were_in_step_in_the_last_hour(self):
        for off_s in (0.1, 0.3, 5.0):
            SyncState.objects.create(
                room=self.room,
                member=self.bob,
                host_time=10,
                member_time=10 + off_s,
                time_difference=off_s,
                is_synced=off_s <= 2,
                sync_event_type="seek",
            )
        page = self.client.get(reverse("admin:rooms_room_change", args=[self.room.pk]))
        self.assertContains(page, "seek: 67 % (2 of 3), 1.80 s off on average")

    def test_a_closed_room_closes_its_sockets(self):
        self.act(self.room, "close")
        assert (room_group(self.room.room_id), CloseCode.NO_SUCH_ROOM) in self.published.closed

    def test_actions_are_recorded_in_the_admin_log(self):
        self.act(self.room, "close")
        entry = LogEntry.objects.get()
        assert (entry.user, entry.object_id, entry.change_message) == (self.root, str(self.room.pk), "Closed")

    def test_a_new_title_is_published(self):
        self.change(self.room, title="matinee", visibility="public", **CHAT)
        event = self.published.last("room_changed")["payload"]["room"]
        assert (event["title"], event["visibility"]) == ("matinee", "public")

    def test_a_private_room_needs_a_passphrase(self):
        page = self.change(self.room, title="movie-night", visibility="private", **CHAT)
        self.assertContains(page, "needs a passphrase")
        assert self.published.types() == []

    def test_saving_without_a_change_publishes_nothing(self):
        self.change(self.room, title=self.room.title, visibility=self.room.visibility, **CHAT)
        assert self.published.types() == []


class AdminPages(Staff):
    def setUp(self) -> None:
        super().setUp()
        facts = {"room": self.room, "type": "seek", "at_ms": 0, "position": 0, "rate": 1, "phase": "paused"}
        self.event = PlaybackEvent.objects.create(revision=1, username=NASTY, **facts)
        SyncState.objects.create(room=self.room, member=self.bob, host_time=0, sync_event_type="play")
        Room.objects.filter(pk=self.room.pk).update(title=NASTY, passphrase="pbkdf2$secret", comment_seq=1)
        Member.objects.filter(pk=self.bob.pk).update(username=NASTY, address_hash="hashed-address")
        Person.objects.filter(pk=self.carol.pk).update(username=NASTY)
        self.token = Token.objects.create(person=self.carol, digest="digest-of-a-token")
        actions.post_system_comment(
            Room.objects.locked(self.room.pk), notice("title", title=NASTY), 0.0, now_ms=0.0
        )

    def pages(self):
        for model in MODELS:
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            yield self.client.get(reverse(f"{name}_changelist"), {"q": "a"})
            yield self.client.get(reverse(f"{name}_changelist"))
            for row in model._default_manager.all():
                yield self.client.get(reverse(f"{name}_change", args=[row.pk]))

    def test_every_page_escapes_user_text_and_hides_secrets(self):
        for page in self.pages():
            assert page.status_code == 200
            text = page.content.decode()
            assert NASTY not in text
            for secret in ("pbkdf2$secret", "hashed-address", "digest-of-a-token"):
                assert secret not in text

    def test_only_tokens_can_be_added_or_deleted(self):
        for model in MODELS:
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            assert self.client.get(reverse(f"{name}_add")).status_code == 403
            row = model._default_manager.first()
            if row is not None and model is not Token:
                deleted = self.client.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"})
                assert deleted.status_code == 403

    def test_the_log_is_read_only(self):
        page = self.change(self.event, revision=7)
        assert page.status_code == 403
        self.event.refresh_from_db()
        assert self.event.revision == 1

    def test_the_log_cannot_be_deleted_from_its_list(self):
        self.act(self.event, "delete_selected")
        assert PlaybackEvent.objects.filter(pk=self.event.pk).exists()

    def test_a_deleted_token_is_invalid(self):
        self.client.post(reverse("admin:rooms_token_delete", args=[self.token.pk]), {"post": "yes"})
        assert not Token.objects.exists()

    def test_a_room_list_has_a_fixed_number_of_queries(self):
        url = reverse("admin:rooms_room_changelist")
        with self.assertNumQueries(7):
            self.client.get(url)
        Room.objects.bulk_create(Room(title=f"room {number}", owner=self.carol) for number in range(10))
        with self.assertNumQueries(7):
            self.client.get(url)


class AdminPermissions(Cast):
    def test_accounts_without_permission_see_no_admin(self):
        self.client.force_login(User.objects.create_user("eve"))
        assert self.client.get(reverse("admin:rooms_room_changelist")).status_code == 302

    def test_the_view_permission_does_not_allow_actions(self):
        eve = User.objects.create_user("eve", is_staff=True)
        eve.user_permissions.add(Permission.objects.get(codename="view_member"))
        self.client.force_login(eve)
        url = reverse("admin:rooms_member_changelist")
        self.client.post(url, {"action": "send_out", "_selected_action": [self.bob.pk]})
        self.bob.refresh_from_db()
        assert self.bob.left_at is None


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_lists_are_paginated(model):
    assert admin.site._registry[model].list_per_page <= 50


class AdminFilters(Staff):
    """Staff with the view permission cannot deduce hidden columns by filtering."""

    def setUp(self) -> None:
        super().setUp()
        self.viewer = User.objects.create_user("viewer", is_staff=True)
        self.viewer.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
        self.client.force_login(self.viewer)

    def status(self, model, query: str) -> int:
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        return self.client.get(f"{url}?{query}").status_code

    def others(self, model) -> list[str]:
        """The columns that the list of the model does not offer to filter by."""
        page = admin.site._registry[model]
        offered = {one if isinstance(one, str) else one[0] for one in page.list_filter}  # type: ignore[index]
        offered.add(page.date_hierarchy)  # type: ignore[arg-type]
        return [field.name for field in model._meta.concrete_fields if field.name not in offered]

    def test_only_the_offered_filters_are_accepted(self):
        """Ask the lists themselves: 376 requests took twenty times as long."""
        for model in MODELS:
            for name in self.others(model):
                for lookup in ("startswith", "exact"):
                    request = RequestFactory().get("/", {f"{name}__{lookup}": "1"})
                    request.user = self.viewer
                    with pytest.raises(DisallowedModelAdminLookup):
                        admin.site._registry[model].get_changelist_instance(request)

    def test_every_list_answers_a_filter_that_it_does_not_offer_with_bad_request(self):
        for model in MODELS:
            query = f"{self.others(model)[-1]}__exact=1"
            assert self.status(model, query) == 400, (model, query)

    def test_secret_columns_cannot_be_used_as_filters(self):
        for model, query in (
            (Room, "passphrase__startswith=pbkdf2"),
            (Room, "passphrase=x"),
            (Room, "owner__tokens__digest__startswith=a"),
            (Token, "digest__startswith=a"),
            (Member, "address_hash__startswith=a"),
            (Member, "room__passphrase__startswith=a"),
            (Ban, "address_hash=a"),
            (Person, "account__password__startswith=pbkdf2"),
            (Person, "tokens__digest__startswith=a"),
            (User, "password__startswith=pbkdf2"),
        ):
            assert self.status(model, query) == 400, query

    def test_the_offered_filters_work(self):
        for model, query in (
            (Room, "visibility__exact=public"),
            (Room, "closed_at__isnull=True"),
            (Room, "created_at__year=2026&created_at__month=11"),
            (Member, "role__exact=host&present__exact=1"),
            (Person, "account__isempty=1"),
            (Ban, "lifted_at__isempty=1"),
            (PlaybackEvent, "type__exact=play"),
        ):
            assert self.status(model, query) == 200, query
