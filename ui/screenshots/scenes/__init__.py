"""The states that are pictured: each module has `SCENES`, a tuple of Scene."""
