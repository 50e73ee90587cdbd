"""Settings: what can be chosen, what was measured, and who made the parts."""
