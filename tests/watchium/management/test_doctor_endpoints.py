"""What doctor says of a proxy with the mistakes that people make."""

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
    """Passes connections on; each request's Host becomes `host`, or stays where that is None."""

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
def behind() -> Iterator[tuple[Server, int]]:
    """A server, and the port at which people are told that it is."""
    port = free_port()
    with watchium_server({"WATCHIUM_URL": f"http://localhost:{port}"}) as server:
        yield server, port


@pytest.mark.once
async def test_a_proxy_that_passes_host_on_is_well(behind: tuple[Server, int]):
    server, port = behind
    async with proxy(port, server.port, None):
        code, lines = await asyncio.to_thread(doctor, server)
    assert code == 0, lines
    for about in ("page", "static file", "API", "form", "socket"):
        assert lines[about].startswith("ok "), lines


@pytest.mark.once
async def test_a_proxy_that_passes_its_own_name_is_named_with_both_and_the_remedy(behind: tuple[Server, int]):
    server, port = behind
    async with proxy(port, server.port, b"upstream.internal:8134"):
        code, lines = await asyncio.to_thread(doctor, server)
    assert code == 1
    assert lines["server"].endswith("is ready")
    assert "under the name upstream.internal, and WATCHIUM_URL says http://localhost:" in lines["page"]
    assert "proxy_set_header Host $host" in lines["page"]
    assert server.log().count("'upstream.internal'") == 1


@pytest.mark.once
async def test_a_server_that_was_started_with_another_address_is_named(behind: tuple[Server, int]):
    server, _ = behind
    code, lines = await asyncio.to_thread(doctor, server, WATCHIUM_URL=f"http://127.0.0.1:{server.port}")
    assert code == 1
    assert "started with another WATCHIUM_URL" in lines["page"]
    # The right name by another port, which nginx's $host leaves out.
    async with proxy(other := free_port(), server.port, b"localhost"):
        code, lines = await asyncio.to_thread(doctor, server, WATCHIUM_URL=f"http://localhost:{other}")
    assert code == 1
    assert "another scheme, host or port" in lines["form"]
    assert lines["socket"].startswith("fail ")
