"""What another connection stores between two statements of a merge."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import Model

from rooms.models import Person


@contextmanager
def before_writing(model: type[Model], *, of: Person, for_: Person, **changed: object) -> Iterator[None]:
    """Store the same rows for another person just before the first statement that gives rows a person."""
    stored: list[Model] = []

    def storing(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not stored and re.match(rf'(UPDATE|INSERT( OR IGNORE)? INTO) "{model._meta.db_table}"', sql):
            stored.extend(model._default_manager.filter(person=of))
            for row in stored:
                row.pk = None
                for name, value in {**changed, "person": for_}.items():
                    setattr(row, name, value)
                row.save(force_insert=True)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(storing):
        yield
    assert stored, "nothing was written"
