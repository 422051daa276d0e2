"""A page as a picture, apart from what draws it, so that its users need no PDF library."""

from dataclasses import dataclass

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in shares of the picture's width and height."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG with the quotation marked, and where it stands: a box around each of its lines."""

    png: bytes
    boxes: tuple[Box, ...]
