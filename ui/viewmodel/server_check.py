"""Whether an address is a session server, and whose accounts it takes."""

from dataclasses import dataclass
from typing import Final

from protocol.rest import AccountsMode
from ui.desktop.accounts import Accounts
from ui.desktop.services import nobody_is_signed_in
from ui.viewmodel.context import Context
from ui.viewmodel.troubles import in_one_line, trouble_of

#: Where `lockstep serve` listens.
DEFAULT_PORT: Final = 8765
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

    A machine in the room is one that is named by its IP address, with a port, or by a name without a dot.
    """
    address = typed.strip()
    if not address or "://" in address:
        return address
    host = address.partition("/")[0]
    name, _, port = host.rpartition(":")
    near = bool(name and port.isdigit()) or "." not in host or host.replace(".", "").isdigit()
    return f"{'http' if near else 'https'}://{address}"


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


async def asked(context: Context, address: str) -> ServerView:
    """Return what is behind an address; what is wrong is in the answer."""
    accounts = Accounts(context.services.data_dir, address, "", nobody_is_signed_in)
    try:
        mode = await accounts.mode()
    except Exception as error:  # noqa: BLE001 - whatever it is, the form says it
        context.log_unexpected(error)
        return ServerView(address, trouble=in_one_line(trouble_of(error)))
    return ServerView(address, note=_NOTES[mode], asks_name=mode is AccountsMode.LOCAL)
