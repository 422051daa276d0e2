"""A page as a picture, apart from what draws it, so that its users need no PDF library."""

from dataclasses import dataclass

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in shares of the picture's width and height."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG, and boxes around the quotation on it."""

    png: bytes
    boxes: tuple[Box, ...]
