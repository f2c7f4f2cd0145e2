"""Django's backend for PostgreSQL, except that its pool never gives out a connection that was cut while it was idle.

The pool's own check waits after each dead connection it finds: one second, then two, then as long as is left. After a
restart of the database a pool with three idle connections refused whoever asked first, after 5 s and with the database
long back. Here dead ones are thrown away without a wait, and looking costs no round trip.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base

from watchium.db.connection_check import has_hung_up


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        while self.pool and has_hung_up(connection.fileno()):
            connection.close()
            self.pool.putconn(connection)  # which connects anew in its place
            connection = super().get_new_connection(conn_params)
        return connection
