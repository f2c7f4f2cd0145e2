"""The files of the certificate: which are refused, and how renewed ones are taken."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from tests.servers import CHAIN, KEY, Missing, certificate_folder, unavailable
from tests.servers.certificates import make_certificate
from watchium.syncplay.transport.certificate import Certificate, load, problem


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    try:
        shutil.copytree(certificate_folder(), tmp_path, dirs_exist_ok=True)
    except Missing as missing:
        unavailable(missing)
    return tmp_path


def refusal(chain: Path, key: Path) -> str:
    with pytest.raises(OSError) as raised:
        load(chain, key)
    return problem(raised.value)


def test_what_cannot_be_loaded_is_named(folder: Path):
    other = folder / "other"
    other.mkdir()
    make_certificate(other)
    assert refusal(folder / CHAIN, other / KEY) == "the key is that of another certificate"
    assert refusal(folder / CHAIN, folder / "none") == "No such file or directory"
    assert "missing or encrypted" in refusal(folder / CHAIN, folder / CHAIN)
    assert "not in PEM format" in refusal(Path(__file__), folder / KEY)


def test_an_encrypted_key_asks_nobody_for_its_password(folder: Path):
    subprocess.run(
        ["openssl", "ec", "-aes256", "-passout", "pass:hello", "-in", KEY, "-out", "locked.pem"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    assert "encrypted" in refusal(folder / CHAIN, folder / "locked.pem")


def test_one_file_may_have_both(folder: Path):
    both = folder / "both.pem"
    both.write_text((folder / KEY).read_text() + (folder / CHAIN).read_text())
    assert load(both, both).minimum_version == ssl.TLSVersion.TLSv1_2


def test_files_are_read_again_when_they_were_renewed(folder: Path):
    certificate = Certificate(folder / CHAIN, folder / KEY)
    first = certificate.context()
    assert first is certificate.context()
    renewed = folder / "renewed"
    renewed.mkdir()
    make_certificate(renewed)
    (renewed / CHAIN).replace(folder / CHAIN)
    assert certificate.context() is first  # its key is still that of the earlier one
    (renewed / KEY).replace(folder / KEY)
    second = certificate.context()
    assert second not in (first, None)
    (folder / KEY).unlink()
    assert certificate.context() is second


def test_a_certificate_that_appears_later_is_used(folder: Path):
    key = (folder / KEY).rename(folder / "later")
    certificate = Certificate(folder / CHAIN, folder / KEY)
    assert certificate.context() is None
    key.rename(folder / KEY)
    assert certificate.context() is not None


def test_unusable_files_are_logged_once(folder: Path, caplog: pytest.LogCaptureFixture):
    (folder / KEY).unlink()
    certificate = Certificate(folder / CHAIN, folder / KEY)
    for _ in range(3):
        certificate.context()
    assert [record.levelname for record in caplog.records] == ["ERROR"]
