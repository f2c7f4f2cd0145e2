"""Health check of the container: exit with 0 if the server answers under its public host name."""

import http.client
import os
import sys
from urllib.parse import urlsplit

name = urlsplit(os.environ.get("WATCHIUM_URL", "")).hostname or "127.0.0.1"
connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=2)
try:
    connection.request("GET", "/healthz/live", headers={"Host": name})
    response = connection.getresponse()
except OSError as error:
    sys.exit(f"no answer: {error}")
sys.exit(0 if response.status == 200 else f"status {response.status}")
