from __future__ import annotations

from django.contrib.auth.models import Permission, User
from django.test import Client

from playback.conversion import actions
from playback.models import Conversion
from tests.playback.conversion.test_api import PreparationCase
from tests.playback.conversion.test_plan import AAC, H264, facts
from watchium import server_clock

ITEMS = "/admin/playback/mediaitem/"
CONVERSIONS = "/admin/playback/conversion/"


class AdminPages(PreparationCase):
    def staff_with(self, *permissions: str) -> Client:
        account = User.objects.create_user(
            f"staff{len(permissions)}", password="correct horse", is_staff=True
        )
        account.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client = Client()
        client.force_login(account)
        return client

    def act(self, client: Client, page: str, action: str, *pks: int) -> str:
        body = {"action": action, "_selected_action": [str(pk) for pk in pks]}
        return client.post(page, body, follow=True).content.decode()

    def test_staff_prepares_selected_items(self):
        client = self.staff_with("view_mediaitem", "change_mediaitem")
        film = self.add()
        direct = self.add("direct", facts(H264, AAC, container="mp4"), plays="direct", starts_directly=True)
        answer = self.act(client, ITEMS, "prepare", film.pk, direct.pk)
        assert "1 are being prepared" in answer
        assert "Every browser plays this as it is" in answer
        assert Conversion.objects.get().item == film
        assert "queued" in client.get(ITEMS).content.decode()

    def test_viewers_have_no_actions(self):
        client = self.staff_with("view_mediaitem", "view_conversion", "x")
        film = self.add()
        self.act(client, ITEMS, "prepare", film.pk)
        assert not Conversion.objects.exists()

    def test_staff_watches_and_cancels(self):
        client = self.staff_with("view_conversion", "change_conversion")
        self.prepare(self.as_staff, film := self.add())
        job = Conversion.objects.claim("worker", server_clock.now_ms())
        Conversion.objects.renew(job, server_clock.now_ms(), progress=0.34, speed=2.14)
        assert "running, 34%, 2.1 times real time" in client.get(CONVERSIONS).content.decode()
        assert "1 cancelled" in self.act(client, CONVERSIONS, "cancel", job.pk)
        assert Conversion.objects.get().state == "cancelled"
        assert film.title in client.get(CONVERSIONS).content.decode()

    def test_many_are_cancelled_with_a_fixed_number_of_queries(self):
        client = self.staff_with("view_conversion", "change_conversion")
        for number in range(4):
            self.prepare(self.as_staff, self.add(f"film {number}"))
        jobs = Conversion.objects.order_by("pk")
        with self.assertNumQueries(5):
            assert actions.cancel_jobs(jobs) == 4
        assert "0 cancelled" in self.act(client, CONVERSIONS, "cancel", *(job.pk for job in jobs))

    def test_the_list_has_a_fixed_number_of_queries(self):
        client = self.staff_with("view_mediaitem", "change_mediaitem")
        self.add("one")
        client.get(ITEMS)
        with self.assertNumQueries(10):
            client.get(ITEMS)
        for number in range(5):
            self.prepare(self.as_staff, self.add(f"film {number}"))
        with self.assertNumQueries(10):
            client.get(ITEMS)
