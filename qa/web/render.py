"""Answers as HTML for the thread, and as plain text for programs. Pure functions; everything is escaped."""

import re
from collections.abc import Callable, Sequence

from embeddings.types import Hit
from qa.types import Answer, Citation
from qa.web.conversations import Turn
from qa.web.feedback import of_answer
from qa.web.i18n import Words, place_in
from qa.web.markup import Span, annotate, escape, glosses

SHOWN_QUOTATIONS = 3
SURE, FAIR = 0.8, 0.5  # calibrated probabilities, as words


Titles = Callable[[str], str]
"""A document's name to the title shown for it."""


def thread(conversation: str, turns: Sequence[Turn], words: Words, titles: Titles) -> str:
    """The conversation, oldest turn first; the last one can be asked again."""
    last = len(turns)
    articles = "".join(_turn(turn, words, titles, turn.number == last) for turn in turns)
    log = f'role="log" aria-live="polite" data-conversation="{conversation}"'
    return f'<div class="turns" {log}>{articles}</div>'


def _turn(turn: Turn, words: Words, titles: Titles, last: bool) -> str:
    return (
        f'<article class="turn" id="turn-{turn.number}">'
        f'<div class="question" data-testid="user"><h2 class="unseen">{words["you_asked"]}</h2>'
        f"<p>{escape(turn.question)}</p></div>"
        f'<div class="answer" data-testid="bot" aria-busy="{"false" if turn.done else "true"}">'
        f'<h2 class="unseen">{words["answer"]}</h2>{_understood(turn, words)}{_body(turn, words, titles)}'
        f"{_actions(turn, words, last) if turn.done else ''}</div></article>"
    )


def _body(turn: Turn, words: Words, titles: Titles) -> str:
    if turn.answer is None:
        return _failure(turn, words) or _searching(words)
    body = _answered if turn.answer.answered else _refused
    return body(turn, turn.answer, words, titles) + _failure(turn, words)


def failure(turn: Turn, words: Words) -> str:
    """Why there is no whole answer."""
    return words.get(turn.failure) or words["failed"].format(reason=turn.failure)


def completed(turn: Turn) -> str:
    """The question that a follow-up was understood as; "" where it says everything itself."""
    understood = turn.answer.understood if turn.answer else ""
    return "" if understood == turn.question else understood


def _failure(turn: Turn, words: Words) -> str:
    return f'<p class="failure" role="alert">{escape(failure(turn, words))}</p>' if turn.failure else ""


def _searching(words: Words) -> str:
    return f'<p class="searching">{words["searching"]}<span class="dots" aria-hidden="true"></span></p>'


def _actions(turn: Turn, words: Words, last: bool) -> str:
    """What can be done with an answer: copy it, judge it, ask again."""
    buttons = []
    if turn.answer is not None:
        copied = escape(f"{turn.question}\n\n{plain(turn.answer)}")
        buttons.append(_button("copy", words["copy"], f'data-copy="{copied}" data-done="{words["copied"]}"'))
        for rating, word in (("up", "good"), ("down", "bad")):
            pressed = "true" if turn.rating == rating else "false"
            data = f'data-event="rate" data-turn="{turn.number}" data-answer="{of_answer(turn.answer)}" '
            data += f'data-rating="{rating}"'
            buttons.append(_button(rating, words[word], f'{data} aria-pressed="{pressed}"'))
    if last:
        buttons.append(_button("retry", words["retry"], 'data-event="retry"'))
    return f'<div class="actions">{"".join(buttons)}</div>'


def _button(icon: str, label: str, attributes: str) -> str:
    return (
        f'<button type="button" class="icon" {attributes} aria-label="{label}" title="{label}">'
        f'<span class="glyph {icon}" aria-hidden="true"></span></button>'
    )


def _understood(turn: Turn, words: Words) -> str:
    understood = completed(turn)
    return f'<p class="understood">{words["understood"]}<q>{escape(understood)}</q></p>' if understood else ""


def _answered(turn: Turn, answer: Answer, words: Words, titles: Titles) -> str:
    quotations = [
        _quotation(turn, number, citation, words, titles) for number, citation in enumerate(answer.citations, 1)
    ]
    shown, folded = quotations[:SHOWN_QUOTATIONS], quotations[SHOWN_QUOTATIONS:]
    html = [_prose(answer), f'<ol class="quotations">{"".join(shown)}</ol>']
    if folded:
        summary = words["more_quotes"].format(n=len(folded))
        start = len(shown) + 1
        html.append(f'<details class="more"><summary>{summary}</summary>')
        html.append(f'<ol class="quotations" start="{start}">{"".join(folded)}</ol></details>')
    html.append(f'<p class="verdict">{_verdict(answer, words)}</p>')
    return "".join(html)


