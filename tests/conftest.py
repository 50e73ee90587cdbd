"""What every test of this project has in common."""

from hypothesis import settings

# A test that measures its own time fails on a busy machine: hypothesis is told not to.
settings.register_profile("lockstep", deadline=None)
settings.load_profile("lockstep")
