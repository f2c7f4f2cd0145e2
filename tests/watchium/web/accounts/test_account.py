from __future__ import annotations

import json
from unittest.mock import patch

from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chat.actions import erase_comments
from chat.models import Comment, CommentImage, CommentReaction
from playback.models import EveningGuest, KeptEvening, Playlist
from rooms.accounts.models import AccountSession, LinkedSignIn
from rooms.auth.identity import find_valid_token
from rooms.models import Ban, Member, ModerationAct, Person, Pictures, Room, RoomCover, Token
from tests.watchium.web.accounts.test_sign_in import PASSWORD, SignedIn
from watchium.protocol.errors import CloseCode
from watchium.services.accounts import deletion
from watchium.web.accounts import access

NEW = "an even better horse"


class Dana(SignedIn):
    """Dana is signed in with two browsers and is a member of the room."""

    def setUp(self) -> None:
        super().setUp()
        self.sign_up(self.client)
        self.person = Person.objects.get(account__username="Dana")
        self.account = self.person.account
        self.laptop = self.client_class(headers={"User-Agent": "Firefox/140 (Windows NT 10.0)"})
        self.sign_in(self.laptop)
        self.member = self.enrol(self.person)

    def is_signed_in(self, browser) -> bool:
        return browser.get("/accounts/").status_code == 200

    def sent_back(self) -> bool:
        return (f"person.{self.person.pk}", CloseCode.RESTART) in self.published.closed


class Page(Dana):
    def test_it_needs_an_account(self):
        for path in ("/accounts/", "/accounts/export/", "/accounts/delete/"):
            for browser in (self.client_class(), self.browser_of(self.bob.person)):
                assert browser.get(path)["Location"] == f"/accounts/login/?next={path.replace('/', '%2F')}"
        for path in ("name/", "password/", "email/", "sessions/end/", f"sessions/{self.last_session()}/end/"):
            stranger = self.browser_of(self.bob.person)
            assert stranger.post(f"/accounts/{path}", {})["Location"].startswith("/accounts/login/")
        assert self.is_signed_in(self.laptop)

    def last_session(self) -> int:
        return AccountSession.objects.latest("pk").pk

    def test_it_lists_the_browsers_and_names_this_one(self):
        page = self.client.get("/accounts/")
        self.assertContains(page, "Firefox on Windows")
        self.assertContains(page, "This browser", count=1)
        self.assertContains(page, "Sign out there", count=2)  # the button's text and its name
        self.assertNotContains(page, self.laptop.session.session_key)


