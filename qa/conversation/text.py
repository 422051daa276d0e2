"""A question in two forms of equal length: as it was written, and as it is compared."""

import re
from dataclasses import dataclass

from embeddings.normalize import fold

CLOSING = "?!。.,;:~ "


@dataclass(frozen=True, slots=True)
class Text:
    """`view[a:b]` and `shown[a:b]` are the same words: simplified, and in the script of their author."""

    view: str
    shown: str

    @classmethod
    def of(cls, original: str) -> "Text":
        """Both forms of a question; where folding changes its length, the folded one is shown too."""
        view, shown = fold(original), original.strip()
        return cls(view, shown if len(shown) == len(view) else view)

    def __bool__(self) -> bool:
        """Whether there are any words."""
        return bool(self.view)

    def __len__(self) -> int:
        """Characters, the same in both forms."""
        return len(self.view)

    def __getitem__(self, part: slice) -> "Text":
        """A stretch of both forms."""
        return Text(self.view[part], self.shown[part])

    def __add__(self, other: "Text | str") -> "Text":
        """Followed by more words; a plain string is the same in both forms."""
        end = other if isinstance(other, Text) else Text(other, other)
        return Text(self.view + end.view, self.shown + end.shown)

    def put(self, start: int, end: int, words: "Text | str") -> "Text":
        """The same with `[start:end]` replaced."""
        return self[:start] + words + self[end:]

    def stripped(self, characters: str = CLOSING) -> "Text":
        """Without these characters of the view at both edges."""
        start = len(self.view) - len(self.view.lstrip(characters))
        return self[start : max(start, len(self.view.rstrip(characters)))]

    def without(self, pattern: re.Pattern[str]) -> "Text":
        """Without the first match of a pattern in the view."""
        match = pattern.search(self.view)
        return self.put(*match.span(), "") if match else self


ASKED = Text("?", "？")
COMMA = Text(",", "，")
NOTHING = Text("", "")
