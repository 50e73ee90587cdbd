"""RunBuddy without Qt and without sound: clock, sync mathematics, REST, WebSocket, coordinator, pairing."""
