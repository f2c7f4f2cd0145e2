"""Everything that belongs to an account, as one JSON document in pieces: no more than a page of rows is in memory."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from rooms.models import Person
from watchium.services.accounts.contents import Section, sections_of

MAX_ROWS = 100_000  # of each section


def export(person: Person, now: datetime) -> Iterator[str]:
    """Yield the pieces of the document. A section with more than `MAX_ROWS` rows says so and ends there."""
    account = person.account
    assert account is not None
    about = {
        "exported_at": now,
        "username": account.get_username(),
        "email": account.email,
        "user_id": person.user_id,
        "created_at": account.date_joined,
    }
    yield f'{{\n"account": {_encode(about)}'
    for section in sections_of(person):
        yield f',\n"{section.key}": ['
        yield from _rows(section)
        yield "]"
    yield "\n}\n"


def _rows(section: Section) -> Iterator[str]:
    last, count = 0, 0
    while count < MAX_ROWS:
        rows = section.rows.filter(pk__gt=last).order_by("pk")
        page = list(rows.values("pk", *section.columns)[: min(section.page_rows, MAX_ROWS - count)])
        if not page:
            return
        last = page[-1]["pk"]
        lines = [_encode({name.replace("__", "_"): row[name] for name in section.columns}) for row in page]
        yield ("," if count else "") + "\n" + ",\n".join(lines)
        count += len(page)
    if section.rows.filter(pk__gt=last).exists():
        yield f',\n{{"more": "this list ends after {MAX_ROWS} rows"}}'


def _encode(value: Any) -> str:
    return json.dumps(value, cls=_Encoder, ensure_ascii=False)


class _Encoder(DjangoJSONEncoder):
    def default(self, value: Any) -> Any:
        """Images are WebP, whatever was sent. PostgreSQL and SQLite return them as different types."""
        if isinstance(value, bytes | memoryview):
            return "data:image/webp;base64," + b64encode(value).decode()
        return super().default(value)
