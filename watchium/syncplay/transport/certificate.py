"""The certificate with which connections of clients are encrypted."""

from __future__ import annotations

import logging
import ssl
from pathlib import Path

logger = logging.getLogger(__name__)

Stamp = tuple[tuple[int, int, int], ...]


class Certificate:
    """`chain`: the certificate and those that signed it; `key`: its private key, which may be the same file.

    Renewed files are taken at the next connection.
    """

    def __init__(self, chain: Path, key: Path) -> None:
        self.chain, self.key = chain, key
        self._stamp: Stamp | None = None
        self._context: ssl.SSLContext | None = None

    def context(self) -> ssl.SSLContext | None:
        """What encrypts the next connection; None if the files have never been usable.

        While new files cannot be used, such as a certificate whose key is not written yet, the earlier ones are.
        """
        stamp = self._files()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._context = load(self.chain, self.key)
            except OSError as error:
                logger.error("Syncplay's certificate %s is not used: %s", self.chain, problem(error))
        return self._context

    def _files(self) -> Stamp | None:
        try:
            found = (self.chain.stat(), self.key.stat())
        except OSError:
            return ()
        return tuple((file.st_ino, file.st_mtime_ns, file.st_size) for file in found)


def load(chain: Path, key: Path) -> ssl.SSLContext:
    """Raises OSError; ssl's errors are such."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    # Without a password, OpenSSL would ask for that of an encrypted key on the terminal, and wait.
    context.load_cert_chain(chain, key, password="")
    return context


def problem(error: OSError) -> str:
    """Why the files cannot be loaded."""
    if not isinstance(error, ssl.SSLError):
        return error.strerror or type(error).__name__
    match error.reason:
        case "KEY_VALUES_MISMATCH":
            return "the key is that of another certificate"
        case "NO_START_LINE" | "PEM_LIB" | None:
            return "a file is not in PEM format, or its key is missing or encrypted"
    return error.reason.lower().replace("_", " ")
