"""Answers as HTML for the thread, and as plain text for programs. Pure functions; everything is escaped."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from embeddings.types import DocumentInfo, Hit
from qa.types import Answer, Citation
from qa.web.i18n import Words
from qa.web.markup import annotate, escape, glosses

SHOWN_QUOTATIONS = 3
SURE, FAIR = 0.8, 0.5  # calibrated probabilities, as words


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation and what came of it; `answer` is None while it is awaited."""

    number: int  # from 1, within the conversation
    question: str
    answer: Answer | None = None
    failure: str = ""  # why there is no answer, if it failed
    done: bool = True


Titles = Callable[[str], str]
"""A document's name to the title shown for it."""


def thread(turns: Sequence[Turn], words: Words, titles: Titles) -> str:
    """The conversation, oldest turn first."""
    return "".join(_turn(turn, words, titles) for turn in turns)


def _turn(turn: Turn, words: Words, titles: Titles) -> str:
    if turn.failure:
        body = f'<p class="failure" role="alert">{escape(words["failed"].format(reason=turn.failure))}</p>'
    elif turn.answer is None:
        body = f'<p class="searching">{words["searching"]}<span class="dots" aria-hidden="true"></span></p>'
    elif turn.answer.answered:
        body = _answered(turn, turn.answer, words, titles)
    else:
        body = _refused(turn, turn.answer, words, titles)
    return (
        f'<article class="turn" id="turn-{turn.number}">'
        f'<div class="question" data-testid="user"><h2 class="unseen">{words["you_asked"]}</h2>'
        f"<p>{escape(turn.question)}</p></div>"
        f'<div class="answer" data-testid="bot" aria-busy="{"false" if turn.done else "true"}">'
        f'<h2 class="unseen">{words["answer"]}</h2>{_understood(turn, words)}{body}</div></article>'
    )


def _understood(turn: Turn, words: Words) -> str:
    understood = turn.answer.understood if turn.answer else ""
    if not understood or understood == turn.question:
        return ""
    return f'<p class="understood">{words["understood"]}<q>{escape(understood)}</q></p>'


def _answered(turn: Turn, answer: Answer, words: Words, titles: Titles) -> str:
    quotations = [
        _quotation(turn.number, number, citation, words, titles)
        for number, citation in enumerate(answer.citations, 1)
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
    if any(citation.quote in answer.text for citation in answer.citations):
        return ""
    return f'<p class="prose-text">{escape(answer.text)}</p>'


def _verdict(answer: Answer, words: Words) -> str:
    documents = len({citation.document for citation in answer.citations})
    sources = words["sources_one"] if documents == 1 else words["sources_many"].format(n=documents)
    level = "sure" if answer.confidence >= SURE else "fair" if answer.confidence >= FAIR else "doubtful"
    return f'<span class="level {level}" aria-hidden="true"></span>{sources} · {words[level]}'


def _quotation(turn: int, number: int, citation: Citation, words: Words, titles: Titles) -> str:
    label = words["open_citation"].format(n=number)
    target = f'href="#cite-{turn}-{number}" data-turn="{turn}" data-cite="{number}"'
    return (
        f'<li class="quotation" value="{number}"><blockquote>{quoted(citation)}'
        f'<a class="cite" {target} title="{escape(citation.quote)}" aria-label="{label}">{number}</a>'
        "</blockquote>"
        f'<a class="origin" {target}>{_origin(citation, titles)}</a></li>'
    )


def quoted(citation: Citation) -> str:
    """The quotation's original characters, the answering words in bold."""
    quote = citation.quote
    words = []
    if citation.answer_start is not None and citation.answer_end is not None:
        start, end = citation.answer_start - citation.start, citation.answer_end - citation.start
        words = [(start, end, "<strong>", "</strong>")]
    return annotate(quote, 0, len(quote), [words, glosses(quote, 0, len(quote))])


def _origin(found: Citation | Hit, titles: Titles) -> str:
    title = titles(found.document)
    parts = [f'<span class="title">{escape(title)}</span>']
    if title != found.document:
        parts.append(f'<span class="name">{escape(found.document)}</span>')
    if found.place:
        parts.append(f'<span class="place">{escape(found.place)}</span>')
    return "".join(parts)


def _refused(turn: Turn, answer: Answer, words: Words, titles: Titles) -> str:
    html = f'<p class="refusal">{escape(answer.text)}</p>'
    if not answer.nearest:
        return html
    items = "".join(
        f'<li class="passage"><blockquote>{_passage(hit)}</blockquote>'
        f'<a class="origin" href="#near-{turn.number}-{number}" '
        f'data-turn="{turn.number}" data-near="{number}" '
        f'title="{words["open_passage"]}">{_origin(hit, titles)}</a></li>'
        for number, hit in enumerate(answer.nearest, 1)
    )
    summary = words["nearest"].format(n=len(answer.nearest))
    return f'{html}<details class="nearest"><summary>{summary}</summary><ol>{items}</ol></details>'


def _passage(hit: Hit) -> str:
    text = hit.text.strip()
    return annotate(text, 0, len(text), [glosses(text, 0, len(text))])


def welcome(examples: Sequence[str], words: Words) -> str:
    """What a conversation shows before its first question."""
    chips = "".join(
        f'<li><button type="button" data-ask="{escape(question)}">{escape(question)}</button></li>'
        for question in examples
    )
    listed = f'<h2>{words["examples"]}</h2><ul class="examples">{chips}</ul>' if examples else ""
    return f'<section class="welcome"><h1>{words["welcome"]}</h1><p>{words["promise"]}</p>{listed}</section>'


def document_list(documents: Sequence[DocumentInfo], words: Words) -> str:
    """The documents as a list of buttons that open them."""
    if not documents:
        return (
            f'<h2>{words["documents"]}</h2><p class="none">{words["no_documents"]}</p>'
            f'<p class="hint">{words["no_documents_hint"]}</p>'
        )
    items = "".join(
        f'<li><button type="button" data-document="{escape(info.name)}">'
        f'<span class="title">{escape(info.title or info.name)}</span>'
        f'<span class="name">{escape(info.name)}</span></button></li>'
        for info in documents
    )
    return f'<h2>{words["documents"]} <span class="count">{len(documents)}</span></h2><ul>{items}</ul>'


def plain(answer: Answer) -> str:
    """The answer as text that contains its quotations: what the `/chat` endpoint returns."""
    lines = [answer.text]
    for number, citation in enumerate(answer.citations, 1):
        place = f", {citation.place}" if citation.place else ""
        quote = "" if citation.quote in answer.text else f"“{citation.quote}” "
        lines.append(f"[{number}] {quote}({citation.document}{place})")
    return "\n".join(lines)
