"""One instance per data directory: a second start raises the first one's window, and ends."""

import hashlib
import json
import logging
import os
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from ui.desktop.errors import AlreadyRunningError

_log = logging.getLogger(__name__)

_LOCK_FILE: Final = "app.lock"
#: A Wayland compositor lets a window come to the front only with the token that the starter was given.
_ACTIVATION_TOKEN: Final = "XDG_ACTIVATION_TOKEN"  # noqa: S105 - the name of an environment variable
_ANSWER: Final = b"raised\n"
_PATIENCE_MS: Final = 3000
_MAX_REQUEST_BYTES: Final = 4096


class SingleInstance(QObject):
    """Hold a data directory for this process, and hear of later starts.

    `another_started` says that somebody started the app again: bring the window to the front.
    """

    another_started = Signal()

    def __init__(self, data_dir: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._data_dir = data_dir
        self._lock = FileLock(data_dir / _LOCK_FILE, blocking=False)
        self._server: QLocalServer | None = None

    def claim(self) -> bool:
        """Take the data directory; False when another instance had it, which has shown its window now.

        Errors: AlreadyRunningError when that one does not answer; OSError when the folder can't be written.
        """
        self._data_dir.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire()
        except Timeout:
            self._raise_the_other()
            return False
        name = _socket_name(self._data_dir)
        # Whoever has the lock is the only one alive: what is left of a socket belongs to a process that died.
        QLocalServer.removeServer(name)
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.newConnection.connect(self._on_connection)
        if not server.listen(name):
            # A later start can't raise this window, and says so; that is no reason not to run.
            _log.warning("Later starts can't be heard: %s", server.errorString())
        self._server = server
        return True

    def release(self) -> None:
        """Let the data directory go."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._lock.release()

    def _raise_the_other(self) -> None:
        socket = QLocalSocket()
        socket.connectToServer(_socket_name(self._data_dir))
        request = json.dumps({"activationToken": os.environ.get(_ACTIVATION_TOKEN, "")})
        if socket.waitForConnected(_PATIENCE_MS):
            socket.write(request.encode() + b"\n")
            socket.waitForBytesWritten(_PATIENCE_MS)
            if socket.waitForReadyRead(_PATIENCE_MS) and bytes(socket.readAll().data()).startswith(_ANSWER):
                socket.disconnectFromServer()
                return
        raise AlreadyRunningError(
            f"Lockstep is running already with the data directory {self._data_dir}, and does not answer; "
            "end that one, or start this one with another --data-dir"
        )

    def _on_connection(self) -> None:
        assert self._server is not None
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            socket.readyRead.connect(lambda socket=socket: self._on_request(socket))
            if socket.bytesAvailable():
                self._on_request(socket)

    def _on_request(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > _MAX_REQUEST_BYTES:
                socket.abort()
            return
        try:
            token = json.loads(bytes(socket.readLine(_MAX_REQUEST_BYTES).data()))["activationToken"]
        except (ValueError, KeyError, TypeError, RecursionError):
            socket.abort()
            return
        if isinstance(token, str) and token.isascii() and token.isprintable() and token:
            os.environ[_ACTIVATION_TOKEN] = token
        socket.write(_ANSWER)
        socket.flush()
        self.another_started.emit()


def _socket_name(data_dir: Path) -> str:
    """Return one name a data directory: a path of a socket may have 107 characters only."""
    place = os.path.normcase(data_dir.resolve())
    return f"lockstep-{hashlib.sha256(place.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"
