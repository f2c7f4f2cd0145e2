#!/bin/sh
# `make run`: install pinned packages, migrate, collect static files, create the demo room, serve.
set -eu
cd "$(dirname "$0")/.."
sh deploy/bootstrap.sh run

umask 077 # only the current user can read the files
export HOST="${HOST:-127.0.0.1}" PORT="${PORT:-8000}" WATCHIUM_DATA_DIR="${WATCHIUM_DATA_DIR:-$PWD/data}"
.venv/bin/python manage.py migrate --verbosity 0 # also creates the data folder
# A library folder that cannot be created (a link to a share that is not mounted) does not stop the server; the scan and
# `doctor` report it.
library="${WATCHIUM_LIBRARY_DIR:-$WATCHIUM_DATA_DIR/library}"
mkdir -p "$library" 2>/dev/null || echo "The library folder $library does not exist: rooms and samples work without it." >&2
.venv/bin/python manage.py collectstatic --noinput --verbosity 0
.venv/bin/python manage.py demo --verbosity 0
exec .venv/bin/python manage.py serve
