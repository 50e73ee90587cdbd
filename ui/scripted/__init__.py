"""The app used by a script instead of a person: what QA and the demo do with it (docs/qa.md)."""
