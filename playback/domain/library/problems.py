"""Why a file cannot be played or prepared: the sentences that rows keep, and their languages. Pure.

A row keeps the English sentence. `read` returns it with its values, so that each reader gets it in their own language;
rows that older versions wrote are read in the same way.
"""

from __future__ import annotations

import re
from functools import lru_cache

from watchium.protocol.errors import gettext_noop
from watchium.sentences import Sentence

# How it plays
ENCRYPTED = gettext_noop("It is encrypted.")
UNKNOWN_PICTURE = gettext_noop("The format of its picture is not known.")
UNKNOWN_SOUND = gettext_noop("The format of its sound is not known.")
EMPTY = gettext_noop("It has neither sound nor a picture.")
PICTURE = gettext_noop("Not every browser plays its picture ({codec}).")
PIXELS = gettext_noop("Not every browser plays its picture ({codec}, {pixels}).")
PICTURE_WITH_SOUND = gettext_noop("Not every browser plays its picture ({codec}) together with its sound.")
AVI = gettext_noop("Browsers do not open AVI files, and these lack the times of their pictures.")
CUT = gettext_noop("It was cut between key frames: browsers disagree about the position of its pictures.")
SOUND_ELSEWHERE = gettext_noop(
    "Chromium and Firefox play it as it is; other browsers do not play its sound ({codecs})."
)
SOUND = gettext_noop("Not every browser plays its sound ({codecs}).")
SOUND_IN_CONTAINER = gettext_noop("Not every browser plays its sound ({codec}) in {container} files.")
CONTAINER = gettext_noop("Browsers do not open {container} files.")
FIRST_TRACK = gettext_noop("Browsers play only the first of its {count} audio tracks.")
MATROSKA_ELSEWHERE = gettext_noop(
    "Chromium and Firefox play it as it is; other browsers do not open Matroska files."
)

# What is wrong with it
DAMAGED = gettext_noop("The file is damaged: {problem}.")
UPLOAD_DAMAGED = gettext_noop("It is damaged: {problem}.")
UPLOAD_CUT = gettext_noop("It is cut short: the index at its end is missing.")
UPLOAD_CHANGED = gettext_noop("The file changed while it was being sent. Upload it again.")
NOT_MEDIA = gettext_noop("It does not begin like audio or video that browsers play.")
UNREADABLE_TAGS = gettext_noop("its tags cannot be read ({reason})")
NOT_LIKE_MEDIA = gettext_noop("it does not begin like audio or video")
INCOMPLETE = gettext_noop("it is not complete: its index, which is written last, is missing")
PROBE_SLOW = gettext_noop("ffprobe did not finish within {seconds} s")
PROBE_REFUSED = gettext_noop("ffprobe cannot read it{reason}")
PROBE_NONSENSE = gettext_noop("the output of ffprobe makes no sense")
PROBE_EMPTY = gettext_noop("it has neither audio nor video")

# Why its preparation failed
PLAYS_ALREADY = gettext_noop("Every browser plays this as it is.")
NOT_INSTALLED = gettext_noop("ffmpeg is not installed on the server.")
NOT_SCANNED = gettext_noop("The server does not know what this file contains: scan the library again.")
NO_LIBRARY = gettext_noop("The library's folder is not there. Is it mounted?")
VANISHED = gettext_noop("The file is gone.")
CHANGED = gettext_noop("The file changed while it was prepared. Scan the library, then prepare it again.")
DISK_FULL = gettext_noop("The server's disk is full.")
NOT_STORED = gettext_noop("The server cannot store it ({reason}).")
NO_ROOM = gettext_noop(
    "There is no room for it: it may need {needed} GB, and prepared files together may have {budget} GB "
    "(WATCHIUM_CONVERTED_GB)."
)
DISK_ERROR = gettext_noop("The file cannot be read any more: the disk or network drive reports an error.")
MEMORY = gettext_noop("Converting this file needs too much memory.")
INTERNAL = gettext_noop("Something went wrong on the server. The error was logged.")
TOO_SLOW = gettext_noop("It took too long and was stopped.")
TOO_LARGE = gettext_noop("It becomes far larger than a film of its length, and was stopped.")
CRASHED = gettext_noop("The converter ended three times without finishing ({signal}).")
ABANDONED = gettext_noop("The converter was stopped three times before it finished.")
UNREADABLE = gettext_noop("ffmpeg cannot convert this file{reason}.")
OTHER_FFMPEG = gettext_noop("ffmpeg was replaced by another version during the conversion.")
NO_OUTPUT = gettext_noop("ffmpeg found nothing to convert in this file.")

# Why captions cannot be shown
CAPTION_PICTURES = gettext_noop("These captions are made of pictures and cannot be shown.")
CAPTIONS_TOO_LARGE = gettext_noop("This file is too large for captions: at most {size} MB.")
CAPTION_KIND = gettext_noop("Captions of this kind ({codec}) cannot be shown.")
CAPTIONS_NEED_FFMPEG = gettext_noop("The server needs ffmpeg to read the captions in this film.")

SENTENCES = tuple(value for name, value in sorted(globals().items()) if name.isupper())


def refusal(title: str, plays: str, why: str) -> Sentence:
    """Return why an item cannot be loaded, and the remedy if there is one."""
    if plays == "no":
        return Sentence("“{title}” cannot be played. {why}", title=title, why=read(why))
    return Sentence(
        "“{title}” cannot be played. {why} It has to be converted first.",
        title=title,
        why=read(why),
    )


@lru_cache(1024)
def read(text: str) -> Sentence:
    """Return the sentence of a stored text with its values; a text that is none of these stays as it is."""
    for sentence, pattern in _PATTERNS:
        if found := pattern.fullmatch(text):
            return Sentence(sentence, **{name: read(value) for name, value in found.groupdict().items()})
    return Sentence(text)


def _pattern(sentence: str) -> re.Pattern[str]:
    # A reason may be missing, with its parentheses.
    found = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.*)", re.escape(sentence))
    return re.compile(found, re.DOTALL)


# Those with more values first: "({codec}, {pixels})" is also a "({codec})".
_PATTERNS = [
    (sentence, _pattern(sentence)) for sentence in sorted(SENTENCES, key=lambda each: -each.count("{"))
]
