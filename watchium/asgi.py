"""The ASGI application: routes HTTP to Django and WebSockets to the consumers."""

from __future__ import annotations

import os
import threading

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "watchium.settings")
django_application = get_asgi_application()

from channels.routing import ProtocolTypeRouter  # noqa: E402  # needs loaded apps
from django.conf import settings  # noqa: E402

from rooms.actions import grant_fresh_leases  # noqa: E402
from watchium import server_clock  # noqa: E402
from watchium.middleware.arriving_media import hold_until_arrived  # noqa: E402
from watchium.middleware.body_limit import limit_body  # noqa: E402
from watchium.middleware.connection_limit import ConnectionLimit  # noqa: E402
from watchium.middleware.static_files import serve_static_files  # noqa: E402
from watchium.routing import websocket  # noqa: E402


def _prepare() -> None:
    server_clock.start(wall=settings.WATCHIUM_CLOCK == "wall")
    grant_fresh_leases()


# On its own thread: some servers load this module inside their event loop, where Django refuses queries.
_preparing = threading.Thread(target=_prepare)
_preparing.start()
_preparing.join()

application = ProtocolTypeRouter(
    {
        "http": limit_body(serve_static_files(hold_until_arrived(django_application))),
        "websocket": ConnectionLimit(websocket),
    }
)
