"""Tags whose text is marked as Latin-1 and is something else: Shift-JIS, GBK, CP1251 and what else programs wrote.

True Latin-1 is never touched: its accented letters stand among plain ones, and its signs between words. Only text that
cannot be that is shown to chardet, all fields of a file together, and what chardet says counts where words come out.

Why chardet: of 93 pairs of title and artist in fourteen encodings it read 84 right, charset-normalizer 51, cchardet
61. It took 29 of 68 names in true Latin-1 for something else (the others 48 and 26): so it is not asked about those.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Buffer

UNDECODED = "watchium-undecoded"
_CANDIDATES = (
    *("utf-8", "cp932", "gb18030", "big5", "cp949", "euc_kr", "euc_jis_2004"),
    *("cp1251", "koi8-r", "koi8-u", "cp1253", "cp1255", "cp1256", "cp874", "tis-620", "cp1250", "cp1254", "cp1257"),
)  # fmt: skip
# Encodings of the same letters, of which chardet names only the first: where that makes no sense the other may.
_TWINS = {"cp1251": "iso8859-5", "cp1253": "iso8859-7", "cp1256": "iso8859-6", "cp1250": "iso8859-2"}
_LATIN = frozenset(("cp1250", "cp1254", "cp1257", "iso8859-2", "iso8859-15"))
# What programs for Windows write into Latin-1 beside it.
_WINDOWS = "‘’“”„…–—•€™ŒœŠšŽžŸ"  # noqa: RUF001
# Signs stand between words, not inside of them, and not three in a row.
_SIGN_INSIDE = r"[^\W\d_][¡-©«-³¶-¹»-¿„‘“•€™…]+[^\W\d_]|[¡-©«-³¶-¹»-¿]{3}|[^\W\d_][×÷]|[×÷][^\W\d_]"  # noqa: RUF001
_DASHES = "\u2019\u2013\u2014"
_NONE = "ascii"
_JAPANESE = ("cp932", "euc_jis_2004")
_MOST = 2000  # bytes of a field that are looked at
_ALONE = 6  # bytes that are no ASCII: fewer say too little by themselves
_ID3V1 = 30  # bytes of a field of it


def _undecoded(data: Buffer, errors: str = "strict", /) -> tuple[str, int]:
    taken = bytes(data)
    return taken.decode("ascii", "surrogateescape"), len(taken)


def _as_bytes(text: str, errors: str = "strict", /) -> tuple[bytes, int]:
    return text.encode("ascii", "surrogateescape"), len(text)


def _find(name: str) -> codecs.CodecInfo | None:
    return codecs.CodecInfo(_as_bytes, _undecoded) if name == UNDECODED.replace("-", "_") else None


codecs.register(_find)


def decode(fields: Mapping[str, str], file_name: str = "") -> dict[str, str]:
    """The text of all fields, of which those that were marked as Latin-1 were decoded as UNDECODED.

    Empty where nothing makes sense of one. The name of the file helps where it says the same.
    """
    raw = {name: data for name, text in fields.items() if (data := bytes_of(text)) is not None}
    encodings = _encodings_of(raw, file_name)
    return {
        name: _undoubled(_text(raw[name], encodings[name]) if name in raw else text)
        for name, text in fields.items()
    }


def _encodings_of(raw: Mapping[str, bytes], file_name: str) -> dict[str, str | None]:
    """One for all fields, which are more to judge by; each its own where they were written by different programs."""
    marked = list(raw.values())
    encoding = encoding_of(marked, file_name) if marked else None
    if encoding is not None or len(marked) < 2 or all(map(is_latin, marked)):
        return dict.fromkeys(raw, encoding)
    return {
        name: encoding_of([data], file_name) if sum(byte > 0x7F for byte in data) >= _ALONE else None
        for name, data in raw.items()
    }


def _undoubled(text: str) -> str:
    """What was UTF-8, was taken for Latin-1 and written again: that is never text by chance."""
    if text.isascii():
        return _unescaped(text)
    data = b"".join(_byte_of(letter) for letter in text)
    decoded = _decoded(data, "utf-8")
    if decoded is None or any(unicodedata.category(letter)[0] == "C" for letter in decoded):
        return text
    return (
        decoded
        if any(letter.isalpha() or letter in _WINDOWS for letter in decoded if letter > "\x7f")
        else text
    )


def _byte_of(letter: str) -> bytes:
    """In Latin-1 or what Windows has in its place; a byte that no UTF-8 has for all others."""
    for encoding in ("latin-1", "cp1252"):
        try:
            return letter.encode(encoding)
        except UnicodeEncodeError:
            continue
    return b"\xff"


def _unescaped(text: str) -> str:
    """Japanese as old mail programs wrote it is plain letters between escapes."""
    return _decoded(text.encode(), "iso2022_jp") or "" if "\x1b$" in text else text


def bytes_of(text: str) -> bytes | None:
    """None where it was decoded already, or is the same in every encoding."""
    if text.isascii():
        return None
    try:
        return text.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        return None


def encoding_of(fields: Iterable[bytes], file_name: str = "") -> str | None:
    """None for Latin-1, and for what nothing makes sense of."""
    fields = [field[:_MOST] for field in fields]
    if _all_decoded(fields, "utf-8") is not None:
        return "utf-8"
    for encoding in _CANDIDATES:
        if any(_is_named(field, encoding, file_name) for field in fields):
            return encoding
    if all(is_latin(field) for field in fields) and not _is_of_whole_words(fields):
        return None
    if _is_latin_9(fields):
        return "iso8859-15"
    likely = (*(encoding for encoding in _JAPANESE if _is_kana(fields, encoding)), *_asked(fields))
    return next((encoding for encoding in likely if _makes_sense(fields, encoding)), None)


def is_latin(data: bytes) -> bool:
    """Whether this can be text in Latin-1, or in what Windows has in its place."""
    text = _windows(data)
    if text is None or re.search("[\u0080-\u009f]", text):
        return False
    if re.search(_SIGN_INSIDE, text):
        return False
    return max((len(run) for run in re.findall("[À-ÖØ-öø-ÿŒœŠšŽžŸ¡-¿]+", text)), default=0) < 3


def _is_latin_9(fields: Sequence[bytes]) -> bool:
    """Latin-1 but for œ, š and ž, each among plain letters."""
    text = _all_decoded(fields, "iso8859-15") or ""
    words = re.findall(r"\w*[œŒšŠžŽ]\w*", text)
    return (
        bool(words)
        and is_latin_text(text)
        and all(
            is_latin(word.encode("cp1252", "replace")) and re.search("[a-zA-Z]{2}", word) for word in words
        )
        and not re.search("[\u0080-\u009f]|[À-ÿ]{3}", text)
    )


def _is_of_whole_words(fields: Sequence[bytes]) -> bool:
    """Two words or more without one plain letter, and none in which accented letters stand among plain ones."""
    words = re.findall("[0-9A-Za-zÀ-ÖØ-öø-ÿ]+", b"\n".join(fields).decode("latin-1"))
    accented = [word for word in words if not word.isascii()]
    whole = [word for word in accented if not re.search("[0-9A-Za-z]", word)]
    return len(whole) == len(accented) and sum(len(word) > 1 for word in whole) > 1


def _asked(fields: Sequence[bytes]) -> list[str]:
    """What chardet finds possible, the most likely first."""
    import chardet  # a fifth of a second and 40 MB: only loaded where there is such a file

    said = chardet.detect_all(
        b"\n".join(fields),
        ignore_threshold=True,
        include_encodings=(*_CANDIDATES, _NONE),
        no_match_encoding=_NONE,
        compat_names=False,
        prefer_superset=True,
    )
    named = [found["encoding"] for found in said if found["encoding"] not in (None, _NONE)]
    return [encoding for name in named for encoding in (name, _TWINS.get(name)) if encoding is not None]


def _is_kana(fields: Sequence[bytes], encoding: str) -> bool:
    """Kana are as good as never anything else by chance."""
    text = _all_decoded(fields, encoding) or ""
    letters = [letter for letter in text if letter.isalpha() and not letter.isascii()]
    return len(letters) > 2 and 2 * sum("\u3041" <= letter <= "\u30ff" for letter in letters) > len(letters)


def _is_named(data: bytes, encoding: str, file_name: str) -> bool:
    """Whether the file is called what the field says in this encoding, at least three letters of it."""
    text = _decoded(data, encoding) if encoding != "utf-8" else None
    if text is None or sum(letter.isalpha() and not letter.isascii() for letter in text) < 2:
        return False
    said, called = (unicodedata.normalize("NFC", words).casefold() for words in (text.strip(), file_name))
    return said in called and data.decode("latin-1").strip().casefold() not in called


def _makes_sense(fields: Sequence[bytes], encoding: str) -> bool:
    """Words of one writing each, of letters that are in use, without signs inside."""
    text = _all_decoded(fields, encoding)
    if text is None:
        return False
    if any(unicodedata.category(letter) in ("Co", "Cn", "Cc", "Cs") for letter in text if letter != "\n"):
        return False
    if encoding in _LATIN:
        return is_latin_text(text)
    words = [word for word in re.findall(r"[^\s!-/:-@\[-`{-~]+", text) if not word.isascii()]
    return any(letter.isalpha() for word in words for letter in word) and all(map(_is_word, words))


def is_latin_text(text: str) -> bool:
    """Plain letters are many in every language that is written with them."""
    letters = [letter for letter in text if letter.isalpha()]
    plain = sum(letter.isascii() for letter in letters)
    return 3 * plain >= len(letters) and not re.search(_SIGN_INSIDE, text)


def _is_word(word: str) -> bool:
    own = [letter for letter in word if not letter.isascii()]
    if any(_is_wide(letter) for letter in own):
        # 卡拉OK and A計劃, but not a single sign between letters.
        return not re.search("[A-Za-z][^A-Za-z]{1,2}[A-Za-z]", word) and not any(map(_is_half, own))
    letters = word.lstrip("«“„‘(№").rstrip("»”’“…)")  # noqa: RUF001
    if not letters or (not letters.isascii() and unicodedata.combining(letters[0])):
        return False
    if any(
        unicodedata.category(letter)[0] not in "LM" and letter not in _DASHES
        for letter in own
        if letter in letters
    ):
        return False
    scripts = {_script(letter) for letter in letters if letter.isalpha()}
    return len(scripts) == 1 and (letters.isupper() or letters[1:] == letters[1:].lower())


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"


def _is_half(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) == "H"


def _text(data: bytes, encoding: str | None) -> str:
    if encoding is not None:
        return _decoded(data, encoding) or ""
    text = _windows(data)
    return text if text is not None and not re.search("[\u0080-\u009f]|" + _SIGN_INSIDE, text) else ""


def _windows(data: bytes) -> str | None:
    text = data.decode("latin-1")
    if not re.search("[\u0080-\u009f]", text):
        return text
    wider = _decoded(data, "cp1252")
    signs = [] if wider is None else [letter for letter in wider if ord(letter) > 0xFF]
    return wider if all(letter in _WINDOWS for letter in signs) else None


def _all_decoded(fields: Sequence[bytes], encoding: str) -> str | None:
    texts = [_decoded(field, encoding) for field in fields]
    return None if None in texts else "\n".join(text for text in texts if text is not None)


def _decoded(data: bytes, encoding: str) -> str | None:
    """None where it is not text in this encoding. ID3v1 cuts its fields off wherever 30 bytes end."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if len(data) != _ID3V1 or error.end < _ID3V1 or error.start < _ID3V1 - 3:
            return None
        return data[: error.start].decode(encoding)
