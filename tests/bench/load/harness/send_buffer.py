"""Bytes in the kernel's send buffer of one connection, from sock_diag(7).

/proc/net/tcp lists all connections instead: reading it blocks for about four milliseconds even when there are few, and
delays of the load generator would be measured as the server's.
"""

from __future__ import annotations

import socket
import struct

SOCK_DIAG, SOCK_DIAG_BY_FAMILY, REQUEST, ERROR = 4, 20, 1, 2
HERE = socket.inet_aton("127.0.0.1") + bytes(12)
ANY_STATE, ANY_COOKIE = 0xFFFFFFFF, 2**64 - 1
ESTABLISHED = 1
HEADER = struct.Struct("=IHHII")  # struct nlmsghdr
ENDS = struct.Struct(">HH")
ANSWER = struct.Struct("=BB2x48xIII")  # struct inet_diag_msg as far as idiag_wqueue


def unsent(near_port: int, far_port: int) -> int | None:
    """Return the bytes, or None if this side of the connection over 127.0.0.1 is no longer established."""
    ends = ENDS.pack(near_port, far_port) + HERE + HERE + struct.pack("=IQ", 0, ANY_COOKIE)
    asked = struct.pack("=BBBBI", socket.AF_INET, socket.IPPROTO_TCP, 0, 0, ANY_STATE) + ends
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, SOCK_DIAG) as link:
        link.send(HEADER.pack(HEADER.size + len(asked), SOCK_DIAG_BY_FAMILY, REQUEST, 0, 0) + asked)
        answer = link.recv(4096)
    if HEADER.unpack_from(answer)[1] == ERROR:
        return None
    _, state, _, _, queued = ANSWER.unpack_from(answer, HEADER.size)
    return int(queued) if state == ESTABLISHED else None
