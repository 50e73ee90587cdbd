"""Where a server on this machine can be reached from: what people type on the other laptop."""

import contextlib
import ipaddress
import socket

#: Of a range for documentation (RFC 5737): nothing is sent there, the system only says by which way it would go.
_ELSEWHERE = ("192.0.2.1", 9)


def how_to_reach(host: str, port: int) -> str:
    """Return a sentence on who reaches a server that listens there, and how; "" where its own address says it."""
    if not _is_every_network(host):
        return "" if not _is_this_machine(host) else "Only this computer reaches it; --host 0.0.0.0 lets others in."
    found = sorted(address for address in _addresses() if not _is_this_machine(address))
    if not found:
        return "This computer is in no network just now: nobody else reaches it."
    return f"Others reach it at {' or '.join(f'http://{address}:{port}' for address in found)}"


def _addresses() -> set[str]:
    """Return this machine's IPv4 addresses, as far as the system tells them."""
    found = set()
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(_ELSEWHERE)
        found.add(str(probe.getsockname()[0]))
    with contextlib.suppress(OSError):
        found |= {str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    return found


def _is_every_network(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_unspecified
    return False


def _is_this_machine(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"
