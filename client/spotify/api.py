"""SpotifyApi: the four reads of the Web API that Lockstep needs, paged one after another, each call counted dear."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, Protocol

from client.playlist.model import Playlist, PlaylistTrack
from client.spotify.errors import BlockedError, NotReadableError, PlaylistChangingError, SpotifyAnswerError
from client.spotify.models import PlaylistHead, PlaylistSummary, Profile, RowsPage
from client.spotify.parse import (
    parse_list_page,
    parse_playlist,
    parse_profile,
    parse_rows,
    parse_snapshot,
    playlist_key,
)
from client.spotify.retry import Done, GiveUp, RenewToken, Wait, next_step
from client.spotify.session import Clock
from client.spotify.store import Block
from client.spotify.transport import Transport

PAGE_SIZE: Final = 50
#: Spotify takes no larger offset.
MAX_ROWS: Final = 100_000

_TRACK_FIELDS: Final = (
    "(id,uri,type,name,is_local,duration_ms,disc_number,track_number,external_ids,linked_from(uri),"
    "artists(name),album(name))"
)
#: Both names of a row's track: Spotify changed it in 2026, and leaves out what it doesn't know.
_ROW_FIELDS: Final = f"is_local,item{_TRACK_FIELDS},track{_TRACK_FIELDS}"
_PAGE_FIELDS: Final = f"items({_ROW_FIELDS}),next,total,offset"
_HEAD_FIELDS: Final = f"id,name,snapshot_id,images,owner(id,display_name),items({_PAGE_FIELDS}),tracks({_PAGE_FIELDS})"
#: Without episodes among them, Spotify dresses these up as tracks.
_TYPES: Final = "track,episode"

#: Called with how many rows are read, and of how many.
Progress = Callable[[int, int], None]


class Bearer(Protocol):
    """What gives access tokens."""

    async def access_token(self, refused: str | None = None) -> str:
        """Return one that holds, never `refused`."""


class Blocks(Protocol):
    """What remembers that Spotify wants no calls."""

    def block(self, now_s: float) -> Block | None:
        """Return the block that still counts."""

    def keep_block(self, block: Block) -> None:
        """Remember one."""


class SpotifyApi:
    """Ask the Web API. Errors: SpotifyError; BlockedError without asking while Spotify wants no calls."""

    def __init__(self, transport: Transport, api_url: str, bearer: Bearer, blocks: Blocks, clock: Clock) -> None:
        self._transport = transport
        self._base = f"{api_url}/v1"
        self._bearer = bearer
        self._blocks = blocks
        self._clock = clock

    async def me(self) -> Profile:
        """Return who is signed in."""
        return parse_profile(await self._get("/me"))

    async def playlists(self, user_id: str, on_progress: Progress | None = None) -> list[PlaylistSummary]:
        """Return all playlists that the person `user_id`, who is signed in, owns or follows, in Spotify's order."""
        found: list[PlaylistSummary] = []
        offset = 0
        while True:
            page = parse_list_page(await self._get("/me/playlists", limit=str(PAGE_SIZE), offset=str(offset)), user_id)
            found += page.entries
            offset += page.count_rows
            _tell(on_progress, offset, page.total)
            if not page.has_more or offset >= MAX_ROWS:
                # A list that grew while it was read shows an entry twice.
                return list({entry.playlist_id: entry for entry in found}.values())
            if page.count_rows == 0:
                raise SpotifyAnswerError("Spotify's list of playlists does not go on; try again later")

    async def playlist(
        self,
        playlist: str,
        on_progress: Progress | None = None,
        saved: Callable[[str, str], Awaitable[Playlist | None]] | None = None,
    ) -> Playlist:
        """Return a playlist, by id, URI or link, every row at its place; read anew once when it was changed meanwhile.

        `saved(playlist_id, snapshot_id)` may have the rows already: then this costs one call.
        """
        key = playlist_key(playlist)
        for _ in range(2):
            head = await self._head(key)
            if saved is not None and head.first is not None and head.snapshot_id:
                known = await saved(head.playlist_id, head.snapshot_id)
                if known is not None:
                    return replace(known, name=head.name, owner=head.owner, cover_url=head.cover_url)
            tracks = await self._rows(key, head, on_progress)
            if tracks is not None:
                return Playlist(
                    playlist_id=head.playlist_id,
                    name=head.name,
                    tracks=tuple(tracks),
                    owner=head.owner,
                    snapshot_id=head.snapshot_id or None,
                    cover_url=head.cover_url,
                )
        raise PlaylistChangingError

    async def _head(self, key: str) -> PlaylistHead:
        path = f"/playlists/{key}"
        head = parse_playlist(await self._get(path, additional_types=_TYPES, fields=_HEAD_FIELDS))
        if head.first is not None and head.first.is_bare:
            return parse_playlist(await self._get(path, additional_types=_TYPES))
        return head

    async def _rows(self, key: str, head: PlaylistHead, on_progress: Progress | None) -> list[PlaylistTrack] | None:
        """Return all rows, or None when the playlist was changed while they were read."""
        if head.first is None:
            raise NotReadableError
        page = head.first
        tracks = list(page.tracks)
        _tell(on_progress, len(tracks), page.total)
        if not page.has_more:
            return tracks
        total, all_fields = page.total, False
        while page.has_more and len(tracks) < MAX_ROWS:
            page = await self._page(key, len(tracks), all_fields=all_fields)
            if page.is_bare and not all_fields:
                all_fields = True
                page = await self._page(key, len(tracks), all_fields=True)
            if page.total != total or (page.has_more and not page.tracks):
                return None
            tracks += page.tracks
            _tell(on_progress, len(tracks), total)
        snapshot_id = parse_snapshot(await self._get(f"/playlists/{key}", fields="snapshot_id"))
        return tracks if snapshot_id == head.snapshot_id else None

    async def _page(self, key: str, offset: int, *, all_fields: bool) -> RowsPage:
        query = {"limit": str(PAGE_SIZE), "offset": str(offset), "additional_types": _TYPES}
        if not all_fields:
            query["fields"] = _PAGE_FIELDS
        return parse_rows(await self._get(f"/playlists/{key}/items", **query), offset)

    async def _get(self, path: str, **query: str) -> bytes:
        """Return the body of a good answer; what isn't one is retried or raised (retry.py)."""
        tries, refused = 0, None
        while True:
            block = self._blocks.block(self._clock.now_s())
            if block is not None:
                raise BlockedError(block.until_s, is_quota=block.is_quota)
            token = await self._bearer.access_token(refused)
            answer = await self._transport.get(f"{self._base}{path}", query, token)
            tries += 1
            step = next_step(
                answer,
                tries=tries,
                renewed=refused is not None,
                now_s=self._clock.now_s(),
                jitter=self._clock.jitter(),
            )
            match step:
                case Done():
                    return answer.body
                case RenewToken():
                    refused = token
                case Wait(seconds=seconds):
                    await self._clock.sleep(seconds)
                case GiveUp(error=error, blocked_until_s=until_s):
                    if until_s is not None and isinstance(error, BlockedError):
                        self._blocks.keep_block(Block(until_s, is_quota=error.is_quota))
                    raise error


def _tell(on_progress: Progress | None, done: int, total: int) -> None:
    if on_progress is not None:
        on_progress(done, max(done, total))
