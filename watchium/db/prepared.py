"""Prepared statements in as few round trips as possible, for queries on the hot path.

On PostgreSQL, planning took two thirds of the server's time for a command. Each statement is prepared once per
connection, and a transaction's BEGIN is sent together with its first statement. So the connection has to be Watchium's
own, without a pooler that switches connections between transactions: with one, a statement may be missing, but a name
never means a different statement. SQLite has no round trips and caches statements itself.
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

_IDLE = 0  # libpq's PQTRANS_IDLE; importing psycopg takes 70 ms, and SQLite does not need it
_prepared: WeakKeyDictionary[Any, dict[str, str]] = WeakKeyDictionary()  # by psycopg's connection


class PreparedQuery(NamedTuple):
    """`sql` with a `%s` for each value; the database driver must accept the values unchanged.

    The text is prepared and cached, so it must not vary between calls. PostgreSQL infers the type of a value from the
    text around it.
    """

    sql: str
    values: Sequence[Any] = ()


def run_in_one_round_trip(*statements: PreparedQuery) -> list[Rows]:
    """Run the statements in order, inside the caller's transaction, and return the rows of each.

    PostgreSQL gets them in one round trip. Each statement has its own snapshot (READ COMMITTED): a query after a lock
    sees the changes that were committed while it waited for the lock. SQLite gets them one by one.
    """
    database = connections[DEFAULT_DB_ALIAS]
    return _pipelined(database, statements) if is_postgresql() else _one_by_one(database, statements)


@cache
def is_postgresql() -> bool:
    return connections[DEFAULT_DB_ALIAS].vendor == "postgresql"


def any_of(column: str, values: Iterable[Any]) -> PreparedQuery:
    """A condition with one parameter for any number of values."""
    if is_postgresql():
        return PreparedQuery(f"{column} = ANY(%s)", [list(values)])
    return PreparedQuery(f"{column} IN (SELECT value FROM json_each(%s))", [json.dumps(list(values))])  # noqa: S608


# ---------------------------------------------------------------- PostgreSQL


def _pipelined(database: Any, statements: Sequence[PreparedQuery]) -> list[Rows]:
    with database.cursor() as cursor:
        connection = database.connection
        with database.wrap_database_errors:
            executes = [_execute(connection, statement.sql) for statement in statements]
        begin = _begin(connection)
        try:
            values = [value for statement in statements for value in statement.values]
            cursor.execute(begin + "; ".join(executes), values)
        except (NotSupportedError, ProgrammingError):
            # A migration changed the columns of a statement, or it is missing: prepare it again at its next use.
            _prepared.pop(connection, None)
            raise
        finally:
            if begin and connection.pgconn.transaction_status == _IDLE:  # nothing was sent
                connection.autocommit = False
        found = _all_rows(cursor.cursor)
        return found[1:] if begin else found


def _begin(connection: Any) -> str:
    """The BEGIN of a transaction that Django has opened and PostgreSQL does not know yet, otherwise an empty string.

    psycopg would send it first, in a round trip of its own, unless the connection is in autocommit mode; psycopg can
    end a transaction that it did not begin.
    """
    if connection.autocommit or connection.pgconn.transaction_status != _IDLE:
        return ""
    connection.autocommit = True
    return "BEGIN; "


def _execute(connection: Any, sql: str) -> str:
    """The EXECUTE of the statement, which is prepared at its first use on this connection."""
    known = _prepared.setdefault(connection, {})
    if sql not in known:
        name = f"watchium_{sha1(sql.encode(), usedforsecurity=False).hexdigest()[:16]}"
        _prepare(connection, name, sql)
        parameters = ", ".join(["%s"] * sql.count("%s"))
        known[sql] = f"EXECUTE {name}({parameters})" if parameters else f"EXECUTE {name}"
    return known[sql]


def _prepare(connection: Any, name: str, sql: str) -> None:
    """Prepare the statement under a name that is unique to its text, also for later users of the connection.

    A statement of that name may exist from before a migration. It is looked up first: an error would abort the
    transaction.
    """
    if connection.execute("SELECT 1 FROM pg_prepared_statements WHERE name = %s", [name]).fetchone():
        connection.execute(f"DEALLOCATE {name}")
    connection.execute(f"PREPARE {name} AS {_numbered(sql)}")


def _numbered(sql: str) -> str:
    first, *rest = sql.split("%s")
    return first + "".join(f"${number}{text}" for number, text in enumerate(rest, 1))


def _all_rows(cursor: Any) -> list[Rows]:
    found = [_rows(cursor)]
    while cursor.nextset():
        found.append(_rows(cursor))
    return found


def _rows(cursor: Any) -> Rows:
    # `description` has this too, but creates an object for each column.
    return cursor.fetchall() if cursor.pgresult.nfields else []


# ---------------------------------------------------------------- SQLite


def _one_by_one(database: Any, statements: Sequence[PreparedQuery]) -> list[Rows]:
    if database.execute_wrappers or database.queries_logged:
        with database.cursor() as cursor:
            return [cursor.execute(sql, values).fetchall() for sql, values in statements]
    # Django's cursor would search the text for parameters every time, a fifth of the time that SQLite itself takes.
    database.ensure_connection()
    database.validate_no_broken_transaction()
    with database.wrap_database_errors:
        return [
            database.connection.execute(_with_question_marks(sql), values).fetchall()
            for sql, values in statements
        ]


@cache
def _with_question_marks(sql: str) -> str:
    return sql.replace("%s", "?")
