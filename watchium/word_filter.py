"""The word filter of a room's chat: words and phrases, with `*` for any letters within a word. Pure.

Users write no regular expressions. A word of the filter matches whole words only, in any case and with any accents; `*`
widens it: `spoil*` matches "Spoiler!", `*spoil*` also "unspoiled". The marks of spoilers hide no word. The text is
searched once per entry with `str.find`, which is linear, so that no text and no filter can make the server search for
long.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from watchium.confusables import is_decoration, without_disguise
from watchium.protocol.errors import BadMessage
from watchium.protocol.moderation.commands import MAX_FILTER_WORD_CHARS, MAX_FILTER_WORDS
from watchium.text import SPOILER, normalized

# Both begin where no word goes on, so that a search through a long word begins once.
_WORD = re.compile(r"(?<![^\W_])[^\W_]+")
_PATTERN = re.compile(r"(?<![^\W_])(?<!\*)(?:[^\W_]|\*)+")


class WordPattern(NamedTuple):
    """A word with wildcards: its beginning, the parts between wildcards, and its end; `whole` has no wildcard."""

    head: str
    middle: tuple[str, ...]
    tail: str
    whole: bool

    @classmethod
    def parse(cls, pattern: str) -> WordPattern:
        head, *others = pattern.split("*")
        if not others:
            return cls(head, (), "", whole=True)
        return cls(head, tuple(part for part in others[:-1] if part), others[-1], whole=False)

    @property
    def longest_part(self) -> str:
        return max((self.head, *self.middle, self.tail), key=len)

    def matches(self, word: str) -> bool:
        if self.whole:
            return word == self.head
        begin, end = len(self.head), len(word) - len(self.tail)
        if begin > end or not (word.startswith(self.head) and word.endswith(self.tail)):
            return False
        for part in self.middle:  # the first place of each is the best: it leaves most for those after it
            found = word.find(part, begin, end)
            if found < 0:
                return False
            begin = found + len(part)
        return True


class WordFilter:
    """Compiled once for each change of a filter: see `compiled`."""

    def __init__(self, entries: Iterable[str]) -> None:
        self.words: set[str] = set()
        self.phrases: list[tuple[str, tuple[WordPattern, ...]]] = []
        for entry in entries:
            patterns = tuple(WordPattern.parse(word) for word in _patterns(entry))
            if len(patterns) == 1 and patterns[0].whole:
                self.words.add(patterns[0].head)
            elif patterns:
                # Most texts lack this part, and then nothing else of the entry is compared.
                self.phrases.append((max((p.longest_part for p in patterns), key=len), patterns))

    def matches(self, text: str) -> bool:
        """Return whether the text has a word or phrase of the filter, also one disguised by letters that look alike."""
        return any(self._matches(words) for words in _readings(text))

    def _matches(self, words: list[str]) -> bool:
        joined = " ".join(words)
        return not self.words.isdisjoint(words) or any(
            part in joined and _occurs(patterns, words) for part, patterns in self.phrases
        )


def _occurs(patterns: tuple[WordPattern, ...], words: list[str]) -> bool:
    return any(
        all(pattern.matches(words[start + index]) for index, pattern in enumerate(patterns))
        for start in range(len(words) - len(patterns) + 1)
    )


def _readings(text: str) -> Iterator[list[str]]:
    """The words of the text as it may be read: a spoiler may begin within a word, and letters look like others."""
    for shown in {text.replace(SPOILER, " "), text.replace(SPOILER, "")}:
        words = _WORD.findall(without_accents(shown))
        yield words
        plain = [without_disguise(word) for word in words]
        if plain != words:
            yield plain


def without_accents(text: str) -> str:
    """Return the text in one case, without accents, strokes and invisible characters."""
    if text.isascii():
        return text.casefold()
    folded = normalized("NFKD", normalized("NFKD", text).casefold())
    return normalized("NFKC", "".join(one for one in folded if not is_decoration(one)))


def _patterns(entry: str) -> list[str]:
    return _PATTERN.findall(without_accents(entry))


def clean_filter(entries: Iterable[str]) -> list[str]:
    """Return the entries as stored and shown: each once, without surrounding space. Raises BadMessage."""
    cleaned = list(dict.fromkeys(filter(None, (" ".join(entry.split()) for entry in entries))))
    if len(cleaned) > MAX_FILTER_WORDS or any(len(entry) > MAX_FILTER_WORD_CHARS for entry in cleaned):
        raise BadMessage(
            "A filter has at most {count} words of at most {length} characters each.",
            count=MAX_FILTER_WORDS,
            length=MAX_FILTER_WORD_CHARS,
        )
    for entry in cleaned:
        if not _WORD.search(without_accents(entry)):
            raise BadMessage("The filter needs letters or digits: {entry}", entry=entry)
    return cleaned


@lru_cache(maxsize=256)
def compiled(stored: str) -> WordFilter:
    """Return the filter of a room, stored with one entry a line."""
    return WordFilter(stored.splitlines())
