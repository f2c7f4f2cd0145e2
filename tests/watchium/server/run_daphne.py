"""`python -m tests.watchium.server.run_daphne serve --port n`: the same application under the server of `runserver`."""

from __future__ import annotations

import sys

from daphne.cli import CommandLineInterface

if __name__ == "__main__":
    port = sys.argv[sys.argv.index("--port") + 1]
    CommandLineInterface().run(["--port", port, "watchium.asgi:application"])
