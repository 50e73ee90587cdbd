"""The cycle collector, in a process of its own: what it is told holds for the whole process."""

import subprocess
import sys

_PROGRAM = """
import gc, weakref
from server.garbage import spare_the_relay

class Thing:
    pass

def make_cycle():
    thing = Thing()
    thing.itself = thing
    return weakref.ref(thing)

spare_the_relay()
assert gc.get_freeze_count() > 0
assert gc.isenabled()
found = make_cycle()
many = [Thing() for _ in range(5_000)]
print(found() is not None, end=" ")
gc.collect()
print(found() is None)
"""


def test_cycles_are_looked_for_seldom_but_still_found() -> None:
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout == "True True\n"
