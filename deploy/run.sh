#!/bin/sh
# Everything `make run` does: what is pinned, the database, the demo room, the server.
set -eu
cd "$(dirname "$0")/.."
sh deploy/bootstrap.sh run

umask 077 # files are readable by the user that runs this, and by no other
export HOST="${HOST:-127.0.0.1}" PORT="${PORT:-8000}" WATCHIUM_DATA_DIR="${WATCHIUM_DATA_DIR:-$PWD/data}"
.venv/bin/python manage.py migrate --verbosity 0 # makes the data folder too
# A library that cannot be made (a link to a share that is not there) closes no room: the scan and `doctor` say so.
library="${WATCHIUM_LIBRARY_DIR:-$WATCHIUM_DATA_DIR/library}"
mkdir -p "$library" 2>/dev/null || echo "The library $library is not there: rooms and samples work without it." >&2
.venv/bin/python manage.py collectstatic --noinput --verbosity 0
.venv/bin/python manage.py demo --verbosity 0
exec .venv/bin/python manage.py serve
