"""A session server's address as people type it (pure)."""

import contextlib
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from client.errors import AddressError

#: Where `lockstep serve` listens.
DEFAULT_PORT: Final = 8765
#: Multicast DNS (RFC 6762), home networks (RFC 8375), and what routers use.
_NAMES_OF_THE_ROOM: Final = (".local", ".home.arpa", ".internal", ".lan")


def whole_address(typed: str) -> str:
    """Return an address with its scheme, which people leave out: http in the room, https elsewhere (pure).

    A machine in the room is one that is named by an IP address of a private network, or by a name that only such a
    network knows. Elsewhere a Spotify token would travel in clear by http.
    """
    address = typed.strip()
    if not address or "://" in address:
        return address
    return f"{'http' if _is_near(address) else 'https'}://{address}"


def addresses(typed: str) -> tuple[str, ...]:
    """Return where to look for a server, in order: a machine in the room is asked at the usual port first (pure)."""
    address = whole_address(typed)
    scheme, _, rest = address.partition("://")
    if not address:
        return ()
    has_port = rest.rpartition(":")[2].isdigit()
    usual = f"{scheme}://{rest}:{DEFAULT_PORT}"
    return (
        (usual, address) if "://" not in typed and scheme == "http" and not has_port and "/" not in rest else (address,)
    )


def _is_near(address: str) -> bool:
    try:
        host = urlsplit(f"//{address}").hostname or ""
    except ValueError:
        # No address at all, which is said when it is asked.
        return False
    with contextlib.suppress(ValueError):
        return ip_address(host).is_private
    return "." not in host or host.endswith(_NAMES_OF_THE_ROOM)


def checked_address(typed: str) -> str:
    """Return the whole address. Errors: AddressError when it is none."""
    address = whole_address(typed)
    try:
        parts = urlsplit(address)
        is_one = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_one = False
    if not is_one or not address.isprintable() or " " in address:
        raise AddressError("the server's address must look like http://HOST:PORT or https://HOST")
    return address
