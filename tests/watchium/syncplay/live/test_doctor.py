"""What `doctor` says of the port: who listens there, and whether clients would trust its certificate."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from django.test import override_settings

from tests.servers import CHAIN, KEY, Missing, certificate_folder, free_port, unavailable
from tests.servers.certificates import make_certificate
from tests.watchium.syncplay.conftest import SyncplayServer
from tests.watchium.syncplay.transport.in_process import serving
from watchium.doctor import syncplay_checks
from watchium.doctor.check import Result
from watchium.syncplay.transport.certificate import Certificate

pytestmark = pytest.mark.once

ABSENT = (Path("/none/fullchain.pem"), Path("/none/privkey.pem"))


def result(host: str, port: int, **more: object) -> Result:
    with override_settings(SYNCPLAY=(host, port), **more):
        return syncplay_checks.syncplay()


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> Path:
    try:
        folder = certificate_folder()
    except Missing as missing:
        unavailable(missing)
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / CHAIN))
    return folder


def test_off_and_other_programs(syncplay_server: SyncplayServer):
    with override_settings(SYNCPLAY=None):
        assert syncplay_checks.syncplay().message == "off"
    assert "another program" in result("127.0.0.1", syncplay_server.server.port).message
    assert result("127.0.0.1", free_port()).level == "fail"


async def test_a_port_that_is_not_encrypted():
    async with serving() as served:
        for host, level, part, more in (
            ("127.0.0.1", "ok", str(served.port), {}),
            ("0.0.0.0", "warn", "not encrypted", {}),
            ("0.0.0.0", "warn", "passwords", {"SYNCPLAY_CLEARTEXT": True}),
            ("127.0.0.1", "fail", "No such file", {"SYNCPLAY_CERTIFICATE": ABSENT}),
        ):
            found = await asyncio.to_thread(result, host, served.port, **more)
            assert (found.level, part in found.message) == (level, True), found


async def test_a_server_that_has_not_read_its_certificate(trusted: Path):
    async with serving() as served:
        files = (trusted / CHAIN, trusted / KEY)
        found = await asyncio.to_thread(result, "127.0.0.1", served.port, SYNCPLAY_CERTIFICATE=files)
        assert found.fix == "Restart the server."


def test_a_trusted_certificate(syncplay_server: SyncplayServer, trusted: Path):
    for url in ("https://localhost", ""):
        found = result("127.0.0.1", syncplay_server.port, WATCHIUM_URL=url)
        assert (found.level, "encrypted" in found.message) == ("ok", True), found
    found = result("127.0.0.1", syncplay_server.port, WATCHIUM_URL="", SYNCPLAY_CLEARTEXT=True)
    assert (found.level, "passwords" in found.message) == ("warn", True)


def test_a_certificate_that_clients_refuse(syncplay_server: SyncplayServer, trusted: Path):
    found = result("127.0.0.1", syncplay_server.port, WATCHIUM_URL="https://watch.example.org")
    assert (found.level, "mismatch" in found.message) == ("fail", True)


def test_a_certificate_that_no_authority_signed(syncplay_server: SyncplayServer):
    found = result("127.0.0.1", syncplay_server.port, WATCHIUM_URL="https://localhost")
    assert (found.level, "self-signed" in found.message) == ("fail", True)


async def test_a_certificate_that_ends_soon(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    try:
        make_certificate(tmp_path, days=5)
    except Missing as missing:
        unavailable(missing)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / CHAIN))
    async with serving(Certificate(tmp_path / CHAIN, tmp_path / KEY)) as served:
        found = await asyncio.to_thread(result, "127.0.0.1", served.port, WATCHIUM_URL="https://localhost")
        assert (found.level, "ends in 5 days" in found.message) == ("warn", True)
