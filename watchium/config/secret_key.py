"""SECRET_KEY: the given one, or one that is generated at the first start and stored in the data folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.exceptions import ImproperlyConfigured
from django.utils.crypto import get_random_string

from watchium.config.file_permissions import make_folder


def read_secret_key(given: str, data_dir: Path, testing: bool) -> str:
    """Return the given key or the stored one; makes the data folder and, if needed, the key.

    Raises:
        ImproperlyConfigured: the data folder cannot be used.
    """
    if testing:
        return given or "only-for-tests-" + "x" * 40
    path = data_dir / "secret_key"
    try:
        make_folder(data_dir)
        if given:
            return given
        if not path.exists():
            _store_new_key(path)
        return path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"the data folder {data_dir} cannot be used ({error.strerror}); set WATCHIUM_DATA_DIR to another"
        ) from None


def _store_new_key(path: Path) -> None:
    """Store a key atomically: processes that start at the same time all read the first one's."""
    # NamedTemporaryFile gives only the owner access.
    with NamedTemporaryFile("w", dir=path.parent, prefix=".secret_key") as file:
        file.write(get_random_string(64))
        file.flush()
        try:
            os.link(file.name, path)
        except FileExistsError:
            pass
        except OSError:  # a file system without hard links
            shutil.copy(file.name, path)


def is_weak(key: str) -> bool:
    return len(key) < 50 or len(set(key)) < 10 or key.startswith("django-insecure-")


def check_public_keys(key: str, fallbacks: list[str]) -> None:
    """Raise ImproperlyConfigured if a key is too weak for a server at a public address."""
    if is_weak(key):
        raise ImproperlyConfigured(
            "SECRET_KEY is too easy to guess: leave it out, and Watchium generates one, "
            "or set 50 random characters or more"
        )
    if any(map(is_weak, fallbacks)):
        raise ImproperlyConfigured(
            "SECRET_KEY_FALLBACKS has a key that is too easy to guess: leave it out; sessions that it signed end"
        )
