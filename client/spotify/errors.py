"""What can go wrong with Spotify: each error says what happened and what to do."""

from datetime import UTC, datetime
from typing import Final

from client.errors import ClientError

_COPY_HINT: Final = (
    "Spotify lets apps read only playlists that you own or collaborate on; copy it into one of your own "
    "(select all, add to a new playlist), or import it as a CSV file"
)


class SpotifyError(ClientError):
    """Base of all errors of this package."""

    code = "spotify"


class SpotifyUnreachableError(SpotifyError):
    """No usable connection to Spotify, or it is in trouble itself."""

    code = "spotify_unreachable"


class SpotifyAnswerError(SpotifyError):
    """Something answered, but not as Spotify does."""

    code = "spotify_bad_answer"


class SignedOutError(SpotifyError):
    """Nobody is signed in, or Spotify has ended the sign-in."""

    code = "spotify_signed_out"

    @classmethod
    def nobody(cls) -> "SignedOutError":
        """Return the error for somebody who never signed in here."""
        return cls("you are not signed in to Spotify; sign in with “lockstep spotify login”")

    @classmethod
    def ended(cls) -> "SignedOutError":
        """Return the error for a sign-in that Spotify has ended: revoked, or older than six months."""
        return cls(
            "your sign-in to Spotify has ended (Spotify ends each after six months, or when you remove the app); "
            "sign in again with “lockstep spotify login”"
        )


class SignInError(SpotifyError):
    """A sign-in came to nothing; nothing is kept of it."""

    code = "spotify_sign_in"


class SignInDeniedError(SignInError):
    """The person said no on Spotify's page."""

    code = "spotify_denied"


class SignInTimeoutError(SignInError):
    """Nobody finished the sign-in in the browser."""

    code = "spotify_sign_in_timeout"


class ClientIdError(SignInError):
    """There is no client id, or it can't be one, or Spotify doesn't know it."""

    code = "spotify_client_id"


class VaultError(SpotifyError):
    """The keyring that holds the sign-in can't be used just now."""

    code = "spotify_keyring"


class NotAllowListedError(SpotifyError):
    """The app's owner has not added this person to the app's users."""

    code = "spotify_not_allow_listed"

    def __init__(self) -> None:
        super().__init__(
            "Spotify doesn't let this client id act for you: its owner must add you under “User Management” at "
            "developer.spotify.com/dashboard (five people at most), or use a client id of your own"
        )


class OwnerNotPremiumError(SpotifyError):
    """The app's owner has no Premium."""

    code = "spotify_owner_not_premium"

    def __init__(self) -> None:
        super().__init__(
            "Spotify has stopped this client id because its owner has no Spotify Premium; use a client id whose owner "
            "has Premium (after a change of subscription it takes Spotify some hours to notice)"
        )


class NotReadableError(SpotifyError):
    """A playlist that this person neither owns nor collaborates on."""

    code = "spotify_not_readable"

    def __init__(self) -> None:
        super().__init__(f"this playlist can't be read: {_COPY_HINT}")


class NoSuchPlaylistError(SpotifyError):
    """Spotify shows no such playlist to apps."""

    code = "spotify_no_such_playlist"

    def __init__(self) -> None:
        super().__init__(f"Spotify knows no such playlist, or hides it from apps as it does its own: {_COPY_HINT}")


class PlaylistChangingError(SpotifyError):
    """A playlist that somebody edits while it is read."""

    code = "spotify_playlist_changing"

    def __init__(self) -> None:
        super().__init__("the playlist was changed while it was read, twice; try again when nobody edits it")


class ForbiddenError(SpotifyError):
    """Spotify refuses, for a reason of its own."""

    code = "spotify_forbidden"


class BlockedError(SpotifyError):
    """Spotify wants no calls until `until_s` (seconds of the Unix epoch)."""

    code = "spotify_blocked"

    def __init__(self, until_s: float, *, is_quota: bool) -> None:
        self.until_s = until_s
        self.is_quota = is_quota
        why = "has no calls left for your client id today" if is_quota else "is asked too often"
        super().__init__(f"Spotify {why}; try again after {local_time(until_s)}")


def local_time(epoch_s: float) -> str:
    """Return an instant as this computer's clock on the wall will show it."""
    there = datetime.fromtimestamp(epoch_s, UTC).astimezone()
    return f"{there:%H:%M on %d %B %Y}"
