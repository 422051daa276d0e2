"""What each part of retrieval brings: the figures of every mode, and of hybrid search with one part switched off.

    python tests/benchmarks/ablation.py DATA/eval                                # all questions
    python tests/benchmarks/ablation.py DATA/eval --limit 300 --sets drcd.dev xquad.zh

DATA/eval holds NAME.questions.jsonl.xz and NAME.passages.jsonl.xz; the questions of a limit are the same in every run.
By mode, the sets are taken as they are, passages without titles, as `qa evaluate` takes them. The parts are switched
off where they matter: DRCD's traditional passages with their titles, a reading in pinyin behind every tenth Han
character, asked in simplified characters (by OpenCC: pip install opencc). That set is indexed anew for each part.

recall@1 and nDCG@10 are of documents. "lost" counts the questions whose document hybrid search puts first and the row
does not, "won" those the other way round: their difference says more than that of two rates. The last line is one
JSON object.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[2]))

from embeddings.normalize import characters, view  # noqa: E402
from embeddings.normalize.glosses import HAN  # noqa: E402
from embeddings.types import search_text  # noqa: E402
from qa import retrieval  # noqa: E402
from qa.assistant import Assistant, Mode  # noqa: E402
from qa.evaluation.corpus import over_sources  # noqa: E402
from qa.evaluation.metrics import gain  # noqa: E402
from qa.evaluation.questions import QuestionSet, read_questions, sample  # noqa: E402
from qa.evaluation.runner import rank  # noqa: E402
from qa.questions import understand  # noqa: E402

SETS = ("cmrc2018.dev", "drcd.dev", "xquad.zh", "xquad.en")
GLOSSED = "drcd.dev"
ACROSS = ("xquad.zh", "xquad.en")  # the same questions and passages in two languages
EVERY = 10  # Han characters from one gloss to the next
# A search sees letters, not whether they are the character's own reading: these are drawn by its code point, so that
# the figures do not hang on the version of a dictionary.
READINGS = re.findall(
    r"\w+",
    "qiáng huà zhōng guó rén mín lǜ yǔ shì jiè xué xiào nián yuè fā zhǎn jīng jì wén shū diàn nǎo shān shuǐ chéng "
    "nán běi dōng xī fāng zhèng fǔ bù mén gōng chǎng tiě lù háng kōng yīn tǐ yù tiān dì",
)

Ranks = list[int | None]
Switch = Callable[[], AbstractContextManager[None]]
MODES: dict[str, Mode] = {
    "lexical only": "lexical",
    "dense only": "dense",
    "hybrid": "hybrid",
    "reranked": "reranked",
}
LATE = ("dense only", "hybrid")


# ---- the switches


@contextmanager
def switched(*changes: AbstractContextManager[object]) -> Iterator[None]:
    """All changes made, and none left afterwards, not even in what was remembered of questions."""
    with ExitStack() as stack:
        stack.callback(understand.cache_clear)  # runs last
        for change in changes:
            stack.enter_context(change)
        understand.cache_clear()
        yield


class AsTheyAre(characters.Characters):
    """Every code point plain, its own target; for use where the table of scripts is empty."""

    def learn(self, codes: NDArray[np.uint32]) -> None:
        """Nothing about them."""


def without_scoring_anew() -> AbstractContextManager[None]:
    """The fused score alone ranks."""
    return switched(patch.object(retrieval, "SCORED_ANEW", 0))


def without_late_interaction() -> AbstractContextManager[None]:
    """Passages are compared with the question as wholes alone."""
    return switched(
        patch.object(retrieval, "aligned", lambda index, question, dense, encoder: dense),
        patch.dict(retrieval.WEIGHTS, aligned=0.0),
    )


def without_normalisation() -> AbstractContextManager[None]:
    """The view is the original text; lexical terms are lower-cased as ever."""
    return switched(
        patch.object(characters, "SIMPLE", {}),
        patch.multiple(view, characters=cache(AsTheyAre), _EASY_TARGETS={}),
        with_glosses(),
    )


def with_glosses() -> AbstractContextManager[None]:
    """Readings stay in the view."""
    return switched(patch.multiple(view, _without_glosses=_unchanged, _without_rubies=_unchanged))


def with_both_scripts() -> AbstractContextManager[None]:
    """Traditional characters stay what they are; the rest of the folding is done."""
    targets = {source: target for source, target in view._EASY_TARGETS.items() if ord(source) not in characters.SIMPLE}
    return switched(
        patch.object(characters, "SIMPLE", {}),
        patch.multiple(view, SIMPLE={}, characters=cache(characters.Characters), _EASY_TARGETS=targets),
    )


def without_context() -> AbstractContextManager[None]:
    """Passages know neither title nor headings, in any search."""
    return switched(patch.object(import_module("embeddings.passages.split")._Contexts, "at", lambda *_: ""))


def _unchanged(draft: view._Draft) -> view._Draft:
    return draft


PARTS: dict[str, Switch] = {
    "hybrid, normalisation off": without_normalisation,
    "hybrid, glosses left in": with_glosses,
    "hybrid, scripts not folded": with_both_scripts,
    "hybrid, titles and headings left out": without_context,
}


# ---- what is measured


def glossed(questions: QuestionSet) -> QuestionSet:
    """The questions in simplified characters, over the passages with readings put in."""
    import opencc

    simplified = opencc.OpenCC("t2s").convert
    return replace(
        questions,
        queries=tuple(replace(query, question=simplified(query.question)) for query in questions.queries),
        sources=tuple(replace(source, text=with_readings(source.text)) for source in questions.sources),
    )


def with_readings(text: str) -> str:
    """A text with a reading in parentheses behind every tenth Han character."""
    return re.sub(
        rf"(?:[{HAN}][^{HAN}]*){{{EVERY - 1}}}([{HAN}])",
        lambda match: f"{match[0]}({READINGS[ord(match[1]) % len(READINGS)]})",
        text,
    )


def ranks(assistant: Assistant, questions: QuestionSet, mode: Mode) -> Ranks:
    """Of every question's document."""
    return [rank(assistant, query, mode) for query in questions.queries]


