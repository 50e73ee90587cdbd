"""Whether an address is a session server, and whose accounts it takes."""

import contextlib
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from protocol.rest import AccountsMode
from ui.desktop.accounts import Accounts
from ui.desktop.services import nobody_is_signed_in
from ui.viewmodel.context import Context
from ui.viewmodel.troubles import in_one_line, trouble_of

#: Where `lockstep serve` listens.
DEFAULT_PORT: Final = 8765
#: Multicast DNS (RFC 6762), home networks (RFC 8375), and what routers use.
_NAMES_OF_THE_ROOM: Final = (".local", ".home.arpa", ".internal", ".lan")
_NOTES: Final = {
    AccountsMode.SPOTIFY: "Takes Spotify accounts",
    AccountsMode.LOCAL: "No sign-in: a name is enough",
}


@dataclass(frozen=True, slots=True)
class ServerView:
    """What is known of the server in use, or of one that was typed and can't be used."""

    address: str
    checking: bool = False
    note: str = ""
    trouble: str = ""
    asks_name: bool = False


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


async def asked(context: Context, address: str) -> ServerView:
    """Return what is behind an address; what is wrong is in the answer."""
    accounts = Accounts(context.services.data_dir, address, "", nobody_is_signed_in)
    try:
        mode = await accounts.mode()
    except Exception as error:  # noqa: BLE001 - whatever it is, the form says it
        context.log_unexpected(error)
        return ServerView(address, trouble=in_one_line(trouble_of(error)))
    return ServerView(address, note=_NOTES[mode], asks_name=mode is AccountsMode.LOCAL)
