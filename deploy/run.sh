#!/bin/sh
# Everything `make run` does: what is pinned, the database, the demo room, the server.
set -eu
cd "$(dirname "$0")/.."
sh deploy/bootstrap.sh run

export HOST="${HOST:-127.0.0.1}" PORT="${PORT:-8000}" WATCHIUM_DATA_DIR="${WATCHIUM_DATA_DIR:-$PWD/data}"
mkdir -p "$WATCHIUM_DATA_DIR" "${WATCHIUM_LIBRARY_DIR:-$WATCHIUM_DATA_DIR/library}"

.venv/bin/python manage.py migrate --verbosity 0
.venv/bin/python manage.py collectstatic --noinput --verbosity 0
.venv/bin/python manage.py demo --verbosity 0
exec .venv/bin/python manage.py serve
