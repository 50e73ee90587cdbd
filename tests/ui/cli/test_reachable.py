import pytest

from ui.cli import reachable


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.1.2.3"])
def test_a_server_of_this_computer_alone_says_how_to_let_others_in(host):
    assert reachable.how_to_reach(host, 8765) == "Only this computer reaches it; --host 0.0.0.0 lets others in."


def test_a_server_for_every_network_says_what_others_type(monkeypatch):
    monkeypatch.setattr(reachable, "_addresses", lambda: {"192.168.1.20", "10.0.0.5", "127.0.1.1"})
    for host in ("0.0.0.0", "::"):
        assert reachable.how_to_reach(host, 8765) == (
            "Others reach it at http://10.0.0.5:8765 or http://192.168.1.20:8765"
        )


def test_without_a_network_it_says_so(monkeypatch):
    monkeypatch.setattr(reachable, "_addresses", lambda: {"127.0.1.1"})
    assert "no network" in reachable.how_to_reach("0.0.0.0", 8765)


def test_an_address_of_its_own_says_all():
    assert reachable.how_to_reach("192.168.1.20", 8765) == ""


def test_the_addresses_of_this_machine_are_addresses():
    assert all(len(address.split(".")) == 4 for address in reachable._addresses())