class Sessions(Dana):
    def test_another_browser_is_signed_out_with_its_sockets_and_its_player(self):
        (there,) = AccountSession.objects.filter(session=self.laptop.session.session_key)
        device = self.laptop.session["device_id"]
        with self.committing():
            self.client.post(f"/accounts/sessions/{there.pk}/end/")
        assert self.sent_back()
        assert (f"device.{device}", CloseCode.RESTART) in self.published.closed
        assert not self.is_signed_in(self.laptop)
        assert self.laptop.get("/").context["person"] is None
        assert self.is_signed_in(self.client)
        self.client.post(f"/accounts/sessions/{there.pk}/end/")  # twice is harmless

    def test_nobody_ends_the_session_of_another_account(self):
        eve = self.client_class()
        self.sign_up(eve, "Eve")
        for row in AccountSession.objects.filter(account=self.account):
            eve.post(f"/accounts/sessions/{row.pk}/end/")
        assert self.is_signed_in(self.client)
        assert self.is_signed_in(self.laptop)

    def test_everywhere_else_ends_all_others_and_the_tokens_of_programs(self):
        token = Token.objects.issue(self.person)
        self.client.post("/accounts/sessions/end/")
        assert self.is_signed_in(self.client)
        assert not self.is_signed_in(self.laptop)
        assert find_valid_token(token) is None

    def test_everywhere_else_ends_sessions_that_are_not_on_the_list_too(self):
        self.account.is_staff = self.account.is_superuser = True
        self.account.save()
        assert self.laptop.get("/admin/").status_code == 200
        AccountSession.objects.all().delete()
        with self.committing():
            self.client.post("/accounts/sessions/end/")
        assert self.is_signed_in(self.client)
        assert not self.is_signed_in(self.laptop)
        assert self.laptop.get("/admin/").status_code == 302
        assert self.client.get("/admin/").status_code == 200
        self.sign_in(self.laptop)
        assert self.is_signed_in(self.laptop)
        self.laptop.post("/accounts/sessions/end/")
        assert not self.is_signed_in(self.client)

    def test_signing_out_removes_the_browser_from_the_list(self):
        self.laptop.post("/accounts/logout/")
        assert AccountSession.objects.filter(account=self.account).count() == 1

    def test_a_session_from_before_the_list_is_added_when_it_opens_a_page(self):
        AccountSession.objects.all().delete()
        session = self.laptop.session
        del session["used_at"]
        session.save()
        self.laptop.get("/")
        (row,) = AccountSession.objects.all()
        assert (row.session_id, row.account) == (session.session_key, self.account)
        with self.assertNumQueries(2):  # the session and the account: nothing is written
            self.laptop.get("/player/")

    def test_a_page_that_opens_while_its_session_ends_is_no_error(self):
        """Another tab signs out between the reading of the session and the recording of its use."""

        record = access._record
        session = self.laptop.session
        del session["used_at"]
        session.save()

        def end_and_record(request, person):
            Session.objects.filter(session_key=session.session_key).delete()
            record(request, person)

        with patch.object(access, "_record", end_and_record):
            assert self.laptop.get("/").status_code == 200
        assert not self.is_signed_in(self.laptop)


class Name(Dana):
    def rename(self, name: str):
        with self.committing():
            return self.client.post("/accounts/name/", {"username": name})

    def test_a_new_name_shows_at_once_in_rooms_and_signs_in(self):
        self.assertRedirects(self.rename("Dana Scully".replace(" ", "_")), "/accounts/")
        assert Member.objects.get(pk=self.member.pk).username == "Dana_Scully"
        assert self.published.last("member_joined")["payload"]["username"] == "Dana_Scully"
        browser = self.client_class()
        self.sign_in(browser, "Dana_Scully")
        assert browser.get("/").context["person"].username == "Dana_Scully"
        assert self.sign_up(self.client_class(), "Dana").status_code == 302  # free again

    def test_a_name_that_looks_like_that_of_another_account_is_refused(self):
        User.objects.create_user("Queen", password=PASSWORD)
        for taken in ("queen", "Qu\u0435en", "", "x" * 41, "a b!"):
            response = self.rename(taken)
            assert response.status_code == 400, taken
            assert response.context["name_form"].errors["username"]
        assert Person.objects.get(pk=self.person.pk).username == "Dana"

    def test_it_is_limited(self):
        for number in range(10):
            assert self.rename(f"Dana{number}").status_code == 302
        assert self.rename("Dana").status_code == 400


class Password(Dana):
    def change(self, old: str = PASSWORD, new: str = NEW, again: str = ""):
        fields = {"old_password": old, "password1": new, "password2": again or new}
        with self.committing():
            return self.client.post("/accounts/password/", fields)

    def test_a_new_password_signs_all_other_browsers_and_programs_out(self):
        token = Token.objects.issue(self.person)
        key = self.client.session.session_key
        self.assertRedirects(self.change(), "/accounts/")
        assert self.sent_back()
        assert self.is_signed_in(self.client)
        assert self.client.session.session_key != key
        assert not Session.objects.filter(session_key=key).exists()
        assert not self.is_signed_in(self.laptop)
        assert find_valid_token(token) is None
        assert self.sign_in(self.client_class(), password=NEW).status_code == 302
        assert self.sign_in(self.client_class()).status_code == 200

    def test_wrong_short_and_different_passwords_change_nothing(self):
        for wrong in ({"old": "wrong"}, {"new": "short"}, {"again": "another one"}, {"new": "password1"}):
            assert self.change(**wrong).status_code == 400
        assert self.is_signed_in(self.laptop)

    def test_guesses_share_the_limit_of_the_sign_in(self):
        for _ in range(10):
            self.change(old="wrong")
        response = self.change()
        assert response.status_code == 400
        assert "Too many attempts" in str(response.context["password_form"].errors)

    def test_an_account_without_a_password_sets_one_only_minutes_after_its_sign_in(self):
        self.account.set_unusable_password()
        self.account.save()
        self.client.force_login(self.account)
        session = self.client.session
        session["person_id"], session["signed_in_at"] = self.person.pk, 0
        session.save()
        fields = {"password1": NEW, "password2": NEW}
        assert self.client.post("/accounts/password/", fields).status_code == 400
        session["signed_in_at"] = timezone.now().timestamp()
        session.save()
        assert self.client.post("/accounts/password/", fields).status_code == 302


