"""RunBuddyApiClient: the REST routes of the session server (plan, section 1)."""

import asyncio
import contextlib
import os
import ssl
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Final, Self, TypeVar
from urllib.parse import quote, urlencode

import httpx
from pydantic import ValidationError

from client.errors import (
    UNAUTHORIZED,
    AddressError,
    ApiError,
    ClientError,
    CredentialError,
    RequestError,
    ServerAnswerError,
    ServerUnreachableError,
    one_line,
)
from client.tls import tls_context
from protocol import limits
from protocol.rest import (
    Billboard,
    BillboardEntry,
    BillboardSort,
    CreateSessionRequest,
    CreateSessionResponse,
    ErrorBody,
    JoinResponse,
    LocalAccountRequest,
    LocalAccountResponse,
    QueueTrack,
    ServerInfo,
    SessionDetail,
    SessionStatus,
    StatusResponse,
)
from protocol.wire import ProtocolError, WireModel

#: A billboard of some thousand sessions fits; what is longer isn't read to its end.
MAX_ANSWER_BYTES: Final = 4 * 1024 * 1024

#: Returns a token that holds; given the one that the server refused, another.
Bearer = Callable[[str | None], Awaitable[str]]

_TOO_LARGE: Final = 413

_Answer = TypeVar("_Answer", bound=WireModel)


