"""Whether an address is a session server, and whose accounts it takes."""

from dataclasses import dataclass
from typing import Final

from protocol.rest import AccountsMode
from ui.desktop.accounts import Accounts
from ui.desktop.services import nobody_is_signed_in
from ui.viewmodel.context import Context
from ui.viewmodel.troubles import trouble_of

_NOTES: Final = {
    AccountsMode.SPOTIFY: "Takes Spotify accounts",
    AccountsMode.LOCAL: "Has accounts of its own: a name is all it asks for",
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


async def asked(context: Context, address: str) -> ServerView:
    """Return what is behind an address; what is wrong is in the answer."""
    accounts = Accounts(context.services.data_dir, address, "", nobody_is_signed_in)
    try:
        mode = await accounts.mode()
    except Exception as error:  # noqa: BLE001 - whatever it is, the form says it
        context.log_unexpected(error)
        trouble = trouble_of(error)
        return ServerView(address, trouble=f"{trouble.text} {trouble.what_to_do}".strip())
    return ServerView(address, note=_NOTES[mode], asks_name=mode is AccountsMode.LOCAL)
