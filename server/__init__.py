"""The session server: REST routes, WebSocket relay, storage, and for a table without internet accounts and SNTP."""
