"""The link between server processes: messages, who is alive, and who owns which room, by Redis.

Presence is a key that a process renews every second. A room's key names its owner and counts only while the owner is
present, so that a killed process's rooms are free at once. Nothing in Redis outlives the sessions and nothing is
lost with it: after a restart of Redis each process says again what it owns.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Iterator
from typing import Any, Final

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from server.errors import StartError
from server.link import LinkError, LinkUser
from server.messages import AnyMessage, Reset, parse_message
from server.redis_counters import RedisCounters

_PRESENT_MS: Final = 3500
_RENEW_S: Final = 1.0
_RETRY_S: Final = 0.5
_TIMEOUT_S: Final = 2.0
_LISTEN_S: Final = 1.0
_ROOM_KEY_S: Final = 24 * 3600
_MAX_WAITING: Final = 100_000

_ALL: Final = "lockstep:all"
_PROCESSES: Final = "lockstep:processes"
_PRESENCE: Final = "lockstep:process:"
_INBOX: Final = "lockstep:to:"
_ROOM: Final = "lockstep:room:"
_ROOMS_OF: Final = "lockstep:rooms:"

_ERRORS: Final = (RedisError, OSError)

_CLAIM: Final = """
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] and redis.call('EXISTS', ARGV[2] .. owner) == 1 then return owner end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
redis.call('SADD', KEYS[2], ARGV[4])
return ARGV[1]
"""
_RELEASE: Final = """
redis.call('SREM', KEYS[2], ARGV[2])
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
"""

logger = logging.getLogger(__name__)


class RedisLink:
    """Connect one process to all others; it heals by itself when Redis was away."""

    def __init__(self, url: str, process: str) -> None:
        self.process = process
        self._url = url
        # A connection that breaks must be noticed, not silently replaced: messages may have been lost with it.
        retry = Retry(NoBackoff(), 0)
        self._redis: Any = Redis.from_url(
            url,
            decode_responses=True,
            protocol=2,
            socket_timeout=_TIMEOUT_S,
            socket_connect_timeout=_TIMEOUT_S,
            retry=retry,
        )
        self._claim: Any = self._redis.register_script(_CLAIM)
        self._release: Any = self._redis.register_script(_RELEASE)
        self.counters = RedisCounters(self._redis, lambda: self.is_up)
        self._outgoing: deque[tuple[str, str]] = deque()
        self._wake = asyncio.Event()
        self._up = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._known: set[str] = set()

    @property
    def is_up(self) -> bool:
        """Return whether other processes can be reached."""
        return self._up.is_set()

    async def start(self, user: LinkUser) -> None:
        """Connect; `StartError` when Redis does not answer."""
        try:
            await self._redis.ping()
        except _ERRORS as error:
            await self._redis.aclose()
            raise StartError(f"Redis cannot be reached ({error}). Check that it runs, and the --redis URL.") from None
        self._task = asyncio.create_task(self._run(user), name="lockstep-server-link")
        await self._up.wait()

    async def stop(self) -> None:
        """Tell the others that this process is gone, so that they take over its rooms, and disconnect."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        with contextlib.suppress(*_ERRORS):
            await self._redis.delete(_PRESENCE + self.process)
            await self._redis.publish(_ALL, Reset(sender=self.process).model_dump_json())
        await self._redis.aclose()

    def send(self, process: str, message: AnyMessage) -> None:
        """Send a message without waiting; it is lost when the link is lost, and then `on_down` is called."""
        if self.is_up:
            self._outgoing.append((_INBOX + process, message.model_dump_json()))
            self._wake.set()

    async def claim(self, session_id: str) -> str:
        """Return the owner of a session's room: this process if no living one has it. Raises `LinkError`."""
        keys = [_ROOM + session_id, _ROOMS_OF + self.process]
        with _as_link_error():
            return str(await self._claim(keys=keys, args=[self.process, _PRESENCE, _ROOM_KEY_S, session_id]))

    async def release(self, session_id: str) -> None:
        """Give up a room. Raises `LinkError`."""
        keys = [_ROOM + session_id, _ROOMS_OF + self.process]
        with _as_link_error():
            await self._release(keys=keys, args=[self.process, session_id])

    async def owner_of(self, session_id: str) -> str | None:
        """Return who owns a session's room, without asking whether it lives. Raises `LinkError`."""
        with _as_link_error():
            found = await self._redis.get(_ROOM + session_id)
        return None if found is None else str(found)

    async def ping(self) -> None:
        """Return when the link stands and Redis answers. Raises `LinkError`."""
        if not self.is_up:
            raise LinkError("Redis is out of reach.")
        with _as_link_error():
            await self._redis.ping()

    async def _run(self, user: LinkUser) -> None:
        while True:
            try:
                await self._carry(user)
            except* (LinkError, *_ERRORS) as errors:
                logger.error("Redis is out of reach (%s); trying again", errors.exceptions[0])  # noqa: TRY400
            except* Exception:
                # A mistake must not cut this process off for good.
                logger.exception("the link to other processes broke; trying again")
            finally:
                self._up.clear()
                self._outgoing.clear()
                user.on_down()
            await asyncio.sleep(_RETRY_S)

    async def _carry(self, user: LinkUser) -> None:
        async with self._redis.pubsub() as pubsub:
            await _subscribe(pubsub, _INBOX + self.process, _ALL)
            await self._redis.set(_PRESENCE + self.process, "1", px=_PRESENT_MS)
            await self._redis.sadd(_PROCESSES, self.process)
            self._outgoing.append((_ALL, Reset(sender=self.process).model_dump_json()))
            await user.on_up()
            self._up.set()
            self._wake.set()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._listen(pubsub, user))
                tasks.create_task(self._publish(user))
                tasks.create_task(self._keep_present(user))

    async def _listen(self, pubsub: PubSub, user: LinkUser) -> None:
        while True:
            found = await pubsub.get_message(ignore_subscribe_messages=True, timeout=_LISTEN_S)
            if found is None or found["type"] != "message":
                continue
            try:
                message = parse_message(found["data"])
            except ValueError:
                logger.warning("another process said something that this version does not understand")
                continue
            if message.sender != self.process:
                user.on_message(message)

    async def _publish(self, user: LinkUser) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._outgoing:
                if len(self._outgoing) > _MAX_WAITING:
                    raise RedisError("too slow for what is to be sent")
                batch = list(self._outgoing)
                self._outgoing.clear()
                pipeline = self._redis.pipeline(transaction=False)
                for channel, text in batch:
                    pipeline.publish(channel, text)
                heard = await pipeline.execute()
                for process in {channel for (channel, _), ears in zip(batch, heard, strict=True) if ears == 0}:
                    await self._bury(process.removeprefix(_INBOX), user)

    async def _keep_present(self, user: LinkUser) -> None:
        loop = asyncio.get_running_loop()
        judging_from_s = loop.time() + _PRESENT_MS / 1000
        while True:
            if not await self._redis.set(_PRESENCE + self.process, "1", px=_PRESENT_MS, xx=True):
                # Too late, or Redis is new: others may have taken what was ours. Start over.
                raise RedisError("this process was taken for dead")
            await self._redis.sadd(_PROCESSES, self.process)
            others = set(await self._redis.smembers(_PROCESSES)) - {self.process}
            for process in self._known - others:
                user.on_gone(process)
            self._known = others
            # When Redis was away everybody was: the others have as much time to come back as this process had.
            if loop.time() > judging_from_s:
                for process in others:
                    if not await self._redis.exists(_PRESENCE + process):
                        await self._bury(process, user)
            await asyncio.sleep(_RENEW_S)

    async def _bury(self, process: str, user: LinkUser) -> None:
        """Take over from a process that is gone; of all that notice one gets its rooms."""
        logger.warning("the process %s is gone", process)
        await self._redis.delete(_PRESENCE + process)
        self._known.discard(process)
        user.on_gone(process)
        if await self._redis.srem(_PROCESSES, process):
            orphans = await self._redis.smembers(_ROOMS_OF + process)
            await self._redis.delete(_ROOMS_OF + process)
            user.on_orphans(sorted(orphans))


@contextlib.contextmanager
def _as_link_error() -> Iterator[None]:
    try:
        yield
    except _ERRORS as error:
        raise LinkError(f"Redis is out of reach ({error}).") from error


async def _subscribe(pubsub: PubSub, *channels: str) -> None:
    """Return when Redis has confirmed every channel: from then on no message is missed."""
    await pubsub.subscribe(*channels)
    waiting = len(channels)
    while waiting:
        found = await pubsub.get_message(timeout=_TIMEOUT_S)
        if found is None:
            raise RedisError("no answer to a subscription")
        waiting -= found["type"] == "subscribe"
