"""Which local account somebody is on which server, kept between starts: the same name is the same account again.

The token is the account, so the file is for its owner's eyes alone. Each role has an account of its own, so that
leading and following under one name on one machine stay two people.
"""

import contextlib
import json
import os
from pathlib import Path
from typing import Final

from filelock import FileLock

from client.api import RunBuddyApiClient
from protocol.events import Role

_FILE: Final = "local-accounts.json"
_MAX_BYTES: Final = 1024 * 1024
_OWNER_ONLY: Final = 0o600


async def sign_in(api: RunBuddyApiClient, folder: Path, server: str, name: str, role: Role) -> None:
    """Use the local account of this name and role on this server, the one of the last time if it is still known.

    What cannot be read or kept costs nothing but that. Errors: `ClientError` from the request.
    """
    key = json.dumps([server.rstrip("/"), role.value, name])
    account = await api.create_local_account(name, former_token=_read(folder).get(key))
    with contextlib.suppress(OSError):
        _keep(folder, key, account.access_token)


def _read(folder: Path) -> dict[str, str]:
    try:
        with (folder / _FILE).open("rb") as file:
            found = json.loads(file.read(_MAX_BYTES))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {key: token for key, token in found.items() if isinstance(token, str)}


def _keep(folder: Path, key: str, token: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / f"{_FILE}.lock"):
        known = _read(folder)
        if known.get(key) == token:
            return
        # Written beside and moved into place: whoever reads meanwhile reads something whole.
        draft = folder / f"{_FILE}.new"
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "w") as file:
            json.dump(known | {key: token}, file, indent=2)
        draft.replace(folder / _FILE)
