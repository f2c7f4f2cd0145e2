"""Exit status 0 when Watchium answers on this machine, by the one name it has: a container's health check."""

import http.client
import os
import sys
from urllib.parse import urlsplit

name = urlsplit(os.environ.get("WATCHIUM_URL", "")).hostname or "127.0.0.1"
connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=2)
try:
    connection.request("GET", "/healthz/live", headers={"Host": name})
    answer = connection.getresponse()
except OSError as error:
    sys.exit(f"no answer: {error}")
sys.exit(0 if answer.status == 200 else f"answered {answer.status}")