class Export(Dana):
    def export(self):
        return json.loads(self.client.get("/accounts/export/").getvalue())

    def test_it_has_all_that_belongs_to_the_account_and_nothing_of_others(self):
        Room.objects.create(title="mine", owner=self.person)
        self.program_of(self.person).post(self.url("comments/"), {"text": 'h\u00e9 "l"', "event_id": "said"})
        self.as_bob.post(self.url("comments/"), {"text": "not mine", "event_id": "said"})
        Playlist.objects.create(person=self.person, name="Friday", entries='[{"media_url": "/a.mp4"}]')
        found = self.export()
        assert found["account"]["username"] == "Dana"
        assert [room["title"] for room in found["rooms"]] == ["mine"]
        assert [room["room_title"] for room in found["memberships"]] == ["movie-night"]
        assert [comment["text"] for comment in found["comments"]] == ['h\u00e9 "l"']
        assert [playlist["name"] for playlist in found["playlists"]] == ["Friday"]
        assert len(found["sessions"]) == 2
        assert "not mine" not in str(found)
        assert self.account.password not in str(found)

    def test_it_has_what_the_account_did_and_how_it_signs_in(self):
        LinkedSignIn.objects.link(self.account, "https://id.example", "subject-7")
        Member.objects.filter(pk=self.member.pk).update(favourite=True)
        rows = [
            Comment(room=self.room, seq=seq, person=person, text="", position=0, at_ms=0)
            for seq, person in ((1, self.person), (2, self.bob.person))
        ]
        own, other = Comment.objects.bulk_create(rows)
        mine = Room.objects.create(title="mine", owner=self.person)
        for room, cover in ((mine, b"RIFF cover"), (self.room, b"RIFF other")):
            RoomCover.objects.store(room, Pictures(cover, b"RIFF small"))
        CommentImage.objects.create(room=self.room, comment=own, data=b"RIFF own")
        CommentImage.objects.create(room=self.room, comment=other, data=b"RIFF other")
        CommentReaction.objects.add(other.pk, self.person, "🔥")
        CommentReaction.objects.add(other.pk, self.alice.person, "👏")
        ModerationAct.objects.create(room=self.room, kind="mute", by=self.person, why="loud")
        ModerationAct.objects.create(room=self.room, kind="ban", by=self.alice.person, why="hidden")
        evening = KeptEvening.objects.create(room=self.room, started_ms=1, ended_ms=2)
        EveningGuest.objects.add(evening, [self.person.pk, self.bob.person.pk])
        found = self.export()
        assert [row["subject"] for row in found["linked_sign_ins"]] == ["subject-7"]
        assert [row["favourite"] for row in found["memberships"]] == [True]
        assert [row["data"] for row in found["covers"]] == ["data:image/webp;base64,UklGRiBjb3Zlcg=="]
        assert [row["data"] for row in found["comment_images"]] == ["data:image/webp;base64,UklGRiBvd24="]
        assert [row["emoji"] for row in found["comment_reactions"]] == ["🔥"]
        assert [(row["kind"], row["why"]) for row in found["acts"]] == [("mute", "loud")]
        assert len(found["evenings"]) == 1

    def test_rows_beyond_a_page_are_all_there(self):
        rows = [
            Comment(room=self.room, seq=n, person=self.person, text=str(n), position=0, at_ms=0)
            for n in range(1, 1203)
        ]
        Comment.objects.bulk_create(rows)
        assert [comment["text"] for comment in self.export()["comments"]] == [str(n) for n in range(1, 1203)]

    def test_it_is_limited(self):
        for _ in range(5):
            self.export()
        assert self.client.get("/accounts/export/").status_code == 429


