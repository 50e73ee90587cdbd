"""ServerChoice: which session server is used, and what is known of it."""

from PySide6.QtCore import QObject, Signal

from client.server_address import addresses
from ui.desktop.settings import DEFAULT_SERVER
from ui.viewmodel.context import Context
from ui.viewmodel.server_check import ServerView, asked

_TASK = "server"


class ServerChoice(QObject):
    """`changed` whenever `view` is another one."""

    changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.view = ServerView(context.settings.server)

    def set(self, typed: str) -> None:
        """Use the server at this address, if there is one."""
        self._context.tasks.cancel(_TASK)
        self._context.tasks.start(self._set(addresses(typed) or (DEFAULT_SERVER,)), _TASK)

    async def look(self) -> None:
        """Ask the server in use, unless it has answered, or another one is just being asked."""
        address = self._context.settings.server
        if self.view.address == address and (self.view.note or self.view.trouble):
            return
        found = await asked(self._context, address)
        if address == self._context.settings.server and not self._context.tasks.running(_TASK):
            self._show(found)

    async def _set(self, wanted: tuple[str, ...]) -> None:
        self._show(ServerView(wanted[-1], checking=True))
        found = ServerView(wanted[-1])
        try:
            for address in wanted:
                found = await asked(self._context, address)
                if not found.trouble:
                    await self._context.change(server=address)
                    break
        finally:
            self._show(found)

    def _show(self, view: ServerView) -> None:
        self.view = view
        self.changed.emit()
