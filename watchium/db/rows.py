"""Rows read and written by hand, for what happens many times a second.

A command's time went into compiling queries and into waiting for one answer after another. Here the words are made
once, and what does not depend on an answer travels together (`trips`). Whatever happens less often goes through the
ORM.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, cached_property
from operator import attrgetter
from typing import Any, Generic, TypeVar

from django.db import connection, models
from django.db.models import Model
from django.db.models.base import ModelState

from watchium.db.prepared import PreparedQuery

M = TypeVar("M", bound=Model)
Value = Callable[[Model], Any]

_AS_THEY_ARE = (
    models.BooleanField,
    models.CharField,
    models.FloatField,
    models.ForeignKey,
    models.IntegerField,
    models.TextField,
)


def insert(row: Model) -> PreparedQuery:
    """Gives the row's new primary key, which the caller may set."""
    sql, stored = _insert(type(row))
    return PreparedQuery(sql, [value(row) for value in stored])


def update(row: Model, *names: str) -> PreparedQuery:
    sql, stored = _update(type(row), names)
    return PreparedQuery(sql, [*(value(row) for value in stored), row.pk])


@cache
def _insert(model: type[Model]) -> tuple[str, list[Value]]:
    fields = [field for field in model._meta.local_concrete_fields if not field.primary_key]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join("%s" for _ in fields)
    sql = f'INSERT INTO {model._meta.db_table} ({columns}) VALUES ({places}) RETURNING "id"'  # noqa: S608
    return sql, [_value_of(field, add=True) for field in fields]


@cache
def _update(model: type[Model], names: tuple[str, ...]) -> tuple[str, list[Value]]:
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    changes = ", ".join(f'"{field.column}" = %s' for field in fields)
    sql = f'UPDATE {model._meta.db_table} SET {changes} WHERE "id" = %s'  # noqa: S608
    return sql, [_value_of(field, add=False) for field in fields]


def _value_of(field: Any, *, add: bool) -> Value:
    """How a row's value is got for the database: most as they are, JSON and instants by their field."""
    if isinstance(field, _AS_THEY_ARE):
        return attrgetter(field.attname)
    return lambda row: field.get_db_prep_save(field.pre_save(row, add), connection)


class RowMapper(Generic[M]):
    """A model's columns for a question written by hand, and the row made of what it gave.

    Those left out are asked for when somebody looks at them, as the ORM does.
    """

    def __init__(self, model: type[M], alias: str, *, but: Sequence[str] = ()) -> None:
        self.model, self.alias, self.but = model, alias, but

    @cached_property
    def fields(self) -> list[Any]:
        return [field for field in self.model._meta.concrete_fields if field.name not in self.but]

    @cached_property
    def sql(self) -> str:
        return ", ".join(f'{self.alias}."{field.column}"' for field in self.fields)

    @cached_property
    def names(self) -> list[str]:
        return [field.attname for field in self.fields]

    def row(self, values: Sequence[Any]) -> M:
        """Of as many values as there are columns; more may follow them.

        Without the model's `__init__`, which would take longer than the database does to find the row.
        """
        row = self.model.__new__(self.model)
        row._state = ModelState()
        row._state.adding, row._state.db = False, connection.alias
        own = row.__dict__
        own.update(zip(self.names, values[: len(self.names)], strict=True))
        for name, converters, column in self._conversions:
            for convert in converters:
                own[name] = convert(own[name], column, connection)
        return row

    @cached_property
    def _conversions(self) -> list[tuple[str, list[Callable[..., Any]], Any]]:
        """Of those columns whose values come otherwise than the model has them: JSON, and SQLite's instants."""
        columns = [(field.attname, field.get_col(self.alias)) for field in self.fields]
        of_each = [
            (name, [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)], column)
            for name, column in columns
        ]
        return [conversion for conversion in of_each if conversion[1]]
