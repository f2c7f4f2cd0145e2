from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from chat.models import Comment
from playback.models import PlaybackEvent
from rooms.auth.identity import find_valid_token
from rooms.models import Ban, ModerationAct, Person, Room, Token
from tests.watchium.api.callers import ApiCase
from watchium.protocol.errors import CloseCode
from watchium.realtime.groups import person_group
from watchium.services.people.merge_guest import merge_guest_into_account


class Staff(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.staff = Client()
        self.staff.force_login(User.objects.create_superuser("root"))
        self.dana = self.account_named("dana")
        self.enrol(self.dana)
        self.hers = Client()
        self.hers.force_login(self.dana.account)
        session = self.hers.session
        session["person_id"] = self.dana.pk
        session.save()

    def change(self, account: User, **fields):
        form = {
            "username": account.username,
            "date_joined_0": "2026-01-01",
            "date_joined_1": "00:00",
            **fields,
        }
        with self.committing():
            return self.staff.post(reverse("admin:auth_user_change", args=[account.pk]), form)

    def sent_back(self) -> bool:
        return (person_group(self.dana.pk), CloseCode.RESTART) in self.published.closed

    def is_in(self) -> bool:
        return self.hers.get(self.url("state/")).status_code == 200


class SwitchedOff(Staff):
    def test_an_active_account_stays_logged_in(self):
        assert self.is_in()
        assert not self.sent_back()

    def test_an_account_disabled_in_admin_is_disconnected_from_every_page(self):
        assert self.change(self.dana.account).status_code == 302  # without `is_active` in the form
        assert self.sent_back()
        assert not self.is_in()

    def test_saving_without_a_change_disconnects_no_page(self):
        assert self.change(self.dana.account, is_active="on").status_code == 302
        self.published.closed.clear()
        self.change(self.dana.account, is_active="on")
        assert not self.sent_back()

    def test_a_new_password_disconnects_every_page_of_the_account(self):
        url = reverse("admin:auth_user_password_change", args=[self.dana.account.pk])
        words = {
            "password1": "another one entirely",
            "password2": "another one entirely",
            "usable_password": "true",
        }
        with self.committing():
            assert self.staff.post(url, words).status_code == 302
        assert self.sent_back()
        assert not self.is_in()

    def test_a_deleted_account_leaves_no_connected_guest(self):
        with self.committing():
            self.staff.post(reverse("admin:auth_user_delete", args=[self.dana.account.pk]), {"post": "yes"})
        assert not User.objects.filter(username="dana").exists()
        assert Person.objects.get(pk=self.dana.pk).account is None
        assert self.sent_back()
        assert not self.is_in()

    def test_accounts_deleted_by_the_bulk_action_are_disconnected(self):
        form = {"action": "delete_selected", "_selected_action": [self.dana.account.pk], "post": "yes"}
        with self.committing():
            self.staff.post(reverse("admin:auth_user_changelist"), form)
        assert self.sent_back()
        assert not self.is_in()

    def test_api_tokens_of_a_disabled_account_stop_working(self):
        token = Token.objects.issue(self.dana)
        assert find_valid_token(token) is not None
        self.change(self.dana.account)
        assert find_valid_token(token) is None


class ActsOfStaff(Staff):
    def act(self, row, action: str):
        with self.committing():
            url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_changelist")
            return self.staff.post(url, {"action": action, "_selected_action": [row.pk]}, follow=True)

    def test_closing_or_changing_a_room_in_admin_is_recorded_with_user_and_old_values(self):
        with self.committing():
            self.staff.post(
                reverse("admin:rooms_room_change", args=[self.room.pk]),
                {
                    "title": "matinee",
                    "visibility": "public",
                    "chat_enabled": "on",
                    "chat_links": "on",
                    "slow_mode_s": "0",
                    "newcomer_wait_s": "0",
                },
            )
        changed = ModerationAct.objects.get(kind="change_room")
        assert (changed.room, changed.why) == (self.room, "by root, in admin")
        assert changed.details["before"] == {"title": "movie-night", "visibility": "unlisted"}
        self.act(self.room, "close")
        assert ModerationAct.objects.get(kind="close_room").why == "by root, in admin"
        assert Room.objects.get(pk=self.room.pk).closed_at is not None

    def test_lifting_a_ban_in_admin_is_recorded(self):
        with self.committing():
            self.as_alice.post(self.url("leave/"), {})
        self.act(self.bob, "ban_for_a_day")
        ban = Ban.objects.get(person=self.bob.person)
        self.refused(self.as_bob.post(self.url("join/"), {}), 403, "banned")
        self.act(ban, "lift")
        assert ModerationAct.objects.get(kind="lift_ban").why == "by root, in admin"
        assert ModerationAct.objects.get(kind="ban").undone_at is not None
        assert self.as_bob.post(self.url("join/"), {}).status_code == 200


class WhatAGuestSaidBefore(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.dana = self.account_named("dana")
        self.as_bob.post(self.url("comments/"), {"text": "hello", "event_id": "said"})
        self.as_alice.post(self.url("sync/control/"), {"action": "play", "event_id": "played"})

    def test_a_guests_comment_belongs_to_the_account_after_login(self):
        merge_guest_into_account(self.bob.person, self.dana)
        said = Comment.objects.get(text="hello")
        assert (said.person, said.user_id) == (self.dana, self.dana.user_id)
        assert self.program_of(self.dana).delete(self.url(f"comments/{said.pk}/")).status_code == 204

    def test_a_command_repeated_after_login_is_a_replay(self):
        merge_guest_into_account(self.alice.person, self.dana)
        again = self.program_of(self.dana).post(
            self.url("sync/control/"), {"action": "play", "event_id": "played"}
        )
        assert again.status_code == 200
        assert PlaybackEvent.objects.filter(event_id="played").count() == 1

    def test_a_guests_event_stays_where_the_account_used_the_same_event_id(self):
        self.enrol(self.dana)
        self.program_of(self.dana).post(self.url("comments/"), {"text": "me too", "event_id": "said"})
        merge_guest_into_account(self.bob.person, self.dana)
        assert Comment.objects.get(text="hello").person == self.bob.person
        assert Comment.objects.get(text="me too").person == self.dana

    def test_twice_is_harmless(self):
        for _ in range(2):
            merge_guest_into_account(self.bob.person, self.dana)
        assert Comment.objects.get(text="hello").person == self.dana
