"""Which album a track is of: albums of one name are as many as have another artist, or lie in another folder. Pure.

Where the tags name an artist of the album that decides, and Various Artists is one; a compilation is of these. Else
the folder decides: several artists in one folder are a compilation. Discs of one album in folders beside each other
("CD1", "Ring disc 2") are in one. What staff upload lies in one folder whatever it is, so there the artist decides.
"""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import PurePosixPath

from playback.domain.sort_keys import folded

UPLOADS = "uploads"
KEY_LENGTH = 20
VARIOUS = "Various Artists"
_APART = re.compile(r"[,;/&()]")
_DISC = re.compile(r"(?<![^\W_])(cd|dis[ck]|disque|dvd)[\s_.#\-]{0,3}\d{1,2}(?![^\W_])", re.IGNORECASE)
_BEFORE_A_DISC = " _.,-(["


def album_key(album: str, album_artist: str, artist: str, path: str) -> str:
    """The same for all tracks of an album and for no other; empty for what is of none."""
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
    """Where the tracks of an album lie that do not all name its artist. Uploads lie beside each other by chance."""
    return _plain(album), path if path.startswith(f"{UPLOADS}/") else album_folder(path)


def matches_artist(artist: str, album_artist: str) -> bool:
    """Whether a track of this artist may be on an album of that one, as "Queen feat. Bowie" on one of Queen."""
    owner, name = _plain(album_artist), _plain(artist)
    return owner == _plain(VARIOUS) or not name or f" {owner} " in f" {_APART.sub(' ', name)} "


def album_folder(path: str) -> str:
    """The folder that a track's album is in, without the one of its disc."""
    folder = PurePosixPath(path).parent
    disc = _DISC.search(folder.name)
    if disc is None:
        return folder.as_posix()
    name = folder.name[: disc.start()].rstrip(_BEFORE_A_DISC)
    return (folder.parent / name).as_posix()


def _plain(text: str) -> str:
    return " ".join(folded(text).split())
