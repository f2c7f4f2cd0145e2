from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from playback.models import DevicePlayer
from playback.player import devices, session
from playback.player.user_agent import browser_name
from rooms.access import Identity
from rooms.models import Person
from tests.playback.player.fixtures import LAPTOP, PHONE, PlayerCase
from watchium.protocol.errors import NotFound, NotMember
from watchium.protocol.player_commands import PositionReport
from watchium.realtime.groups import device_group, devices_group
from watchium.services.room_snapshot import limits


class Devices(PlayerCase):
    def setUp(self):
        super().setUp()
        account = User.objects.create(username="mira")
        self.mira = Person.objects.create(username="Mira", user_id="u_mira", account=account)
        self.account = self.mira.pk
        self.connect(LAPTOP, self.account)
        self.connect(PHONE, self.account)

    def connect(self, device: str, account: int | None) -> None:
        with self.captureOnCommitCallbacks(execute=True):
            session.welcome(device, account, "Firefox on Linux", limits(1))

    def transfer(self, how: str, **more):
        return self.say("continue_here", device=devices.handle_of(PHONE), how=how, **more)

    def test_an_account_sees_its_devices_and_never_their_ids(self):
        shown = devices.devices_of(self.mira.pk)
        assert {device.device for device in shown} == {devices.handle_of(LAPTOP), devices.handle_of(PHONE)}
        assert not {LAPTOP, PHONE} & {device.device for device in shown}

    def test_a_transfer_takes_queue_track_and_position_and_pauses_the_other_device(self):
        self.add(1, 2, where=PHONE)
        self.say("resume", where=PHONE)
        self.transfer("replace", at_s=4)
        state = self.state()
        assert (self.queue_order(), self.current(), state.is_playing, state.position) == ([1, 2], 1, True, 4)
        assert not self.state(PHONE).is_playing
        assert "player" in self.published.types(device_group(PHONE))

    def test_continuing_here_can_be_undone(self):
        self.add(0)
        self.add(1, where=PHONE)
        self.transfer("replace")
        self.say("undo", base_revision=self.state().revision)
        assert self.queue_order() == [0]

    def test_merging_appends_and_keeps_the_current_track(self):
        self.add(0)
        self.say("resume")
        self.add(1, 2, where=PHONE)
        self.transfer("merge")
        assert (self.queue_order(), self.current()) == ([0, 1, 2], 0)
        assert self.queue_order(PHONE) == [1, 2]

    def test_a_playing_device_is_listed_with_its_position_and_a_closed_one_as_paused(self):
        self.add(1, where=PHONE)
        self.say("resume", where=PHONE)

        def phone(second: float):
            shown = devices.devices_of(self.mira.pk, self.at(second))
            return next(device for device in shown if device.device == devices.handle_of(PHONE))

        entry = self.state(PHONE).entries[0].id
        for second in range(1, 31):
            session.report_position(
                PHONE, PositionReport(entry_id=entry, position=second, tab="t"), self.at(second)
            )
        assert (phone(31).is_playing, phone(31).position, phone(31).at) == (True, 30, self.at(30))
        assert not phone(37).is_playing  # crashed
        left = PositionReport(entry_id=entry, position=30.5, tab="t", leaving=True)
        session.report_position(PHONE, left, self.at(31))
        assert phone(32).is_playing  # another tab may take over
        assert (phone(33).is_playing, phone(33).position) == (False, 30.5)

    def test_preview_before_a_transfer(self):
        self.add(1, 2, where=PHONE)
        other = devices.preview_device(self.mira.pk, LAPTOP, devices.handle_of(PHONE))
        assert [item.title for item in other.items] == ["Track 01", "Track 02"]
        assert self.published.types(devices_group(self.mira.pk)).count("devices") >= 2

    def test_devices_without_an_account_and_of_others_stay_apart(self):
        other = "FFFFFFFFFFFFFFFF"
        self.connect(other, None)
        with pytest.raises(NotFound):
            self.say("continue_here", device=devices.handle_of(other), how="replace")
        with pytest.raises(NotFound):
            devices.preview_device(None, other, devices.handle_of(LAPTOP))

    def test_a_device_does_not_continue_itself(self):
        with pytest.raises(NotFound):
            self.say("continue_here", device=devices.handle_of(LAPTOP), how="replace")

    def test_signing_out_takes_the_device_from_the_account(self):
        self.connect(PHONE, None)
        assert [device.device for device in devices.devices_of(self.mira.pk)] == [devices.handle_of(LAPTOP)]

    def test_a_guest_has_no_devices(self):
        assert devices.account_of(Identity(self.alice)) is None
        assert devices.account_of(Identity(self.mira)) == self.mira.pk

    def test_a_signed_out_device_reaches_no_other_and_is_not_listed(self):
        self.account = None
        with pytest.raises(NotFound):
            self.transfer("replace")
        with pytest.raises(NotFound):
            self.say("forget_device", device=devices.handle_of(PHONE))
        self.add(1)
        assert [device.device for device in devices.devices_of(self.mira.pk)] == [devices.handle_of(PHONE)]

    def test_a_transfer_from_a_closed_device_keeps_its_position(self):
        self.add(1, where=PHONE)
        self.say("resume", where=PHONE)
        self.transfer("replace", at_s=3600)
        assert self.state(PHONE).position == 0
        assert not self.state(PHONE).is_playing

    def test_undoing_a_transfer_restores_the_position(self):
        self.add(0)
        self.say("resume")
        self.say("pause", at_s=4)
        self.add(1, where=PHONE)
        self.transfer("replace", at_s=50)
        self.say("undo", base_revision=self.state().revision, at_s=60)
        assert (self.current(), self.state().position) == (0, 4)

    def test_signing_in_and_out_ends_the_tabs_that_are_open_there(self):
        with self.captureOnCommitCallbacks(execute=True):
            devices.assign_device(PHONE, None)
        assert self.published.closed == [(device_group(PHONE), 4012)]
        assert DevicePlayer.objects.get(device_id=PHONE).person is None

    def test_forgetting_one(self):
        self.add(1, where=PHONE)
        self.say("forget_device", device=devices.handle_of(PHONE))
        assert not DevicePlayer.objects.filter(device_id=PHONE).exists()
        assert self.published.closed == [(device_group(PHONE), 4012)]


def test_an_anonymous_client_has_no_player():
    with pytest.raises(NotMember):
        devices.device_of(Identity(None))


def test_the_program_of_a_person_is_one_device():
    first, again, other = (Identity(Person(user_id=name)) for name in ("g_a", "g_a", "g_b"))
    assert devices.device_of(first) == devices.device_of(again) != devices.device_of(other)
    assert len(devices.device_of(first)) == 16


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge on Windows"),
        ("Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0", "Firefox on Android"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1",
            "Safari on iPhone",
        ),
        ("curl/8", "Browser"),
    ],
)
def test_devices_have_names_people_know(said, name):
    assert browser_name(said) == name
