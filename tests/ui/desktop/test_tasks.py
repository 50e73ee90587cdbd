"""Coroutines beside the screens."""

import asyncio
import gc

from ui.desktop.tasks import Tasks


async def test_an_error_is_reported():
    told: list[BaseException] = []
    tasks = Tasks(told.append)

    async def fail():
        raise ValueError("no")

    task = tasks.start(fail(), "failing")
    await asyncio.wait([task])
    await asyncio.sleep(0)
    assert [str(error) for error in told] == ["no"]


async def test_what_runs_is_known_by_name_and_can_be_cancelled():
    tasks = Tasks(lambda _: None)
    task = tasks.start(asyncio.Event().wait(), "waiting")
    assert tasks.running("waiting")
    tasks.cancel("waiting")
    await asyncio.wait([task])
    assert not tasks.running("waiting")


async def test_after_the_end_nothing_runs_and_nothing_begins():
    tasks = Tasks(lambda _: None)
    ended = asyncio.Event()

    async def work():
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    tasks.start(work(), "work")
    await asyncio.sleep(0)
    await tasks.aclose()
    assert ended.is_set()
    assert tasks.start(work(), "late") is None


async def test_what_keeps_a_wish_comes_to_its_end_before_the_others_are_cancelled():
    tasks, kept, cancelled = Tasks(lambda _: None), asyncio.Event(), asyncio.Event()

    async def keep():
        # As long as a thread takes to write.
        await asyncio.to_thread(lambda: None)
        kept.set()

    async def wait():
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            assert kept.is_set()
            cancelled.set()
            raise

    tasks.start(keep(), "keep", finishes=True)
    tasks.start(wait(), "wait")
    await asyncio.sleep(0)
    await tasks.aclose()
    assert kept.is_set()
    assert cancelled.is_set()


async def test_the_newest_of_one_name_runs_when_the_former_has_said_goodbye():
    tasks, told, goodbye = Tasks(lambda _: None), [], asyncio.Event()

    async def work(name):
        try:
            told.append(f"{name} begins")
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            # Cancelled once more, it would not come to its end.
            await goodbye.wait()
            told.append(f"{name} ends")
            raise

    tasks.start(work("first"), "work")
    await asyncio.sleep(0)
    tasks.start_anew(work("second"), "work")
    await asyncio.sleep(0)
    newest = tasks.start_anew(work("third"), "work")
    for _ in range(5):
        await asyncio.sleep(0)
    assert told == ["first begins"]
    goodbye.set()
    for _ in range(10):
        await asyncio.sleep(0)
    assert told == ["first begins", "first ends", "third begins"]
    assert newest is not None
    assert not newest.done()
    await tasks.aclose()


async def test_of_many_presses_at_once_the_last_one_counts_and_none_is_left_over():
    tasks, told = Tasks(lambda _: None), []

    async def work(name):
        told.append(name)

    # A coroutine that nobody ever ran would be a warning here.
    for name in ("first", "second", "third"):
        tasks.start_anew(work(name), "work")
    for _ in range(5):
        await asyncio.sleep(0)
    gc.collect()
    assert told == ["third"]
    await tasks.aclose()
    assert tasks.start_anew(work("late"), "work") is None
