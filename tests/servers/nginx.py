"""nginx with the sample configuration in front of a Watchium server."""

from __future__ import annotations

import http.client
import re
import shutil
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.binaries import Missing
from tests.servers.certificates import make_certificate, trusting
from tests.servers.child_process import folder_for, free_port
from tests.servers.databases import Service
from tests.servers.watchium import ROOT, Server, watchium_server

SAMPLE = ROOT / "deploy" / "proxy" / "nginx.conf"
NGINX_CONF = """
daemon off;
pid {folder}/pid;
error_log {folder}/log;
worker_processes 1;
{user}
events {{ worker_connections 512; }}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {sample}
}}
"""


def nginx_path() -> str:
    found = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if not found or not Path("/etc/nginx/mime.types").exists():
        raise Missing("no nginx here")
    return found


@dataclass
class ProxiedServer:
    server: Server
    plain: int
    tls: int
    trusting: ssl.SSLContext

    def get(self, path: str, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = http.client.HTTPSConnection("localhost", self.tls, timeout=10, context=self.trusting)
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, response.headers, body

    @property
    def url(self) -> str:
        return f"https://localhost:{self.tls}"


def adapt_sample(folder: Path, plain: int, tls: int, upstream: int, library: Path) -> str:
    """The sample with the ports, names and files of this test; nothing else is changed."""
    text = SAMPLE.read_text()
    text = re.sub(r"^\s*listen \[::\].*$", "", text, flags=re.MULTILINE)
    for sample, here in (
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ", f"listen 127.0.0.1:{tls} "),
        ("https://watch.example.org$request_uri", f"https://localhost:{tls}$request_uri"),
        ("server_name watch.example.org", "server_name localhost"),
        ("127.0.0.1:8000", f"127.0.0.1:{upstream}"),
        ("/etc/letsencrypt/live/watch.example.org", str(folder)),
        ("/var/lib/watchium/library", str(library)),
    ):
        assert sample in text, f"{sample} is not in {SAMPLE.name} any more"
        text = text.replace(sample, here)
    return text


def is_listening(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == 301
    except OSError:
        return False
    finally:
        connection.close()


@contextmanager
def proxied_server(*, demo: bool = False) -> Iterator[ProxiedServer]:
    """A server behind nginx with TLS, at https://localhost. Raises Missing without nginx or openssl."""
    program = nginx_path()
    plain, tls = free_port(), free_port()
    env = {"WATCHIUM_URL": f"https://localhost:{tls}", "WATCHIUM_ACCEL": "/protected-media/"}
    with folder_for("nginx") as folder, watchium_server(env, demo=demo) as server:
        make_certificate(folder)
        user = "user root;" if folder.owner() == "root" else ""
        sample = adapt_sample(folder, plain, tls, server.port, server.data_dir / "library")
        (folder / "nginx.conf").write_text(NGINX_CONF.format(folder=folder, user=user, sample=sample))
        command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf")]
        nginx = Service("nginx", f"https://localhost:{tls}", command, folder, lambda: is_listening(plain))
        try:
            nginx.start()
            yield ProxiedServer(server, plain, tls, trusting(folder))
        finally:
            nginx.end()
