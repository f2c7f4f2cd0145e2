"""Django's PostgreSQL backend, with a pool that never hands out a connection that was closed while it was idle.

The pool's own check waits after each dead connection it finds: one second, then two, then the rest of the timeout.
After a restart of the database, a pool with three idle connections failed the first request after 5 s, long after the
database was back. Here dead connections are discarded without a wait, and the check costs no round trip.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base

from watchium.db.connection_check import is_closed


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        while self.pool and is_closed(connection.fileno()):
            connection.close()
            self.pool.putconn(connection)  # the pool replaces it with a new connection
            connection = super().get_new_connection(conn_params)
        return connection
