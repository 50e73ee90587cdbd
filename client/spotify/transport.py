"""One HTTP exchange with Spotify (thin shell around httpx): bounded in time and size, without redirects."""

import asyncio
from typing import Final

import httpx

from client.errors import AddressError, one_line
from client.spotify.errors import SpotifyUnreachableError
from client.spotify.retry import Answer
from client.tls import tls_context

#: A page of fifty full tracks has about 0.2 MB.
MAX_ANSWER_BYTES: Final = 16 * 1024 * 1024


class Transport:
    """Ask and return what came; an answer that didn't come in time is one of status 0, which may be tried again.

    Errors: AddressError for a proxy that can't be used; SpotifyUnreachableError when nobody is there.
    """

    def __init__(self, *, timeout_s: float = 15.0, plain_http: bool = False) -> None:
        self._timeout_s = timeout_s
        verify = tls_context("http://" if plain_http else "https://")
        try:
            self._http = httpx.AsyncClient(timeout=timeout_s, verify=verify, follow_redirects=False)
        except (ImportError, ValueError) as error:
            raise AddressError(
                f"the proxy set in this environment can't be used ({one_line(str(error))}); "
                "unset ALL_PROXY, HTTP_PROXY and HTTPS_PROXY"
            ) from None

    async def get(self, url: str, params: dict[str, str], bearer: str) -> Answer:
        """GET with an access token."""
        headers = {"Accept": "application/json", "Authorization": f"Bearer {bearer}"}
        return await self._exchange(self._http.build_request("GET", url, params=params, headers=headers))

    async def post_form(self, url: str, form: dict[str, str]) -> Answer:
        """POST a form."""
        return await self._exchange(
            self._http.build_request("POST", url, data=form, headers={"Accept": "application/json"})
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _exchange(self, request: httpx.Request) -> Answer:
        try:
            # httpx limits each step; this is for a server that drips bytes.
            async with asyncio.timeout(2 * self._timeout_s):
                response = await self._http.send(request, stream=True)
                try:
                    body = await _body(response)
                finally:
                    await response.aclose()
        except (httpx.TimeoutException, TimeoutError):
            return Answer(0, trouble=f"no answer within {self._timeout_s:g} s")
        except (httpx.ConnectError, httpx.ProxyError, httpx.UnsupportedProtocol) as error:
            raise SpotifyUnreachableError(
                f"Spotify can't be reached ({one_line(str(error)) or type(error).__name__}); check the network"
            ) from None
        except httpx.HTTPError as error:
            return Answer(0, trouble=one_line(str(error)) or "the connection broke off")
        return Answer(response.status_code, body, response.headers.get("Retry-After"))


async def _body(response: httpx.Response) -> bytes:
    data = bytearray()
    async for chunk in response.aiter_bytes():
        data += chunk
        if len(data) > MAX_ANSWER_BYTES:
            raise httpx.DecodingError("it sent far too much data", request=response.request)
    return bytes(data)
