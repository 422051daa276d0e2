"""还有呢? What else did she say? Questions for more than what has been quoted already."""

import re
from collections.abc import Sequence

from embeddings.normalize import fold
from qa.conversation.joined import OTHERS
from qa.types import Answer, Citation

_FURTHER = re.compile(
    r"(?<![归偿退交送返])还(?![是给原书清债]|款|贷|钱)|除此之外|除了(?:这|那|以上|上述)|^其[他它]的?呢|别的[呢吗]|^(?:继续|接着)说|"
    r"^然后呢|\b(?:else|further)\b|\b(?:any|some)(?:thing)? (?:more|others?)\b|^go on\b",
    re.IGNORECASE,
)

_AND_THIS = re.compile(rf"(?:那么?)?还有(?!{OTHERS})[^,。?]{{1,14}}呢")


def quoted_before(question: str, history: Sequence[tuple[str, Answer]]) -> tuple[Citation, ...]:
    """What a follow-up that asks for more need not be shown again; () for any other question."""
    view = fold(question)
    if not _FURTHER.search(view) or _AND_THIS.match(view):
        return ()
    return tuple(citation for _, answer in history for citation in answer.citations)