def _prose(answer: Answer) -> str:
    """The answer's own words, where it has any beside its quotations."""
    if any(citation.quote in answer.text for citation in answer.citations if citation.quote):
        return ""
    return f'<p class="prose-text">{escape(answer.text)}</p>'


def _verdict(answer: Answer, words: Words) -> str:
    documents = len({citation.document for citation in answer.citations if citation.quote})
    if not documents:
        return ""
    sources = words["sources_one"] if documents == 1 else words["sources_many"].format(n=documents)
    level = "sure" if answer.confidence >= SURE else "fair" if answer.confidence >= FAIR else "doubtful"
    return f'<span class="level {level}" aria-hidden="true"></span>{sources} · {words[level]}'


def _quotation(turn: Turn, number: int, citation: Citation, words: Words, titles: Titles) -> str:
    origin = _origin(citation, words, titles)
    if loss := turn.lost.get(number - 1):
        return (
            f'<li class="quotation lost" value="{number}"><p>{words[f"lost_{loss}"]}</p>'
            f'<span class="origin">{origin}</span></li>'
        )
    label = words["open_citation"].format(n=number)
    place = f'data-turn="{turn.number}" data-cite="{number}"'
    target = f'href="#cite-{turn.number}-{number}" data-event="open" {place}'
    return (
        f'<li class="quotation" value="{number}"><blockquote>{quoted(citation)}'
        f'<a class="cite" {target} title="{escape(citation.quote)}" aria-label="{label}">{number}</a>'
        f'</blockquote><a class="origin" {target}>{origin}</a></li>'
    )


def quoted(citation: Citation) -> str:
    """The quotation's original characters, the answering words in bold."""
    quote = citation.quote
    words = []
    if citation.answer_start is not None and citation.answer_end is not None:
        start, end = citation.answer_start - citation.start, citation.answer_end - citation.start
        words = [(start, end, "<strong>", "</strong>")]
    return annotate(quote, 0, len(quote), [words, _gaps(quote), glosses(quote, 0, len(quote))])


_GAP = re.compile(r"\s*\n\s*\n\s*")


def _gaps(quote: str) -> list[Span]:
    """Empty lines between paragraphs with the indentation behind them: shown as a small distance."""
    return [(gap.start(), gap.end(), '<span class="gap">', "</span>") for gap in _GAP.finditer(quote)]


def _origin(found: Citation | Hit, words: Words, titles: Titles) -> str:
    title = titles(found.document)
    parts = [f'<span class="title">{escape(title)}</span>']
    if title != found.document:
        parts.append(f'<span class="name">{escape(found.document)}</span>')
    if found.place:
        parts.append(f'<span class="place">{escape(place_in(found.place, words))}</span>')
    return "".join(parts)


def _refused(turn: Turn, answer: Answer, words: Words, titles: Titles) -> str:
    html = f'<p class="refusal">{escape(answer.text)}</p>'
    if not answer.nearest:
        return html
    items = "".join(
        f'<li class="passage"><blockquote>{_passage(hit)}</blockquote>'
        f'<a class="origin" href="#near-{turn.number}-{number}" '
        f'data-event="open" data-turn="{turn.number}" data-near="{number}" '
        f'title="{words["open_passage"]}">{_origin(hit, words, titles)}</a></li>'
        for number, hit in enumerate(answer.nearest, 1)
    )
    summary = words["nearest"].format(n=len(answer.nearest))
    return f'{html}<details class="nearest"><summary>{summary}</summary><ol>{items}</ol></details>'


def _passage(hit: Hit) -> str:
    text = hit.text.strip()
    return annotate(text, 0, len(text), [_gaps(text), glosses(text, 0, len(text))])


def welcome(examples: Sequence[str], words: Words) -> str:
    """What a conversation shows before its first question."""
    chips = "".join(
        f'<li><button type="button" data-event="ask" data-question="{question}">{question}</button></li>'
        for question in map(escape, examples)
    )
    listed = f'<h2>{words["examples"]}</h2><ul class="examples">{chips}</ul>' if examples else ""
    return f'<section class="welcome"><h1>{words["welcome"]}</h1><p>{words["promise"]}</p>{listed}</section>'


def plain(answer: Answer) -> str:
    """The answer as text that contains its quotations: what the `/chat` endpoint returns."""
    lines = [answer.text]
    for number, citation in enumerate(answer.citations, 1):
        place = f", {citation.place}" if citation.place else ""
        quote = "" if citation.quote in answer.text else f"“{citation.quote}” "
        lines.append(f"[{number}] {quote}({citation.document}{place})")
    return "\n".join(lines)
