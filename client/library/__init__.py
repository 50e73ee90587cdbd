"""The library: which file plays which track of which playlist, kept in SQLite."""
