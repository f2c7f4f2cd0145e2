"""Marks of ready members, and when a ready check starts playback. Pure: time is an argument, in server ms.

Marks are of persons, not of tabs: a person is present while one of their tabs is, and the mark of a member who left
is taken away, so that absent members do not hold up the others.
"""

from __future__ import annotations

from collections.abc import Collection

from msgspec.structs import replace

from watchium.protocol.types import ReadyCheck


def opened(
    by: tuple[str, str],
    now_ms: float,
    *,
    starts: bool = True,
    deadline_s: int | None = None,
    former: ReadyCheck | None = None,
) -> ReadyCheck:
    """Return a check by a member (user_id, username), who counts as ready, with the marks of the `former` one."""
    user_id, username = by
    ready = list(dict.fromkeys([*(former.ready if former else []), user_id]))
    deadline = None if deadline_s is None else now_ms + deadline_s * 1000
    return ReadyCheck(
        user_id=user_id, username=username, since=now_ms, ready=ready, starts=starts, deadline=deadline
    )


def marked(check: ReadyCheck, user_id: str, *, on: bool) -> ReadyCheck:
    others = [each for each in check.ready if each != user_id]
    if on:
        return check if user_id in check.ready else replace(check, ready=[*others, user_id])
    return replace(check, ready=others)


def among(check: ReadyCheck, present: Collection[str]) -> ReadyCheck:
    """Return the check without the marks of members who are not present."""
    return replace(check, ready=[each for each in check.ready if each in present])


def is_complete(check: ReadyCheck, present: Collection[str]) -> bool:
    """Whether members are present, and all of them are ready."""
    return bool(present) and set(present) <= set(check.ready)


def reassigned(check: ReadyCheck, before: str, after: str) -> ReadyCheck:
    """Return the check after a guest signed in: their marks are of the account."""
    ready = dict.fromkeys(after if each == before else each for each in check.ready)
    return replace(check, user_id=after if check.user_id == before else check.user_id, ready=list(ready))
