"""Why an upload is refused, with the codes of the protocol and the statuses of tus."""

from __future__ import annotations

from watchium.protocol.errors import BadMessage, NotAllowed, Stale, TooLong, Unavailable, gettext_noop


class TooLarge(TooLong):
    status = 413
    message = gettext_noop("This file is too large.")


class UploadsOff(NotAllowed):
    message = gettext_noop("Uploads to rooms are switched off on this server.")


class UploadBusy(Unavailable):
    status = 423
    message = gettext_noop("Another tab is sending this file.")


class DiskIsFull(Unavailable):
    status = 507
    message = gettext_noop("The server's disk is full.")


class OffsetConflict(Stale):
    """The piece does not continue where the file on the server ends."""

    message = gettext_noop("The upload continues at another position.")


class OtherVersion(BadMessage):
    status = 412
    message = gettext_noop("This server speaks tus 1.0.0.")


class NotAPiece(BadMessage):
    status = 415
    message = gettext_noop("A piece has the type application/offset+octet-stream.")
