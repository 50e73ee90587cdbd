"""The desktop app: its start, and what stands between its screens and the rest of the program."""
