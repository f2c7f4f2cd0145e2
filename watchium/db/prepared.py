"""Statements written by hand and how they travel: as few trips to the database as there can be, and no planning twice.

On PostgreSQL planning took two thirds of what a command cost the server. Each statement is prepared once per connection
(so that connection has to be Watchium's own, with no pooler between that hands out another for each transaction; with
one, a statement may not be there, and is never another one), and a transaction's BEGIN goes along with its first
statement. SQLite is at no distance and remembers statements by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import sha1
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, NotSupportedError, ProgrammingError, connections

Rows = list[tuple[Any, ...]]

_IDLE = 0  # libpq's word for no transaction; SQLite has no use for psycopg, which takes 70 ms to load
_prepared: WeakKeyDictionary[Any, dict[str, str]] = WeakKeyDictionary()  # by psycopg's connection


class PreparedQuery(NamedTuple):
    """`%s` in the words for each of the values, which the database has to understand as they are.

    The words are prepared and kept: they must not differ from one time to the next. What type a value has is said by
    the words around it.
    """

    sql: str
    values: Sequence[Any] = ()


def run_in_one_round_trip(*statements: PreparedQuery) -> list[Rows]:
    """What each gave, in their order, inside the caller's transaction.

    PostgreSQL hears them in one round trip. Each sees what was committed when its own turn came, so that a question
    behind a lock sees what happened while the lock was waited for. SQLite hears them one by one.
    """
    database = connections[DEFAULT_DB_ALIAS]
    return _in_one_trip(database, statements) if is_postgresql() else _one_by_one(database, statements)


@cache
def is_postgresql() -> bool:
    return connections[DEFAULT_DB_ALIAS].vendor == "postgresql"


def any_of(column: str, values: Iterable[Any]) -> PreparedQuery:
    """A condition: one value for the database, however many there are."""
    if is_postgresql():
        return PreparedQuery(f"{column} = ANY(%s)", [list(values)])
    return PreparedQuery(f"{column} IN (SELECT value FROM json_each(%s))", [json.dumps(list(values))])  # noqa: S608


# ---------------------------------------------------------------- PostgreSQL


def _in_one_trip(database: Any, statements: Sequence[PreparedQuery]) -> list[Rows]:
    with database.cursor() as cursor:
        line = database.connection
        with database.wrap_database_errors:
            words = [_words(line, statement.sql) for statement in statements]
        begin = _begin(line)
        try:
            values = [value for statement in statements for value in statement.values]
            cursor.execute(begin + "; ".join(words), values)
        except (NotSupportedError, ProgrammingError):
            # A migration changed what a statement gives, or it is not there: prepared anew at its next use.
            _prepared.pop(line, None)
            raise
        finally:
            if begin and line.pgconn.transaction_status == _IDLE:  # nothing was sent
                line.autocommit = False
        found = _all_rows(cursor.cursor)
        return found[1:] if begin else found


def _begin(line: Any) -> str:
    """What begins a transaction that Django has begun and PostgreSQL has not heard of yet.

    psycopg would send it ahead, in a trip of its own, unless it is told that somebody else takes care; ending a
    transaction is nothing it has to have begun.
    """
    if line.autocommit or line.pgconn.transaction_status != _IDLE:
        return ""
    line.autocommit = True
    return "BEGIN; "


def _words(line: Any, sql: str) -> str:
    """What has the statement carried out, which is prepared at its first time on this connection."""
    known = _prepared.setdefault(line, {})
    if sql not in known:
        name = f"watchium_{sha1(sql.encode(), usedforsecurity=False).hexdigest()[:16]}"
        _prepare(line, name, sql)
        places = ", ".join(["%s"] * sql.count("%s"))
        known[sql] = f"EXECUTE {name}({places})" if places else f"EXECUTE {name}"
    return known[sql]


def _prepare(line: Any, name: str, sql: str) -> None:
    """Under a name that no other words have, whoever uses the connection in turn.

    One that is there already may be of before a migration. Asked for first: an error would end the transaction.
    """
    if line.execute("SELECT 1 FROM pg_prepared_statements WHERE name = %s", [name]).fetchone():
        line.execute(f"DEALLOCATE {name}")
    line.execute(f"PREPARE {name} AS {_numbered(sql)}")


def _numbered(sql: str) -> str:
    first, *rest = sql.split("%s")
    return first + "".join(f"${number}{words}" for number, words in enumerate(rest, 1))


def _all_rows(cursor: Any) -> list[Rows]:
    found = [_rows(cursor)]
    while cursor.nextset():
        found.append(_rows(cursor))
    return found


def _rows(cursor: Any) -> Rows:
    # `description` would say it too, but makes an object of each column.
    return cursor.fetchall() if cursor.pgresult.nfields else []


# ---------------------------------------------------------------- SQLite


def _one_by_one(database: Any, statements: Sequence[PreparedQuery]) -> list[Rows]:
    if database.execute_wrappers or database.queries_logged:
        with database.cursor() as cursor:
            return [cursor.execute(sql, values).fetchall() for sql, values in statements]
    # Django's cursor would look for the places of the values each time anew, a fifth of what SQLite itself takes.
    database.ensure_connection()
    database.validate_no_broken_transaction()
    with database.wrap_database_errors:
        return [database.connection.execute(_marked(sql), values).fetchall() for sql, values in statements]


@cache
def _marked(sql: str) -> str:
    return sql.replace("%s", "?")
