"""Which playlist of the library is the one that a session plays."""

import asyncio

from client.library.errors import LibraryError
from client.library.library import Library
from client.pairing import Pairing, without_lost_files
from client.prejoin import JoinStep, Outcome, check_join
from protocol.rest import SessionDetail


async def own_pairing(library: Library, detail: SessionDetail) -> Pairing | None:
    """Return the library's pairing of a session's playlist, files that are gone left out; None when it has none.

    The playlist is known by its id or, where it came from a file that knows no id, by its tracks in their places.
    Errors: ClientError when the library can't be read.
    """
    try:
        found: Pairing | None = await library.pairing(detail.playlist_id)
    except LibraryError:
        found = await _same_tracks(library, detail)
    return None if found is None else await asyncio.to_thread(without_lost_files, found)


async def _same_tracks(library: Library, detail: SessionDetail) -> Pairing | None:
    if not detail.queue:
        return None
    for summary in await library.playlists():
        if summary.pairable < len(detail.queue):
            continue
        pairing = await library.pairing(summary.playlist_id)
        if check_join(pairing, detail).result(JoinStep.SAME_PLAYLIST).outcome is Outcome.PASSED:
            return pairing
    return None
