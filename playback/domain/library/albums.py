"""Group tracks into albums: albums with the same name differ by their artist or their folder. Pure.

If the tags name an album artist, that decides; "Various Artists" is one, and compilations have it. Otherwise the folder
decides: several artists in one folder are a compilation. Discs of one album in sibling folders ("CD1", "Ring disc 2")
belong together. All uploads are in one folder, so there the artist decides.
"""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import PurePosixPath

from playback.domain.library.sort_keys import folded

UPLOADS = "uploads"
KEY_LENGTH = 20
VARIOUS = "Various Artists"
_SEPARATORS = re.compile(r"[,;/&()]")
_DISC = re.compile(r"(?<![^\W_])(cd|dis[ck]|disque|dvd)[\s_.#\-]{0,3}\d{1,2}(?![^\W_])", re.IGNORECASE)
_BEFORE_DISC = " _.,-(["


def album_key(album: str, album_artist: str, artist: str, path: str) -> str:
    """Return a key that all tracks of an album share and no other track has; empty without an album."""
    name = _plain(album)
    if not name:
        return ""
    if _plain(album_artist):
        owner = f"artist {_plain(album_artist)}"
    elif path.startswith(f"{UPLOADS}/"):
        owner = f"upload {_plain(artist)}"
    else:
        owner = f"folder {album_folder(path)}"
    return sha256(f"{name}\n{owner}".encode("utf-8", "replace")).hexdigest()[:KEY_LENGTH]


def grouping_key(album: str, path: str) -> tuple[str, str]:
    """Group tracks by album and folder: some may lack the album artist. Uploads share a folder by chance."""
    return _plain(album), path if path.startswith(f"{UPLOADS}/") else album_folder(path)


def matches_artist(artist: str, album_artist: str) -> bool:
    """Whether a track of this artist may be on an album of that one, as "Queen feat. Bowie" on one by Queen."""
    owner, name = _plain(album_artist), _plain(artist)
    return owner == _plain(VARIOUS) or not name or f" {owner} " in f" {_SEPARATORS.sub(' ', name)} "


def album_folder(path: str) -> str:
    """Return the folder of a track's album, without the folder of its disc."""
    folder = PurePosixPath(path).parent
    disc = _DISC.search(folder.name)
    if disc is None:
        return folder.as_posix()
    name = folder.name[: disc.start()].rstrip(_BEFORE_DISC)
    return (folder.parent / name).as_posix()


def _plain(text: str) -> str:
    return " ".join(folded(text).split())
