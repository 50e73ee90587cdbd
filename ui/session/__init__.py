"""What leading and following are made of, in a terminal and in a window alike."""
