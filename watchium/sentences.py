"""Sentences for users with their values by name, so that each reader gets them in their own language. Pure.

`manage.py makemessages` extracts the first argument of `Sentence` and the first two of `Counted`.
"""

from __future__ import annotations

from typing import Protocol


class Catalogue(Protocol):
    """Translations into one language, such as the module `django.utils.translation`."""

    def gettext(self, message: str, /) -> str: ...

    def ngettext(self, singular: str, plural: str, number: int, /) -> str: ...


class English:
    """The catalogue of the source's own language."""

    @staticmethod
    def gettext(message: str, /) -> str:
        return message

    @staticmethod
    def ngettext(singular: str, plural: str, number: int, /) -> str:
        return singular if number == 1 else plural


class Sentence:
    """`Sentence("At most {count} characters.", count=40)`. Values that are sentences are translated with it.

    Without values the text may have braces: nothing takes their place.
    """

    def __init__(self, text: str, **values: object) -> None:
        self.text = text
        self.values = values

    def translated(self, catalogue: Catalogue) -> str:
        return self._filled(catalogue.gettext(self.text), catalogue)

    def _filled(self, text: str, catalogue: Catalogue) -> str:
        if not self.values:
            return text
        return text.format(**{name: _shown(value, catalogue) for name, value in self.values.items()})

    def __str__(self) -> str:
        return self.translated(English())

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {str(self)!r}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sentence) and (self.text, self.values) == (other.text, other.values)

    def __hash__(self) -> int:
        return hash(str(self))


class Counted(Sentence):
    """A sentence with a form for one and another for more: `Counted("{count} day", "{count} days", 3)`."""

    def __init__(self, one: str, many: str, count: int, **values: object) -> None:
        super().__init__(one, count=count, **values)
        self.many = many
        self.count = count

    def translated(self, catalogue: Catalogue) -> str:
        return self._filled(catalogue.ngettext(self.text, self.many, self.count), catalogue)


def _shown(value: object, catalogue: Catalogue) -> object:
    return value.translated(catalogue) if isinstance(value, Sentence) else value


def lasting(ms: float) -> Counted:
    """Return a length of time in words, rounded up: 90 seconds, 2 minutes, 3 hours."""
    seconds = max(1, -int(-ms // 1000))
    if seconds >= 2 * 86_400:
        return Counted("{count} day", "{count} days", -(-seconds // 86_400))
    if seconds >= 2 * 3600:
        return Counted("{count} hour", "{count} hours", -(-seconds // 3600))
    if seconds >= 2 * 60:
        return Counted("{count} minute", "{count} minutes", -(-seconds // 60))
    return Counted("{count} second", "{count} seconds", seconds)
