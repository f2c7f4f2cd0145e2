"""Certificates for localhost that only tests trust."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

from tests.servers.binaries import Missing
from tests.servers.run_folder import in_run_folder

CHAIN, KEY = "fullchain.pem", "privkey.pem"


def make_certificate(folder: Path, days: int = 90) -> None:
    """Raises Missing."""
    if not shutil.which("openssl"):
        raise Missing("no openssl here")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", str(days), "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
         "-keyout", KEY, "-out", CHAIN],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip


def certificate_folder() -> Path:
    """A folder with one certificate for the whole run. Raises Missing."""
    return in_run_folder("certificate", make_certificate)


def syncplay_encryption() -> dict[str, str]:
    """Settings with which a server encrypts the connections of Syncplay's clients; none without openssl."""
    try:
        folder = certificate_folder()
    except Missing:
        return {}
    return {
        "WATCHIUM_SYNCPLAY_CERTIFICATE": str(folder / CHAIN),
        "WATCHIUM_SYNCPLAY_KEY": str(folder / KEY),
    }


def trusting(folder: Path) -> ssl.SSLContext:
    """A client that trusts the certificate in the folder."""
    return ssl.create_default_context(cafile=folder / CHAIN)
