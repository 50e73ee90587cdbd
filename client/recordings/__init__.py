"""Which recordings the paired files hold: read while a session is opened, kept while the files don't change."""
