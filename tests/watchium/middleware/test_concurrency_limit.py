from __future__ import annotations

from contextlib import ExitStack

import pytest

from playback.uploads.errors import UploadBusy
from watchium.middleware.concurrency_limit import MOST, MOST_OF_ADDRESS, MOST_OF_PERSON, counted


def take(stack: ExitStack, person: str, address: str = "127.0.0.1") -> None:
    stack.enter_context(counted(person, address))


def refused(person: str, address: str = "127.0.0.1") -> str:
    with pytest.raises(UploadBusy) as busy, counted(person, address):
        pass
    assert (busy.value.status, busy.value.code) == (423, "unavailable")
    assert busy.value.retry_after_ms
    return str(busy.value)


def test_a_person_has_two_at_a_time():
    with ExitStack() as stack:
        for _ in range(MOST_OF_PERSON):
            take(stack, "alice")
        assert "your files" in refused("alice")
        take(stack, "bob")
    with counted("alice", "127.0.0.1"):
        pass


def test_guests_of_one_address_have_a_quarter():
    with ExitStack() as stack:
        for number in range(MOST_OF_ADDRESS):
            take(stack, f"guest {number}", "203.0.113.9")
        assert "network" in refused("one more", "203.0.113.9")
        take(stack, "elsewhere", "198.51.100.7")
        for number in range(MOST_OF_ADDRESS + 1):
            take(stack, f"local {number}")


def test_a_process_takes_no_more_than_it_can_store():
    with ExitStack() as stack:
        for number in range(MOST):
            take(stack, f"guest {number}")
        assert "server" in refused("one more")
    with ExitStack() as stack:
        for number in range(MOST):
            take(stack, f"guest {number}")


def test_an_error_of_the_request_frees_its_place():
    for _ in range(MOST_OF_PERSON + 1):
        with pytest.raises(ZeroDivisionError), counted("alice", "203.0.113.9"):
            raise ZeroDivisionError
