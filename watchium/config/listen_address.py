"""The listening socket, and the address that opens the server in a browser."""

from __future__ import annotations

import socket

from watchium.config.host_names import bind_host, in_url, parsed_ip

# Documentation addresses: nothing is sent, the kernel only returns the source address it would use.
PROBE_ADDRESSES = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))

SYNCPLAY_PORT = 8999  # the one that its clients suggest
OFF = ("", "0", "off", "no", "false")


def syncplay_address(value: str, host: str) -> tuple[str, int] | None:
    """Parse WATCHIUM_SYNCPLAY, a port or `host:port`; None if it is off. Raises ValueError.

    `host`: HOST, where the server listens.
    """
    text = value.strip()
    if text.lower() in OFF:
        return None
    before, _, port = text.rpartition(":")
    if not (port.isascii() and port.isdecimal() and 1 <= int(port) <= 65535):
        raise ValueError(
            f"{value!r} is neither a port from 1 to 65535 nor host:port, such as {SYNCPLAY_PORT}"
        )
    return (bind_host(before) if before else host), int(port)


def address_text(host: str, port: int) -> str:
    return f"{in_url(host)}:{port}"


def listening_socket(host: str, port: int, shared: bool = False) -> socket.socket:
    """Bind a socket to HOST, which may be a name; `::` accepts IPv4 too. Raises OSError if the port is in use."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    # A name with both address families is bound as IPv4, which most devices on a local network can reach.
    family, _, _, _, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    try:
        listener.bind(address)
    except OSError:
        listener.close()
        raise
    listener.set_inheritable(True)
    return listener


def local_url(host: str, port: int) -> str:
    """The address for a browser on this network, without WATCHIUM_URL."""
    return f"http://{in_url(_reachable(host))}:{port}"


def _reachable(host: str) -> str:
    """HOST itself; if it means all addresses of the machine, the one that other devices on its network use."""
    known = parsed_ip(host)
    if known is None or not known.is_unspecified:
        return host
    for family, address in PROBE_ADDRESSES[: 1 if known.version == 4 else 2]:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((address, 9))
            except OSError:
                continue
            return str(probe.getsockname()[0])
    return "127.0.0.1"
