"""Follow-up questions, answered with and without what was asked before.

Every conversation of tests/data/conversations.jsonl is held over the seeds and the fixture documents, with
the answers that the assistant really gave. Figures are of the later turns: hit@1 of those that have an answer
(the first citation is of the right document and has the words; a question for more may be refused where all of
them were quoted before), refusals of those that have none, and how
many new topics were left alone. "complete" is what the assistant reaches on the same turns written out by
hand, the ceiling of any resolution.

    python tests/benchmarks/conversations.py             # the part that may be tuned on
    python tests/benchmarks/conversations.py --held-out  # the part that may not
    python tests/benchmarks/conversations.py --all --misses

The last line is one JSON object.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from embeddings.normalize import fold  # noqa: E402
from qa.assistant import Assistant  # noqa: E402
from qa.conversation import quoted_before, resolve  # noqa: E402
from qa.types import Answer  # noqa: E402

DATA = ROOT / "tests" / "data"
Turn = dict[str, Any]
Rates = dict[str, list[bool]]


def conversations(part: str) -> Iterator[dict[str, Any]]:
    """The conversations of a part: "tuned", "held out" or "all"."""
    for line in (DATA / "conversations.jsonl").read_text(encoding="utf-8").splitlines():
        conversation = json.loads(line)
        if part == "all" or conversation["held_out"] == (part == "held out"):
            yield conversation


def right(turn: Turn, answer: Answer) -> bool:
    """Whether an answer is what the turn is labelled with; for one without a document, a refusal."""
    if turn["document"] is None:
        return not answer.answered
    if not answer.citations or answer.citations[0].document != turn["document"]:
        return False
    quoted = fold(answer.citations[0].quote)
    return (all if turn["all_of"] else any)(word in quoted for word in turn["words"])


def nothing_more(turn: Turn, answer: Answer, history: list[tuple[str, Answer]]) -> bool:
    """Whether a question for more was refused because all that is labelled had been quoted before."""
    shown = fold("\n".join(citation.quote for citation in quoted_before(turn["question"], history)))
    return not answer.answered and bool(shown) and all(word in shown for word in turn["words"])


def hold(assistant: Assistant, conversation: dict[str, Any], rates: Rates, misses: bool) -> None:
    """Ask all turns in order and note what came out of the later ones."""
    history: list[tuple[str, Answer]] = []
    for turn in conversation["turns"]:
        question = turn["question"]
        answer = assistant.ask(question, history=history)
        if not history:
            rates["first"].append(right(turn, answer))
        else:
            answers = {
                "with": answer,
                "without": assistant.ask(question),
                "complete": assistant.ask(turn["complete"]),
            }
            kind = "refused" if turn["document"] is None else "hit"
            done = nothing_more(turn, answer, history)
            for way, given in answers.items():
                rates[f"{kind} {way}"].append(right(turn, given) or (way == "with" and done))
            if kind == "hit":
                rates[f"kind {conversation['kind']}"].append(right(turn, answer) or done)
            if turn["complete"] == question:
                rates["new topic left alone"].append(resolve(question, history) == question)
            if misses and not (right(turn, answer) or done):
                print(f"{question} -> {answer.understood}  (complete: {right(turn, answers['complete'])})")
                print(f"    {answer.citations[0].quote if answer.citations else '-'!r}")
        history.append((question, answer))


def milliseconds(conversation: dict[str, Any]) -> list[float]:
    """Time to resolve each later turn after answers without quotations."""
    history: list[tuple[str, Answer]] = []
    times = []
    for turn in conversation["turns"]:
        start = time.thread_time()
        understood = resolve(turn["question"], history)
        if history:
            times.append((time.thread_time() - start) * 1e3)
        history.append((turn["question"], Answer(turn["question"], "", False, 0.0, understood=understood)))
    return times


def main() -> None:
    """Hold the conversations and print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--held-out", action="store_const", const="held out", dest="part")
    part.add_argument("--all", action="store_const", const="all", dest="part")
    parser.add_argument("--misses", action="store_true", help="print what went wrong")
    arguments = parser.parse_args()
    chosen = list(conversations(arguments.part or "tuned"))
    rates: Rates = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder, Assistant.open(folder) as assistant:
        assistant.add(ROOT / "seeds")
        assistant.add(DATA / "conversations")
        for conversation in chosen:
            hold(assistant, conversation, rates, arguments.misses)
    figures: dict[str, Any] = {"part": arguments.part or "tuned", "conversations": len(chosen)}
    for name in sorted(rates):
        figures[name] = f"{sum(rates[name])}/{len(rates[name])}"
        print(f"{name:30} {sum(rates[name]) / len(rates[name]):.3f}  {figures[name]}")
    times = sorted(t for conversation in chosen for t in milliseconds(conversation))
    figures["milliseconds median"] = round(times[len(times) // 2], 3)
    print(json.dumps(figures, ensure_ascii=False))


if __name__ == "__main__":
    main()
