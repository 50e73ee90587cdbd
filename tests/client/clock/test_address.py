import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.clock.address import NtpAddress, parse_address, time_server
from client.errors import AddressError


@pytest.mark.parametrize(
    ("text", "host", "port", "shown"),
    [
        ("pool.ntp.org", "pool.ntp.org", 123, "pool.ntp.org"),
        (" pool.ntp.org ", "pool.ntp.org", 123, "pool.ntp.org"),
        ("192.168.1.4:1123", "192.168.1.4", 1123, "192.168.1.4:1123"),
        ("::1", "::1", 123, "[::1]"),
        ("[::1]", "::1", 123, "[::1]"),
        ("[::1]:1123", "::1", 1123, "[::1]:1123"),
        ("fe80::1%eth0", "fe80::1%eth0", 123, "[fe80::1%eth0]"),
        ("host:65535", "host", 65535, "host:65535"),
    ],
)
def test_addresses_are_read_as_people_type_them(text, host, port, shown):
    address = parse_address(text)
    assert address == NtpAddress(host, port)
    assert str(address) == shown
    assert parse_address(shown) == address


@pytest.mark.parametrize(
    "text",
    ["", " ", ":123", "host:", "host:0", "host:65536", "host:-1", "host:1e3", "host:12 3", "a b", "http://host",
     "host/x", "[::1", "[::1]x", "[::1]:", "[host]", "[]:123", "a:b:c", "host:٣", "a@b", "ho\0st"],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_an_example(text):
    with pytest.raises(AddressError, match=r"write HOST or HOST:PORT, for example pool\.ntp\.org"):
        parse_address(text)


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_refused(text):
    try:
        address = parse_address(text)
    except AddressError:
        return
    assert address.host
    assert 1 <= address.port <= 65535


@pytest.mark.parametrize(
    ("chosen", "url", "port", "asked"),
    [
        ("time.example", "http://10.0.0.5:8765", 11123, "time.example"),
        (None, "http://10.0.0.5:8765", 11123, "10.0.0.5:11123"),
        (None, "https://[fd00::5]/run", 11123, "[fd00::5]:11123"),
        (None, "https://api.lockstep.at", 123, "api.lockstep.at"),
        (None, "https://api.lockstep.at", None, "pool.ntp.org"),
    ],
)
def test_who_tells_the_time(chosen, url, port, asked):
    assert time_server(chosen, url, port) == asked
    assert str(parse_address(asked)) == asked
