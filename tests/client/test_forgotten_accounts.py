"""A server whose database was made anew, in the middle of things: everybody signs in again by themselves."""

import asyncio
import contextlib
import sqlite3

import pytest

from client.errors import ApiError
from client.session_state import Ended, Following, Idle, Leading
from tests.client.house import House, lead, until


def accounts(house: House) -> list[str]:
    """Return the names of the accounts that the server knows."""
    with contextlib.closing(sqlite3.connect(house.folder / "server.db")) as database:
        return [name for (name,) in database.execute("SELECT display_name FROM local_accounts")]


async def test_the_billboard_is_read_under_a_new_account_of_the_same_name(house):
    async with house.peer("Al") as peer:
        former = await peer.account.access_token()
        await house.forget_everything()
        assert await peer.api.list_sessions() == []
        assert accounts(house) == ["Al"]
        # From now on it is the account, and it is kept for the next start.
        assert await peer.account.access_token() != former
        async with house.peer("Al") as next_start:
            assert await next_start.account.access_token() == await peer.account.access_token()


async def test_a_session_is_created_under_the_same_name(house):
    async with house.peer("Al") as leader, house.peer("Bo") as follower:
        await leader.api.list_sessions()
        await house.forget_everything()
        leading = await lead(leader)
        assert (await follower.api.get_session(leading.session_id)).host_display_name == "Al"


async def test_a_session_is_joined_under_the_same_name(house):
    async with house.peer("Al") as leader, house.peer("Bo") as follower:
        await follower.api.list_sessions()
        await house.forget_everything()
        leading = await lead(leader)
        await follower.coordinator.follow(leading.join_code)
        await until(lambda: leader.state.follower is not None)
        assert leader.state.follower.display_name == "Bo"
        assert sorted(accounts(house)) == ["Al", "Bo"]


async def test_many_requests_at_once_ask_for_one_account(house):
    async with house.peer("Al") as peer:
        await peer.api.list_sessions()
        await house.forget_everything()
        assert await asyncio.gather(*(peer.api.list_sessions() for _ in range(10))) == [[]] * 10
        assert accounts(house) == ["Al"]


async def test_a_session_that_is_gone_with_the_accounts_is_said_and_the_next_one_begins(house):
    async with house.peer("Al") as leader, house.peer("Bo") as follower:
        leading = await lead(leader)
        await follower.coordinator.follow(leading.session_id)
        await until(lambda: leader.state.follower is not None)
        await house.forget_everything()
        for peer in (leader, follower):
            ended = await peer.coordinator.wait_ended()
            sentence = "The server does not know this session any more. Start or join another one."
            assert ended == Ended(leading.session_id, "session_not_found", sentence)
        again = await lead(leader)
        await follower.coordinator.follow(again.join_code)
        assert isinstance(follower.state, Following)
        assert sorted(accounts(house)) == ["Al", "Bo"]


@pytest.mark.parametrize("followed", [False, True])
async def test_a_leader_whose_account_alone_is_gone_does_not_take_the_followers_seat(tmp_path, followed):
    house = House(tmp_path, leader_grace_s=30)
    await house.start()
    async with house.peer("Al") as leader, house.peer("Bo") as follower:
        leading = await lead(leader)
        if followed:
            await follower.coordinator.follow(leading.session_id)
            await until(lambda: leader.state.follower is not None)
        await house.forget_accounts()
        ended = await leader.coordinator.wait_ended()
        assert ended.reason == "not_your_session"
        assert "forgotten who started this session; start a new one" in ended.message
        if not followed:
            await follower.coordinator.follow(leading.session_id)
            assert isinstance(follower.state, Following)
    await house.stop()


async def test_a_token_of_the_session_that_has_run_out_is_renewed_by_a_known_account(tmp_path):
    house = House(tmp_path, leader_grace_s=30)
    await house.start()
    async with house.peer("Al") as leader:
        leading = await lead(leader)
        await house.forget_tokens()
        leader.events.clear()
        await until(lambda: leader.sockets()[-1:] == ["connected"])
        assert leader.state == Leading(leading.session_id, leading.join_code)
        assert accounts(house) == ["Al"]
    await house.stop()


async def test_what_else_is_refused_is_not_taken_for_a_forgotten_account(house):
    async with house.peer("Al") as leader, house.peer("Bo") as follower:
        leading = await lead(leader)
        with pytest.raises(ApiError) as refused:
            await follower.api.end(leading.session_id)
        assert refused.value.status == 403
        assert sorted(accounts(house)) == ["Al", "Bo"]
        assert follower.state == Idle()
