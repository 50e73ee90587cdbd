"""What is refused before a session begins: no clock, no fitting pairing, a second session, the wrong person."""

import pytest

from client.api import RunBuddyApiClient
from client.clock.clock import RunBuddyClock
from client.coordinator import RunBuddyCoordinator
from client.errors import BusyError, ClockSyncError, NotYourSessionError, OwnSessionError, PairingError
from client.session_state import Idle
from protocol.rest import SessionDetail, SessionStatus
from tests.client.house import lead


async def test_without_a_clock_nothing_is_joined_and_nothing_created(house):
    async with house.peer("Al") as leader, house.peer("Bo") as follower:
        leading = await lead(leader)
        blind = RunBuddyCoordinator(follower.api, RunBuddyClock("127.0.0.1:1"), follower.playback)
        with pytest.raises(ClockSyncError, match="clock sync failed"):
            await blind.follow(leading.session_id)
        with pytest.raises(ClockSyncError, match="clock sync failed"):
            await blind.lead("p", "P", 1)
        assert blind.state == Idle()
        detail = await follower.api.get_session(leading.session_id)
        assert detail.status is SessionStatus.WAITING
        assert len(await follower.api.list_sessions()) == 1


async def test_a_pairing_that_does_not_fit_is_refused_before_joining(house):
    def refuse(detail: SessionDetail) -> None:
        raise PairingError("two tracks are missing")

    async with house.peer("Al") as leader, house.peer("Bo") as follower:
        leading = await lead(leader)
        with pytest.raises(PairingError):
            await follower.coordinator.follow(leading.session_id, refuse)
        assert (await follower.api.get_session(leading.session_id)).status is SessionStatus.WAITING
        assert follower.state == Idle()


async def test_only_one_session_at_a_time(house):
    async with house.peer("Al") as leader:
        leading = await lead(leader)
        with pytest.raises(BusyError):
            await lead(leader)
        with pytest.raises(BusyError):
            await leader.coordinator.follow(leading.session_id)


async def test_nobody_follows_their_own_session(house):
    async with house.peer("Al") as leader, house.peer("Al again") as follower:
        leading = await lead(leader)
        own_api = RunBuddyApiClient(house.url, await leader.account.access_token())
        clock = RunBuddyClock(f"127.0.0.1:{house.ntp_port}")
        coordinator = RunBuddyCoordinator(own_api, clock, follower.playback)
        with pytest.raises(OwnSessionError, match="another account"):
            await coordinator.follow(leading.session_id)
        assert coordinator.state == Idle()
        assert not follower.playback.is_runbuddy_follower()
        await own_api.aclose()


async def test_nobody_takes_up_the_session_of_somebody_else(house):
    async with house.peer("Al") as leader, house.peer("Bo") as other:
        leading = await lead(leader)
        with pytest.raises(NotYourSessionError):
            await other.coordinator.lead_again(leading.session_id, leading.join_code)
        assert other.state == Idle()
        assert (await other.api.get_session(leading.session_id)).status is SessionStatus.WAITING
