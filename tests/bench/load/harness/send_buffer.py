"""What the kernel still keeps to be sent on a connection, asked of one connection alone.

/proc/net/tcp says it too, but of all connections there are: reading it holds up whoever reads for some four
milliseconds, even when there are few, and the load's own delays would be taken for the server's.
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
    """Bytes; None where the near side of this connection over 127.0.0.1 is no longer established."""
    ends = ENDS.pack(near_port, far_port) + HERE + HERE + struct.pack("=IQ", 0, ANY_COOKIE)
    asked = struct.pack("=BBBBI", socket.AF_INET, socket.IPPROTO_TCP, 0, 0, ANY_STATE) + ends
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, SOCK_DIAG) as link:
        link.send(HEADER.pack(HEADER.size + len(asked), SOCK_DIAG_BY_FAMILY, REQUEST, 0, 0) + asked)
        answer = link.recv(4096)
    if HEADER.unpack_from(answer)[1] == ERROR:
        return None
    _, state, _, _, queued = ANSWER.unpack_from(answer, HEADER.size)
    return int(queued) if state == ESTABLISHED else None
