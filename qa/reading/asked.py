"""What some questions ask for that their document must have: the words of somebody, or what a slogan stands for.

A page that names a person but reports no words of his, or repeats a slogan without its items, looks like an answer
to such a question and is none.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from embeddings.analysis import terms
from qa.matching import Word, holds
from qa.questions import Question
from qa.reading.patterns import HAN_NUMBER

_WORDS_ASKED = re.compile(
    r"^(.+?)(?:(?:都|还|又|具体|究竟|到底){0,3}"
    r"(?:说|讲|谈|表示|强调|指出|提到)[了过到出的]?(?:一?些)?(?:什么|啥|哪|怎么?|话)|"
    r"(?:作|做|发表)[了过出]?(?:一?些|什么|哪些|怎样的?)?(?:讲话|发言|报告|致辞)|"
    r"(?:怎么|怎样|如何)(?:说|讲|谈|评价|表态|表示)|"
    r"的?(?:讲话|发言|原话|致辞)(?:内容|要点)?(?:是|有)?(?:什么|哪|啥))",
    re.DOTALL,
)
_WORDS_ASKED_EN = re.compile(
    r"\b(?:did|does|has|had)\s+(.{2,60}?)\s+"
    r"(?:say|said|tell|told|stress|state|remark|speak|talk|emphasi[sz]e|point out)\b",
    re.IGNORECASE | re.DOTALL,
)
_ASIDE = re.compile(r"针?对|[在于就向给]|关于")
_SPEECH = re.compile(
    r"表示|指出|强调|介绍|认为|坦言|透露|讲话|发言|致辞|说|称|要求|提出|"
    r" (?:said|says|stated|told|stressed|added|announced|speech)(?= |$)"
)
BEFORE, AROUND = 14, 40
"""Characters before a Chinese word of speech, and around an English one, in which the speaker stands."""

_ITEMS_ASKED = re.compile(
    r"分别|指的?(?:是|什么|啥|哪)|代表|包括|包含|涵盖|含义|意思|"
    r"哪[二三四五六七八九十两几\d]|(?:是|有)哪(?![一天年月日里儿位个]|时候)|"
    r"\b(?:stands? for|means?|refers? to|includes?|comprises?|consists?|items|what are the)\b",
    re.IGNORECASE,
)
_SLOGAN = re.compile(rf"\d+(?:\+\d+)+|(?<![第哪几{HAN_NUMBER}])[{HAN_NUMBER}双](?:个|大|项)?[\u4e00-\u9fff]{{1,6}}")
_MERE_NUMBER = re.compile(rf"[{HAN_NUMBER}双][个大项次年天月日位种点条座名家场]")
_ITEM = r"[^,。;:、\"“”\s]{2,14}"
_LISTED_BEFORE = re.compile(rf"{_ITEM}、{_ITEM}[\"“”]?$")
_TOLD_AFTER = re.compile(rf"^[^,。;、]{{0,4}}?(?:[:(]|——|即|是指|指的?是|就是|包括|分别|{_ITEM}、{_ITEM})")
LEAST = 2
"""Characters of a slogan."""


def speaks(question: Question, words: Sequence[Word], weight: NDArray[np.float32], texts: Sequence[str]) -> float:
    """How much of the person whose words are asked for stands by a word of speech; -1 where no words are asked for.

    `words` and `weight` are those of the question's terms, `texts` the flat sentences of a document.
    """
    which = _speaker(question)
    total = float(sum(weight[i] for i in which))
    if total <= 0:
        return -1.0
    best = 0.0
    for text in texts:
        for verb in _SPEECH.finditer(text):
            english = verb.group().startswith(" ")
            start = max(0, verb.start() - (AROUND if english else BEFORE))
            near = text[start : verb.end() + AROUND if english else verb.start()]
            best = max(best, sum(float(weight[i]) for i in which if holds(near, words[i])) / total)
    return best


@lru_cache(maxsize=256)
def _speaker(question: Question) -> tuple[int, ...]:
    """The positions of the question's terms that name the person whose words are asked for; () if none are."""
    asked = (_WORDS_ASKED if question.language == "zh" else _WORDS_ASKED_EN).search(question.text)
    if asked is None:
        return ()
    named = set(terms(next(filter(None, _ASIDE.split(asked.group(1))), "")))
    return tuple(i for i, term in enumerate(question.terms) if term in named and len(term) > 1)


def explains(question: Question, texts: Sequence[str]) -> float:
    """Whether a document tells what the slogan comprises whose items are asked for: 1, 0.

    -1 where no items are asked for, or where it has no such slogan. `texts` are the views of its sentences.
    """
    if _ITEMS_ASKED.search(question.text) is None:
        return -1.0
    found = {name for name in question.names if len(name) >= LEAST and any(name in text for text in texts)}
    unquoted = re.sub("|".join(map(re.escape, question.names)) or "$", " ", question.text)
    found |= {known for m in _SLOGAN.finditer(unquoted) if (known := _longest(m.group(), texts))}
    if not found:
        return -1.0
    return float(any(_told(slogan, text) for slogan in found for text in texts))


def _longest(slogan: str, texts: Sequence[str]) -> str:
    """The longest beginning of what may be a slogan that the texts have; "" if they have none."""
    least = len(slogan) if "+" in slogan else LEAST
    lengths = range(len(slogan), least - 1, -1)
    known = next((slogan[:n] for n in lengths if any(slogan[:n] in text for text in texts)), "")
    return "" if _MERE_NUMBER.fullmatch(known) else known


def _told(slogan: str, text: str) -> bool:
    return any(
        _LISTED_BEFORE.search(text[: m.start()]) or _TOLD_AFTER.search(text[m.end() :].lstrip('"”」'))
        for m in re.finditer(re.escape(slogan), text)
    )
