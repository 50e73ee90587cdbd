"""Ids of tracks and playlists: Spotify's where there is one, else made of the content, alike on every machine. Pure."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote

from protocol import limits

_DIGITS: Final = 32
#: An id of Spotify's is 22 digits to the base of 62; the demo's are not quite, and must pass, too.
_URI: Final = re.compile(r"spotify:(track|episode):([0-9A-Za-z]{1,64})", re.IGNORECASE)
_LINK: Final = re.compile(
    r"https?://(?:open|play)\.spotify\.com/(?:intl-[a-z-]+/)?(?:embed/)?(track|episode)/([0-9A-Za-z]{1,64})(?![0-9A-Za-z])"
)
_PLAYLIST: Final = re.compile(
    r"(?:spotify:(?:user:[^:]{1,200}:)?playlist:|https?://open\.spotify\.com/(?:[^?#]{1,200}/)?playlist/)([0-9A-Za-z]{1,64})(?:[?#].*)?"
)
_BARE_ID: Final = re.compile(r"[0-9A-Za-z]{22}")
_LOCAL: Final = "spotify:local:"
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def spotify_uri(text: str) -> str | None:
    """Return Spotify's URI of a track, an episode or a local file, from a URI or a link; None when it is neither."""
    text = text.strip()
    if match := _URI.fullmatch(text) or _LINK.match(text):
        return f"spotify:{match[1].lower()}:{match[2]}"
    if text.startswith(_LOCAL) and len(text) <= limits.MAX_ID_LENGTH and not _CONTROLS.search(text):
        return text
    return None


def spotify_uri_of_id(text: str) -> str | None:
    """Return the URI of a track whose bare id is given, as some exports do."""
    return f"spotify:track:{text.strip()}" if _BARE_ID.fullmatch(text.strip()) else spotify_uri(text)


def playlist_uri(text: str) -> str | None:
    """Return Spotify's URI of a playlist, from a URI or a link; None when it is neither."""
    match = _PLAYLIST.fullmatch(text.strip())
    return f"spotify:playlist:{match[1]}" if match else None


def local_names(uri: str) -> tuple[str, str, str, int | None] | None:
    """Return artist, album, title and duration in ms of a "spotify:local:…" URI; None for any other."""
    parts = uri.removeprefix(_LOCAL).split(":")
    if not uri.startswith(_LOCAL) or len(parts) != 4:
        return None
    artist, album, title = (unquote(part.replace("+", " ")) for part in parts[:3])
    seconds = parts[3]
    is_number = seconds.isascii() and seconds.isdigit() and len(seconds) <= 6
    return artist, album, title, 1000 * int(seconds) if is_number else None


def derived_track_id(title: str, artists: Iterable[str], album: str) -> str:
    """Return the id of a row without a URI: of its names, however they are written."""
    return f"lockstep:track:{_digest([title, *artists, album])}"


def derived_playlist_id(track_ids: Iterable[str]) -> str:
    """Return the id of a playlist without a URI: of its tracks in their order, so that its name may differ."""
    return f"lockstep:playlist:{_digest(track_ids)}"


def normalised_isrc(text: str) -> str | None:
    """Return an ISRC in upper case without hyphens (ISO 3901); None when it is none."""
    isrc = re.sub(r"[\s-]", "", text).upper()
    return isrc if re.fullmatch(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}", isrc) else None


def _digest(texts: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for text in texts:
        folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
        # Names from file systems may have halves of surrogate pairs in them.
        digest.update(folded.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()[:_DIGITS]
