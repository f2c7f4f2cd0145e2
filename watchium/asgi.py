"""The door: HTTP to Django, sockets to the consumers."""

from __future__ import annotations

import os
import threading

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "watchium.settings")
django_application = get_asgi_application()

from channels.routing import ProtocolTypeRouter  # noqa: E402  # needs the apps to be loaded
from django.conf import settings  # noqa: E402

from rooms.actions import grant_fresh_leases  # noqa: E402
from watchium import server_clock  # noqa: E402
from watchium.middleware.body_limit import limit_body  # noqa: E402
from watchium.middleware.connection_limit import ConnectionLimit  # noqa: E402
from watchium.middleware.static_files import serve_static_files  # noqa: E402
from watchium.routing import websocket  # noqa: E402


def _wake() -> None:
    server_clock.start(wall=settings.WATCHIUM_CLOCK == "wall")
    grant_fresh_leases()


# On a thread of its own: some servers load this module inside their loop, where Django refuses to query.
_waking = threading.Thread(target=_wake)
_waking.start()
_waking.join()

application = ProtocolTypeRouter(
    {"http": limit_body(serve_static_files(django_application)), "websocket": ConnectionLimit(websocket)}
)