class Delete(Dana):
    def delete(self, **fields: str):
        with self.committing():
            return self.client.post(
                "/accounts/delete/", {"username": "dana", "old_password": PASSWORD, **fields}
            )

    def test_all_on_the_list_goes_and_others_keep_theirs(self):
        own = Room.objects.create(title="mine", owner=self.person)
        said = self.program_of(self.person)
        said.post(self.url("comments/"), {"text": "secret", "event_id": "said"})
        self.as_bob.post(self.url("comments/"), {"text": "stays", "event_id": "said"})
        with self.committing():
            self.as_alice.post(self.url("moderators/"), {})
        Ban.objects.create(room=self.room, person=self.person, address_hash="net", until=timezone.now())
        page = self.client.get("/accounts/delete/")
        self.assertContains(page, "Messages in all rooms")
        self.assertContains(page, "Rooms that you created")
        self.assertRedirects(self.delete(), "/accounts/deleted/")
        assert not User.objects.filter(username="Dana").exists()
        assert not Person.objects.filter(pk=self.person.pk).exists()
        assert Room.objects.get(pk=own.pk).closed_at is not None
        assert "secret" not in str(list(Comment.objects.values()))
        assert Comment.objects.shown().get(is_system=False).text == "stays"
        assert self.published.last("comments_deleted")["room_id"] == self.room.room_id
        assert "Dana" not in str(list(Comment.objects.values("username")))
        assert Ban.objects.get().address_hash == "net"
        assert Room.objects.get(pk=self.room.pk).closed_at is None
        for browser in (self.client, self.laptop):
            assert not self.is_signed_in(browser)
            assert browser.get("/").status_code == 200

    def test_nothing_is_written_while_it_is_deleted(self):
        program = self.program_of(self.person)
        answers = []

        def write(person):
            erase_comments(person)
            fields = {"text": "meanwhile", "event_id": "m"}
            json_type = {"content_type": "application/json"}
            answers.append(self.laptop.post(self.url("comments/"), fields, **json_type).status_code)
            answers.append(program.post(self.url("comments/"), fields).status_code)

        with patch.object(deletion, "erase_comments", write):
            self.delete()
        assert answers == [404, 401]
        assert "meanwhile" not in str(list(Comment.objects.values("text")))

    def test_thousands_of_messages_go_in_a_few_statements(self):
        rows = [
            Comment(
                room=self.room,
                seq=n,
                person=self.person,
                user_id="u",
                username="Dana",
                text=str(n),
                position=0,
                at_ms=0,
                event_id=str(n),
            )
            for n in range(1, 1203)
        ]
        Comment.objects.bulk_create(rows)
        Room.objects.filter(pk=self.room.pk).update(comment_seq=1202)
        with CaptureQueriesContext(connection) as asked:
            self.delete()
        assert len(asked) < 150
        frames = [frame for _, frame in self.published.frames if frame["type"] == "comments_deleted"]
        assert [len(frame["payload"]["ids"]) for frame in frames] == [500, 500, 202]
        assert not Comment.objects.exclude(username="").exists()

    def test_without_the_name_and_the_password_nothing_goes(self):
        for wrong in ({"username": "bob"}, {"old_password": "wrong"}, {"old_password": ""}):
            assert self.delete(**wrong).status_code == 400
        assert User.objects.filter(username="Dana").exists()

    def test_a_deletion_that_was_interrupted_is_completed_by_another(self):
        with patch.object(deletion, "remove_of_person", side_effect=OSError), self.assertRaises(OSError):
            self.delete()
        assert User.objects.filter(username="Dana").exists()
        self.sign_in(self.client)
        self.assertRedirects(self.delete(), "/accounts/deleted/")
        assert not Person.objects.filter(pk=self.person.pk).exists()
