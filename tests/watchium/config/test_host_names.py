from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchium.config import host_names
from watchium.config.host_names import (
    bind_host,
    canonical,
    canonical_url,
    check_host,
    in_url,
    is_accepted,
    machine_names,
)

ADDRESSES = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)).map(str)
MACHINE = machine_names("vm.example.net")


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_names, "machine_names", lambda: MACHINE)


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("https://watch.example.org", "https://watch.example.org"),
        ("HTTPS://Watch.Example.ORG", "https://watch.example.org"),
        ("https://watch.example.org/", "https://watch.example.org"),
        ("https://watch.example.org:443", "https://watch.example.org"),
        ("http://Watch.Example.org:80/", "http://watch.example.org"),
        ("https://watch.example.org:8443/", "https://watch.example.org:8443"),
        ("https://watch.example.org.", "https://watch.example.org"),
        ("http://[2001:DB8:0::1]:8000", "http://[2001:db8::1]:8000"),
        (" http://192.168.1.5:8000 ", "http://192.168.1.5:8000"),
    ],
)
def test_a_url_is_normalised_as_browsers_write_an_origin(value: str, url: str):
    assert canonical_url(value) == url
    assert canonical_url(url) == url


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("watch.example.org", "look like"),
        ("ftp://watch.example.org", "look like"),
        ("https://", "look like"),
        ("https://watch.example.org/films", "host name of its own"),
        ("https://watch.example.org/?a=b", "host name of its own"),
        ("https://me:secret@watch.example.org", "host name of its own"),
        ("https://watch.example.org:port", "not a valid address"),
        ("https://watch.example.org:99999", "not a valid address"),
        ("https://[::1", "not a valid address"),
        ("https://my_host.example.org", "letters, digits"),
        ("https://münchen.example", "xn--mnchen-3ya.example"),
        ("https://*.example.org", "letters, digits"),
    ],
)
def test_an_invalid_url_is_rejected_with_the_reason(value: str, reason: str):
    with pytest.raises(ValueError, match=reason):
        canonical_url(value)


@given(ADDRESSES)
def test_any_ip_address_is_accepted_unless_the_server_listens_on_loopback(address: str):
    for bound_to in ("0.0.0.0", "::", "192.168.1.5", "vm"):
        assert is_accepted(in_url(address), url="", bound_to=bound_to)
    assert is_accepted(address, url="", bound_to="127.0.0.1") is host_names.is_loopback(address)
    assert not is_accepted(address, url="https://watch.example.org", bound_to="0.0.0.0")


@pytest.mark.parametrize("bound_to", ["127.0.0.1", "::1", "localhost", "127.0.0.2"])
@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]", "127.0.0.2", "[::ffff:127.0.0.1]"]
)
def test_a_server_on_loopback_accepts_each_loopback_name(bound_to: str, host: str):
    assert is_accepted(host, url="", bound_to=bound_to)


@pytest.mark.parametrize(
    "bound_to", ["0.0.0.0", "::", "192.168.1.5", "2001:db8::5", "vm", "Films.Example.net"]
)
def test_on_the_local_network_only_names_of_this_machine_are_accepted(bound_to: str):
    for host in ("vm", "VM", "vm.local", "vm.lan", "vm.home.arpa", "vm.example.net", "vm.", bound_to):
        assert is_accepted(host, url="", bound_to=bound_to), host
    for host in (
        "evil.example", "vm.evil.example", "evil.vm", "127.0.0.1.nip.io", "localhost.evil.example", "evil.local", "",
        "0x7f000001", "watch.lan",
    ):  # fmt: skip
        assert not is_accepted(host, url="", bound_to=bound_to), host
    assert is_accepted("Watch.lan", url="", bound_to=bound_to, extra=["watch.lan"])


def test_a_server_with_a_url_accepts_no_other_name():
    url = "https://watch.example.org:8443"
    assert is_accepted("Watch.Example.org", url=url, bound_to="0.0.0.0")
    for host in ("localhost", "127.0.0.1", "vm", "192.168.1.5", "watch.lan"):
        assert not is_accepted(host, url=url, bound_to="0.0.0.0", extra=["watch.lan"])


def test_a_machine_without_a_domain_has_its_name_with_the_local_suffixes():
    assert machine_names("box") == {"box", "box.local", "box.lan", "box.home.arpa", "box.internal"}


@pytest.mark.parametrize("host", ["watch.lan", "box", "192.168.1.5", "2001:db8::1", "xn--mnchen-3ya.example"])
def test_host_names_that_browsers_send_are_valid(host: str):
    check_host(host)
    assert canonical(host) == host


@pytest.mark.parametrize("host", ["", "-a", "a b", "http://a", "a:8000", "a/b", "*", ".a", "a..b", "ü"])
def test_an_invalid_host_name_is_rejected(host: str):
    with pytest.raises(ValueError, match=r"host name|a to z"):
        check_host(host)


@pytest.mark.parametrize(
    ("value", "host"),
    [
        ("", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("127.1", "127.0.0.1"),
        ("[::1]", "::1"),
        ("Box.LAN", "box.lan"),
        ("::", "::"),
    ],
)
def test_the_bind_host_has_a_canonical_spelling(value: str, host: str):
    assert bind_host(value) == host


@pytest.mark.parametrize("value", ["http://a", "127.0.0.1:8000", "a b", "fe80::1%eth0", "a\x00", "x" * 70])
def test_an_invalid_bind_host_is_rejected(value: str):
    with pytest.raises(ValueError, match=r"host name|interface"):
        bind_host(value)
