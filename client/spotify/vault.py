"""Where the refresh token is kept: the system's keyring or, where there is none, a file for the owner's eyes alone."""

import asyncio
import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol, TypeVar

from client.errors import one_line
from client.spotify.errors import VaultError

SERVICE: Final = "Lockstep Desktop (Spotify)"
FILE_NAME: Final = "spotify-token"
#: A locked keyring asks the person for a password first; one without a desktop never answers.
KEYRING_TIMEOUT_S: Final = 30.0

_OWNER_ONLY: Final = 0o600
_MAX_FILE_BYTES: Final = 16 * 1024

_T = TypeVar("_T")


class Keyring(Protocol):
    """What is used of the package keyring, or of one of its backends."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return the password, None when there is none."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a password."""

    def delete_password(self, service: str, username: str) -> None:
        """Delete a password."""


class _KeepsNothingError(Exception):
    """A backend took a token and doesn't have it."""


class TokenVault:
    """Keep one refresh token in a data directory's name; every call to the keyring is in a thread, and bounded in time.

    `entry` names the keyring's entry, another one for every data directory. `notice` says it when the token had to go
    into the file.
    """

    def __init__(
        self, folder: Path, entry: str, keyring: Keyring | None = None, timeout_s: float = KEYRING_TIMEOUT_S
    ) -> None:
        self.notice: str | None = None
        self._path = folder / FILE_NAME
        self._draft = folder / f"{FILE_NAME}.new"
        self._entry = entry
        self._keyring = keyring
        self._timeout_s = timeout_s

    async def keep(self, token: str) -> None:
        """Keep the token, in place of the former. Errors: VaultError when neither keyring nor file take it."""
        try:
            await self._in_thread(lambda keyring: self._set(keyring, token))
        except VaultError as error:
            self.notice = (
                f"this computer has no keyring that can be used ({error}); Spotify's sign-in is kept in {self._path}, "
                "which only your user may read"
            )
            await asyncio.to_thread(self._write, token)
        else:
            self.notice = None
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)

    async def read(self) -> str | None:
        """Return the token, None when there is none. Errors: VaultError when only the keyring would know."""
        token = await asyncio.to_thread(self._read)
        if token is not None:
            return token
        try:
            return await self._in_thread(lambda keyring: keyring.get_password(SERVICE, self._entry))
        except VaultError as error:
            raise VaultError(
                f"Spotify's sign-in is in this computer's keyring, which can't be used ({error}); unlock it, or sign "
                "in again with “lockstep spotify login”"
            ) from None

    async def delete(self) -> None:
        """Delete the token wherever it is. Errors: VaultError when it may still be there."""
        was_in_file = self._path.exists()
        try:
            for path in (self._path, self._draft):
                path.unlink(missing_ok=True)
        except OSError as error:
            raise VaultError(f"{self._path} can't be deleted ({error.strerror or error}); delete it yourself") from None
        try:
            await self._in_thread(self._delete)
        except VaultError as error:
            # Where the file had to do, the keyring can't be used, and has nothing.
            if not was_in_file:
                raise VaultError(
                    f"Spotify's sign-in may still be in this computer's keyring, which can't be used ({error}); unlock "
                    f"it and sign out again, or delete “{SERVICE}” there yourself"
                ) from None

    def _set(self, keyring: Keyring, token: str) -> None:
        keyring.set_password(SERVICE, self._entry, token)
        # The null backend takes everything and keeps nothing.
        if keyring.get_password(SERVICE, self._entry) != token:
            raise _KeepsNothingError

    def _delete(self, keyring: Keyring) -> None:
        if keyring.get_password(SERVICE, self._entry) is not None:
            keyring.delete_password(SERVICE, self._entry)

    def _write(self, token: str) -> None:
        draft = self._draft
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            draft.unlink(missing_ok=True)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "w") as file:
                file.write(token)
            draft.replace(self._path)
        except OSError as error:
            raise VaultError(
                f"Spotify's sign-in can be kept neither in a keyring nor in {self._path} ({error.strerror or error}); "
                "check the permissions, or choose another --data-dir"
            ) from None

    def _read(self) -> str | None:
        try:
            with self._path.open("rb") as file:
                text = file.read(_MAX_FILE_BYTES).decode("ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None
        return text or None

    async def _in_thread(self, work: Callable[[Keyring], _T]) -> _T:
        """Run in a daemon thread: one that hangs must keep neither this call nor the program's end waiting."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[_T] = loop.create_future()

        def settle(result: _T | None, error: Exception | None) -> None:
            if done.done():
                return
            if error is None:
                done.set_result(result)  # type: ignore[arg-type]
            else:
                done.set_exception(error)

        def run() -> None:
            result, error = None, None
            try:
                result = work(self._keyring or _system_keyring())
            except Exception as raised:  # noqa: BLE001 - backends raise whatever their libraries do
                error = VaultError(_said(raised))
            # The loop may be gone when a keyring answers at last.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(settle, result, error)

        threading.Thread(target=run, name="keyring", daemon=True).start()
        try:
            async with asyncio.timeout(self._timeout_s):
                return await done
        except TimeoutError:
            raise VaultError(f"it did not answer within {self._timeout_s:g} s") from None


def _system_keyring() -> Keyring:
    import keyring  # noqa: PLC0415 - looking for backends takes 50 ms

    return keyring.get_keyring()


def _said(error: Exception) -> str:
    """Return what a backend's error is, never its words: those might repeat the password."""
    match error:
        case _KeepsNothingError():
            return "it keeps nothing"
        case _ if type(error).__name__ in {"NoKeyringError", "InitError"}:
            return "none is installed"
        case _:
            return one_line(type(error).__name__, 80)
