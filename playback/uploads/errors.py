"""Why an upload is refused, with the codes of the protocol and the statuses of tus."""

from __future__ import annotations

from watchium.protocol.errors import BadMessage, NotAllowed, Stale, TooLong, Unavailable


class TooLarge(TooLong):
    status = 413
    message = "This file is too large."


class UploadsOff(NotAllowed):
    message = "Uploads to rooms are switched off on this server."


class UploadBusy(Unavailable):
    status = 423
    message = "Another tab is sending this file."


class DiskIsFull(Unavailable):
    status = 507
    message = "The server's disk is full."


class OffsetConflict(Stale):
    """The piece does not continue where the file on the server ends."""

    message = "The upload continues at another position."


class OtherVersion(BadMessage):
    status = 412
    message = "This server speaks tus 1.0.0."


class NotAPiece(BadMessage):
    status = 415
    message = "A piece has the type application/offset+octet-stream."
