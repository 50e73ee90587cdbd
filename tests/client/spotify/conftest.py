"""A real stand-in for Spotify, a browser that presses its buttons, and keyrings good and bad."""

import asyncio
import contextlib
import threading
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from client.spotify.account import SpotifyAccount
from client.spotify.endpoints import stand_in_endpoints
from client.spotify.session import Clock
from server.spotify_stand_in.faults import Fault, FaultKind
from server.spotify_stand_in.running import stand_in
from server.spotify_stand_in.state import StandInState

CLIENT_ID = "0123456789abcdef0123456789abcdef"


class MemoryKeyring:
    """A keyring that works."""

    def __init__(self):
        self.kept = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        del self.kept[service, username]


class NullKeyring(MemoryKeyring):
    """Takes everything, keeps nothing."""

    def set_password(self, service, username, password):
        pass


class HungKeyring(MemoryKeyring):
    """Waits for a dialogue that nobody sees."""

    def __init__(self):
        super().__init__()
        self.released = threading.Event()

    def _hang(self, *_):
        self.released.wait()

    get_password = set_password = delete_password = _hang


class FakeTime:
    """A clock that only moves when somebody sleeps or a test says so."""

    def __init__(self, now_s=1_795_000_000.0):
        self.now_s = now_s
        self.slept = []

    async def _sleep(self, seconds):
        self.slept.append(seconds)
        self.now_s += seconds
        await asyncio.sleep(0)

    @property
    def clock(self):
        return Clock(now_s=lambda: self.now_s, sleep=self._sleep, jitter=lambda: 0.5)


class Browser:
    """Opens an address in a thread, as a browser would, following redirects."""

    def __init__(self):
        self.opened = []
        self.answers = []
        self._threads = []

    def __call__(self, url):
        self.opened.append(url)
        self.in_thread(lambda: self.answers.append(httpx.get(url, follow_redirects=True, verify=False, timeout=10)))

    def in_thread(self, work):
        thread = threading.Thread(target=work)
        thread.start()
        self._threads.append(thread)

    def close(self):
        for thread in self._threads:
            thread.join(10)


@pytest.fixture
def browser():
    opened = Browser()
    yield opened
    opened.close()


@pytest.fixture
def time_():
    return FakeTime()


@pytest.fixture
def keyring_():
    return MemoryKeyring()


@pytest.fixture
def spotify():
    """A stand-in that lets Ann in without asking."""
    with stand_in(StandInState(signs_in="ann")) as running:
        yield running


class Person:
    """Opens accounts in a data directory, and remembers what a person was told."""

    def __init__(self, url, folder, keyring, time, browser):
        self.url, self.folder, self.keyring, self.time, self.browser = url, folder, keyring, time, browser
        self.notices, self.states = [], []

    @contextlib.asynccontextmanager
    async def account(self, **changes):
        options = {
            "keyring": self.keyring,
            "clock": self.time.clock,
            "on_notice": self.notices.append,
            "on_change": self.states.append,
            "timeout_s": 5.0,
        } | changes
        endpoints = options.pop("endpoints", stand_in_endpoints(self.url))
        async with await SpotifyAccount.open(self.folder, endpoints, **options) as account:
            yield account

    @contextlib.asynccontextmanager
    async def signed_in(self, **changes):
        async with self.account(**changes) as account:
            await account.login(self.browser, client_id=CLIENT_ID, timeout_s=20)
            yield account


@pytest.fixture
def person(spotify, tmp_path, keyring_, time_, browser):
    spotify.state.now_s = lambda: time_.now_s
    return Person(spotify.url, tmp_path, keyring_, time_, browser)


@pytest.fixture
def fault(spotify):
    """Make the stand-in fail."""

    def add(path, kind, **more):
        spotify.state.faults.add(Fault(path=path, kind=FaultKind(kind), **more))

    return add


def query_of(url):
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
