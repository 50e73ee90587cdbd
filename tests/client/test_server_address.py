import pytest

from client.errors import AddressError
from client.server_address import addresses, checked_address, whole_address


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("192.168.1.20:8765", "http://192.168.1.20:8765"),
        (" 192.168.1.20 ", "http://192.168.1.20"),
        ("localhost", "http://localhost"),
        ("anas-laptop:8765", "http://anas-laptop:8765"),
        ("[fe80::1]:8765", "http://[fe80::1]:8765"),
        ("api.lockstep.at", "https://api.lockstep.at"),
        ("api.lockstep.at:8443", "https://api.lockstep.at:8443"),
        ("8.8.8.8:8765", "https://8.8.8.8:8765"),
        ("Ana.local:8765", "http://Ana.local:8765"),
        ("[fe80::1", "https://[fe80::1"),
        ("music.example.org/lockstep", "https://music.example.org/lockstep"),
        ("https://api.lockstep.at", "https://api.lockstep.at"),
        ("ftp://api.lockstep.at", "ftp://api.lockstep.at"),
        ("", ""),
    ],
)
def test_an_address_may_be_typed_as_the_other_laptop_shows_it(typed, address):
    assert whole_address(typed) == address


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("192.168.1.20", ("http://192.168.1.20:8765", "http://192.168.1.20")),
        ("anas-laptop", ("http://anas-laptop:8765", "http://anas-laptop")),
        ("192.168.1.20:80", ("http://192.168.1.20:80",)),
        ("http://192.168.1.20", ("http://192.168.1.20",)),
        ("api.lockstep.at", ("https://api.lockstep.at",)),
        ("localhost/lockstep", ("http://localhost/lockstep",)),
        ("  ", ()),
    ],
)
def test_a_machine_in_the_room_is_asked_at_the_usual_port_first(typed, wanted):
    assert addresses(typed) == wanted


def test_what_is_no_address_is_refused():
    assert checked_address("192.168.1.20:8765") == "http://192.168.1.20:8765"
    for typed in ("", "foo bar", "ftp://api.lockstep.at", "http://", "http://host:99999", "[fe80::1", "http://ho\nst"):
        with pytest.raises(AddressError):
            checked_address(typed)
