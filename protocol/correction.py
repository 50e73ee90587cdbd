"""What a renderer does about drift: apart from the models, so that the audio process starts without pydantic."""

from enum import StrEnum


class Correction(StrEnum):
    """What the renderer is doing about its drift."""

    NONE = "none"
    GLIDE = "glide"
    JUMP = "jump"