def by_mode(assistant: Assistant, questions: QuestionSet) -> dict[str, Ranks]:
    """Every mode, and what makes up its scores switched off, over one index."""
    found = {name: ranks(assistant, questions, mode) for name, mode in MODES.items()}
    with without_late_interaction():
        found |= {f"{name}, no late interaction": ranks(assistant, questions, MODES[name]) for name in LATE}
    with without_scoring_anew():
        return found | {"hybrid, not scored anew": ranks(assistant, questions, "hybrid")}


def by_part(questions: QuestionSet) -> dict[str, Ranks]:
    """Every mode with all parts, and hybrid search without each of them, over an index of its own."""
    with over_sources(questions.sources, titles=True) as (assistant, _):
        found, whole = by_mode(assistant, questions), searched(assistant)
    for name, part in PARTS.items():
        with part(), over_sources(questions.sources, titles=True) as (assistant, _):
            if searched(assistant) == whole:
                raise SystemExit(f"{name}: the same passages as before; what it switches is used no longer")
            found[name] = ranks(assistant, questions, "hybrid")
    return found


def across(chinese: QuestionSet, english: QuestionSet) -> QuestionSet:
    """The English questions over the Chinese passages, where both were asked."""
    asked = {query.qid: query.question for query in english.queries}
    queries = tuple(replace(q, question=asked[q.qid]) for q in chinese.queries if q.qid in asked)
    return replace(chinese, queries=queries)


def by_language(assistant: Assistant, questions: QuestionSet) -> dict[str, Ranks]:
    """Every mode, and hybrid search that takes the question's words as they are, of a question in another language."""
    found = {name: ranks(assistant, questions, mode) for name, mode in MODES.items()}
    with switched(patch.object(retrieval, "_foreign", lambda question, passages: False)):
        return found | {"hybrid, words not translated": ranks(assistant, questions, "hybrid")}


def searched(assistant: Assistant) -> list[str]:
    """What is searched of every passage."""
    return [search_text(p) for info in assistant.documents() for p in assistant.index.all_passages(info.name)]


@dataclass(frozen=True)
class Figures:
    """A row of the table."""

    recall: float
    ndcg: float
    lost: int
    won: int


def figures(found: Ranks, hybrid: Ranks) -> Figures:
    """Rates of one row, and its differences from hybrid search with all parts."""
    first = [(mine == 1, its == 1) for mine, its in zip(found, hybrid, strict=True)]
    return Figures(
        recall=round(sum(mine for mine, _ in first) / len(first), 4),
        ndcg=round(sum(map(gain, found)) / len(found), 4),
        lost=sum(its and not mine for mine, its in first),
        won=sum(mine and not its for mine, its in first),
    )


def show(title: str, questions: QuestionSet, found: dict[str, Ranks]) -> dict[str, object]:
    """Print a table, and give it back for the JSON."""
    rows = {name: figures(row, found["hybrid"]) for name, row in found.items()}
    print(f"{title}: {len(questions.queries)} questions, {len(questions.sources)} passages")
    print(f"    {'':38}recall@1  nDCG@10  lost  won")
    for name, row in rows.items():
        differences = f"{row.lost:6}{row.won:5}" if name != "hybrid" else f"{'-':>6}{'-':>5}"
        print(f"    {name:38}{row.recall:8.3f}{row.ndcg:9.3f}{differences}")
    print(flush=True)
    table = {
        name: {"recall@1": row.recall, "ndcg@10": row.ndcg, "lost": row.lost, "won": row.won}
        for name, row in rows.items()
    }
    return {"questions": len(questions.queries), "passages": len(questions.sources), "rows": table}


def main() -> None:
    """Print a table by set, the one of the parts last."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of the evaluation sets")
    parser.add_argument("--sets", nargs="*", default=SETS, help="those measured by mode")
    parser.add_argument("--limit", type=int, help="questions per set")
    options = parser.parse_args()

    def questions_of(name: str) -> QuestionSet:
        return sample(read_questions(options.data / f"{name}.questions.jsonl.xz"), options.limit, seed=0)

    tables = {}
    for name in options.sets:
        questions = questions_of(name)
        with over_sources(questions.sources) as (assistant, _):
            tables[name] = show(name, questions, by_mode(assistant, questions))
    questions = across(*(questions_of(name) for name in ACROSS))
    with over_sources(questions.sources) as (assistant, _):
        title = f"{ACROSS[0]}, asked in English"
        tables["across"] = show(title, questions, by_language(assistant, questions))
    questions = glossed(questions_of(GLOSSED))
    title = f"{GLOSSED}, asked in simplified characters, with titles and glosses"
    tables["parts"] = show(title, questions, by_part(questions))
    print(json.dumps(tables, ensure_ascii=False))


if __name__ == "__main__":
    main()
