"""Whether an address is a session server, and whose accounts it takes."""

from dataclasses import dataclass
from typing import Final

from protocol.rest import AccountsMode
from ui.desktop.accounts import Accounts
from ui.desktop.services import nobody_is_signed_in
from ui.viewmodel.context import Context
from ui.viewmodel.troubles import in_one_line, trouble_of

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


async def asked(context: Context, address: str) -> ServerView:
    """Return what is behind an address; what is wrong is in the answer."""
    accounts = Accounts(context.services.data_dir, address, "", nobody_is_signed_in)
    try:
        mode = await accounts.mode()
    except Exception as error:  # noqa: BLE001 - whatever it is, the form says it
        context.log_unexpected(error)
        return ServerView(address, trouble=in_one_line(trouble_of(error)))
    return ServerView(address, note=_NOTES[mode], asks_name=mode is AccountsMode.LOCAL)
