"""The audio process: one output stream for life, rendered from timelines by the DAC's own clock."""
