"""How doctor reports the mistakes that operators make in a proxy configuration."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing

import pytest

from tests.servers import Server, free_port, watchium_server
from tests.watchium.management.test_doctor import doctor

HOST = re.compile(rb"(?i)\r\nhost: [^\r]*")


@asynccontextmanager
async def proxy(port: int, upstream: int, host: bytes | None) -> AsyncIterator[None]:
    """Forward connections to `upstream`; replace the Host header of each request by `host` unless that is None."""

    async def serve(near_reader: asyncio.StreamReader, near_writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", upstream)
        await asyncio.gather(
            _pump(near_reader, far_writer, host), _pump(far_reader, near_writer, None), return_exceptions=True
        )

    async with await asyncio.start_server(serve, "127.0.0.1", port):
        yield


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, host: bytes | None) -> None:
    with closing(sink):
        while data := await source.read(65536):
            sink.write(data if host is None else HOST.sub(b"\r\nHost: " + host, data, count=1))


@pytest.fixture(scope="module")
def server_and_proxy_port() -> Iterator[tuple[Server, int]]:
    """A server, and the port of the proxy that its WATCHIUM_URL names."""
    port = free_port()
    with watchium_server({"WATCHIUM_URL": f"http://localhost:{port}"}) as server:
        yield server, port


@pytest.mark.once
async def test_a_proxy_that_forwards_the_host_header_passes(server_and_proxy_port: tuple[Server, int]):
    server, port = server_and_proxy_port
    async with proxy(port, server.port, None):
        code, lines = await asyncio.to_thread(doctor, server)
    assert code == 0, lines
    for name in ("page", "static file", "API", "form", "socket"):
        assert lines[name].startswith("ok "), lines


@pytest.mark.once
async def test_a_proxy_that_sends_its_own_host_name_is_reported_with_both_names_and_the_fix(
    server_and_proxy_port: tuple[Server, int],
):
    server, port = server_and_proxy_port
    async with proxy(port, server.port, b"upstream.internal:8134"):
        code, lines = await asyncio.to_thread(doctor, server)
    assert code == 1
    assert lines["server"].endswith("is ready")
    assert "with the host name upstream.internal, but WATCHIUM_URL is http://localhost:" in lines["page"]
    assert "proxy_set_header Host $host" in lines["page"]
    assert server.log().count("'upstream.internal'") == 1


@pytest.mark.once
async def test_a_server_started_with_another_address_is_reported(server_and_proxy_port: tuple[Server, int]):
    server, _ = server_and_proxy_port
    code, lines = await asyncio.to_thread(doctor, server, WATCHIUM_URL=f"http://127.0.0.1:{server.port}")
    assert code == 1
    assert "started with another WATCHIUM_URL" in lines["page"]
    # The right host name with another port: nginx's $host has no port.
    async with proxy(other := free_port(), server.port, b"localhost"):
        code, lines = await asyncio.to_thread(doctor, server, WATCHIUM_URL=f"http://localhost:{other}")
    assert code == 1
    assert "another scheme, host or port" in lines["form"]
    assert lines["socket"].startswith("fail ")
