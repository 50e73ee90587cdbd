"""SQLite files of this client: opened with their migrations, kept aside when they are damaged."""
