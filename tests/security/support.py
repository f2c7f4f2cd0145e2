"""`python -m tests.security.support serve ...`: a Watchium with short timeouts and few descriptors."""

from __future__ import annotations

import os
import resource
import sys

DESCRIPTORS = 200
HEADER_TIMEOUT_S = 3.0
BODY_TIMEOUT_S = 4.0


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "watchium.settings")
    import django

    django.setup()
    from watchium.middleware import body_limit
    from watchium.server import http_protocol

    http_protocol.HEADER_TIMEOUT_S, body_limit.BODY_TIMEOUT_S = HEADER_TIMEOUT_S, BODY_TIMEOUT_S
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
    from django.core.management import execute_from_command_line

    execute_from_command_line(["manage.py", *sys.argv[1:]])


if __name__ == "__main__":
    main()