class RunBuddyApiClient:
    """Ask the session server; every failure is a ClientError whose text says what to do.

    `base_url` is http or https, with a path if the server lives under one. Errors: AddressError, CredentialError at
    construction; ApiError (refused), ServerUnreachableError, ServerAnswerError, RequestError from the calls. Redirects
    are not followed: the token is for this server alone. `bearer` is asked for the token of every request instead, and
    once more when the server refuses it; its errors come out of the calls.
    """

    def __init__(
        self, base_url: str, token: str | None = None, *, bearer: Bearer | None = None, timeout_s: float = 10.0
    ) -> None:
        self._base_url = _checked_base_url(base_url)
        self._token = None if token is None else _checked_token(token)
        self._bearer = bearer
        self._timeout_s = timeout_s
        try:
            self._http = httpx.AsyncClient(timeout=timeout_s, verify=tls_context(self._base_url))
        except (ImportError, ValueError) as error:
            raise AddressError(
                f"the proxy set in this environment can't be used ({one_line(str(error))}); "
                "unset ALL_PROXY, HTTP_PROXY and HTTPS_PROXY or add the server to NO_PROXY"
            ) from None

    async def info(self) -> ServerInfo:
        """Return what an app must know before it asks anybody to sign in; needs no token."""
        return await self._ask("GET", "/runbuddy/info", ServerInfo, signed=False)

    async def create_local_account(self, display_name: str, former_token: str | None = None) -> LocalAccountResponse:
        """Create a local account and use its token from now on (servers with `--accounts local` only).

        With the token of a former answer it is the same account, if the server still knows it.
        """
        body = _request(LocalAccountRequest, displayName=display_name)
        if former_token is not None:
            with contextlib.suppress(CredentialError):
                self._token = _checked_token(former_token)
        account = await self._ask("POST", "/local/accounts", LocalAccountResponse, body)
        self._token = _checked_token(account.access_token)
        return account

    async def create_session(
        self,
        playlist_id: str,
        playlist_name: str,
        paired_track_count: int,
        queue: Sequence[QueueTrack] | None = None,
    ) -> CreateSessionResponse:
        """Create a session and lead it; by `queue` (client/prejoin.py) followers see whether they have the same music.

        A server to which the body with the queue is too long gets one without.
        """
        plain = {"playlistId": playlist_id, "playlistName": playlist_name, "pairedTrackCount": paired_track_count}
        if queue:
            try:
                return await self._create(**plain, queue=list(queue))
            except ApiError as error:
                if error.status != _TOO_LARGE:
                    raise
        return await self._create(**plain)

    async def list_sessions(self) -> list[BillboardEntry]:
        """Return the sessions that wait for a follower, newest first: the first page of the billboard."""
        return (await self.billboard()).sessions

    async def billboard(
        self, *, sort: BillboardSort | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Billboard:
        """Return one page of the billboard, by default of the newest; `cursor` is the page before's `next_cursor`."""
        asked = {"sort": sort and sort.value, "limit": limit, "cursor": cursor}
        query = urlencode({name: value for name, value in asked.items() if value is not None})
        return await self._ask("GET", f"/runbuddy/sessions{'?' if query else ''}{query}", Billboard)

    async def get_session(self, session_id_or_code: str) -> SessionDetail:
        """Return one session by its id or join code."""
        return await self._ask("GET", _session_path(session_id_or_code), SessionDetail)

    async def join(self, session_id_or_code: str) -> JoinResponse:
        """Join a session as its follower; ApiError "session_full" when somebody else has."""
        return await self._ask("POST", f"{_session_path(session_id_or_code)}/join", JoinResponse)

    async def end(self, session_id: str) -> SessionStatus:
        """End a session as its leader; return its status afterwards."""
        return (await self._ask("POST", f"{_session_path(session_id)}/end", StatusResponse)).status

    async def leave(self, session_id: str) -> SessionStatus:
        """Leave a session as its follower; return its status afterwards."""
        return (await self._ask("POST", f"{_session_path(session_id)}/leave", StatusResponse)).status

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _create(self, **fields: object) -> CreateSessionResponse:
        body = _request(CreateSessionRequest, **fields)
        return await self._ask("POST", "/runbuddy/sessions", CreateSessionResponse, body)

    async def _ask(
        self, method: str, path: str, answer: type[_Answer], body: WireModel | None = None, *, signed: bool = True
    ) -> _Answer:
        if self._bearer is None or not signed:
            return await self._ask_as(self._token, method, path, answer, body)
        token = _checked_token(await self._bearer(None))
        try:
            return await self._ask_as(token, method, path, answer, body)
        except ApiError as error:
            if error.status != UNAUTHORIZED:
                raise
            # A token may run out while a session lasts.
            renewed = _checked_token(await self._bearer(token))
            if renewed == token:
                raise
        return await self._ask_as(renewed, method, path, answer, body)

    async def _ask_as(
        self, token: str | None, method: str, path: str, answer: type[_Answer], body: WireModel | None
    ) -> _Answer:
        headers = {"Accept": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        content = None if body is None else body.to_json().encode()
        request = self._http.build_request(method, f"{self._base_url}{path}", headers=headers, content=content)
        try:
            # httpx limits each step; this is for a server that drips bytes. It comes second, since a connection that is
            # cancelled in its TLS handshake is not closed.
            async with asyncio.timeout(2 * self._timeout_s):
                status, data = await self._exchange(request)
        except (httpx.TimeoutException, TimeoutError):
            raise ServerUnreachableError(
                f"the server {self._base_url} did not answer within {self._timeout_s:g} s; "
                "check the address and the network"
            ) from None
        except httpx.HTTPError as error:
            raise self._unreachable(error) from None
        if 200 <= status < 300:
            return self._decode(answer, data)
        raise self._refusal(status, data)

    async def _exchange(self, request: httpx.Request) -> tuple[int, bytes]:
        response = await self._http.send(request, stream=True)
        try:
            data = bytearray()
            async for chunk in response.aiter_bytes():
                data += chunk
                if len(data) > MAX_ANSWER_BYTES:
                    raise self._not_runbuddy("it sent far too much data")
            return response.status_code, bytes(data)
        finally:
            await response.aclose()

    def _decode(self, answer: type[_Answer], data: bytes) -> _Answer:
        try:
            return answer.model_validate_json(data, by_name=False)
        except ValidationError as error:
            raise self._not_runbuddy(one_line(str(ProtocolError.from_validation(error)))) from None

    def _refusal(self, status: int, data: bytes) -> ClientError:
        try:
            body = ErrorBody.model_validate_json(data, by_name=False)
        except ValidationError:
            if status >= 500:
                return ApiError(
                    status,
                    f"http_{status}",
                    f"the server {self._base_url} is in trouble (HTTP {status}); try again later",
                )
            return self._not_runbuddy(f"HTTP {status} without a reason")
        return ApiError(status, one_line(body.error, 64) or f"http_{status}", one_line(body.message))

    def _not_runbuddy(self, finding: str) -> ServerAnswerError:
        return ServerAnswerError(
            f"{self._base_url} does not answer like a RunBuddy server ({finding}); check the server's address"
        )

    def _unreachable(self, error: httpx.HTTPError) -> ClientError:
        if isinstance(error, httpx.DecodingError | httpx.RemoteProtocolError):
            return self._not_runbuddy(one_line(str(error)) or "the connection broke off")
        cause: BaseException | None = error
        said = str(error)
        while cause is not None:
            if isinstance(cause, ssl.SSLError):
                reason = getattr(cause, "verify_message", None) or cause.reason or str(cause)
                return ServerUnreachableError(
                    f"no secure connection to {self._base_url} ({one_line(str(reason))}); "
                    "check the address, this computer's date and the server's certificate"
                )
            if isinstance(cause, OSError) and cause.strerror:
                # The system's own words; asyncio has others for a refused connection.
                said = os.strerror(cause.errno) if cause.errno is not None and cause.errno > 0 else cause.strerror
            cause = cause.__cause__ or cause.__context__
        return ServerUnreachableError(
            f"the server {self._base_url} can't be reached ({one_line(said) or type(error).__name__}); "
            "check the address and the network, and that the server runs"
        )


def _checked_base_url(text: str) -> str:
    """Return the URL without its last slash; raise AddressError unless it is http(s)://HOST[:PORT][/PATH]."""
    try:
        url = httpx.URL(text.strip())
    except httpx.InvalidURL:
        url = httpx.URL()
    host_is_usable = bool(url.host) and not set(url.host) & set(" %") and 0 < (url.port or 80) < 65536
    if url.scheme not in {"http", "https"} or not host_is_usable or url.userinfo or url.query or url.fragment:
        # A pasted URL may hold a password: it isn't repeated.
        raise AddressError("the server's address must look like http://HOST:PORT or https://HOST")
    return str(url).rstrip("/")


def _checked_token(token: str) -> str:
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise CredentialError("the access token is empty or holds characters that no token has; copy it again")
    return token


def _session_path(session_id_or_code: str) -> str:
    name = session_id_or_code.strip()
    if not 1 <= len(name) <= limits.MAX_ID_LENGTH or not name.isprintable() or not name.strip("."):
        raise RequestError(f"{one_line(session_id_or_code, 40)!r} is not a session id or join code")
    return f"/runbuddy/sessions/{quote(name, safe='')}"


def _request(model: type[_Answer], **fields: object) -> _Answer:
    try:
        return model.model_validate(fields, by_name=False)
    except ValidationError as error:
        raise RequestError(f"can't ask the server: {ProtocolError.from_validation(error)}") from None
