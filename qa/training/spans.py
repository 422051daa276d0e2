"""Train the span model: which words of a sentence answer, and whether any do; write qa/reader_model/spans.npz.

    python -m qa.training.spans DATA/train --work WORK        # about 40 minutes on two cores

The model sees a sentence between its neighbours and the question, as vectors of the static encoder and matches of
words (`qa.reading.atoms`), so that it has to learn only how questions ask, not what words mean. Beside each sentence
that answers it sees one that is easily taken for it. WORK keeps the pairs, so that a second run only trains.
"""

import argparse
import json
import math
import pickle
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from embeddings.encoders import default_encoder
from embeddings.training.corpora import HELD_OUT
from qa.questions import KINDS, Question, understand
from qa.reading.atoms import (
    BASIS,
    CENTRE,
    FLAGS,
    LONGEST_ANSWER,
    LONGEST_PASSAGE,
    Atoms,
    best_span,
    bounded,
    kind_vector,
    seen,
)
from qa.reading.evidence import Evidence
from qa.reading.reader import MODEL
from qa.retrieval import retrieve
from qa.training.examples import Asked, ReadingSet
from qa.training.span_model import SpanModel

SETS = ("cmrc2018.train", "drcd.train", "squad_en.train", HELD_OUT)
PASSAGES = 4  # of those retrieved, so many give the sentences that are taken for the answer
SIZE, RATE = 24, 2e-3  # questions of a batch, highest learning rate

Side = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float16]]


@dataclass
class Row:
    """One question with a sentence: word and piece numbers, flags, and the answer's first and last atom."""

    question: Side
    passage: Side
    kind: NDArray[np.float32]
    first: int  # -1 where the sentence does not answer
    last: int


@dataclass
class Pair:
    """A sentence that answers a question, and some that do not."""

    right: Row
    wrong: list[Row]
    name: str
    held_out: bool


class Words:
    """Numbers for atoms' words."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, words: list[str]) -> NDArray[np.int32]:
        """A number for each word; new ones are given numbers too."""
        return np.array([self.numbers.setdefault(w, len(self.numbers)) for w in words], dtype=np.int32)


def tables(words: Words) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Reduced vectors of all words and of all pieces, (…, BASIS), and the basis, (dimension, BASIS)."""
    encoder = default_encoder()
    alone = bounded(encoder.sums(encoder.tokenize(list(words.numbers))))
    pieces = bounded(encoder.token_vectors(range(encoder.vocabulary)))
    both = np.concatenate([alone, pieces]).astype(np.float64)
    basis = np.linalg.eigh(both.T @ both)[1][:, -BASIS:].astype(np.float32)
    return alone @ basis, pieces @ basis, basis


def pairs(reading_set: ReadingSet, words: Words) -> list[Pair]:
    """Each question with the sentence that answers it and the two most like it that do not."""
    made: list[Pair] = []
    for asked in reading_set.questions:
        question = understand(asked.question)
        evidence = Evidence(retrieve(reading_set.index, question.text, PASSAGES))
        pair = _pair(asked, question, evidence, words, reading_set.name)
        if pair is not None:
            made.append(pair)
        if len(made) % 1000 == 999:
            print(reading_set.name, len(made), flush=True)
    return made


def _pair(asked: Asked, question: Question, evidence: Evidence, words: Words, name: str) -> Pair | None:
    answering, others = [], []
    for i, sentence in enumerate(evidence.sentences):
        mine = evidence.documents[sentence.document] == asked.document
        if mine and sentence.start <= asked.start and asked.end <= sentence.end:
            answering.append(i)
        elif not (mine and any(a in sentence.text for a in asked.answers)) and len(sentence.text) > 6:
            others.append((sum(t in sentence.text for t in question.terms if len(t) > 1), i))
    if not answering or not others:
        return None
    right = _row(question, evidence, answering[0], (asked.start, asked.end), words)
    wrong = [_row(question, evidence, i, None, words) for _, i in sorted(others, reverse=True)[:2]]
    if right is None:
        return None
    return Pair(right, [w for w in wrong if w is not None], name, asked.held_out)


def _row(question: Question, evidence: Evidence, i: int, answer: tuple[int, int] | None, words: Words) -> Row | None:
    """One row: a sentence of the evidence with its neighbours."""
    asked, passage, offset = seen(question, evidence, i, default_encoder())
    first = last = -1
    if answer is not None:
        sentence = evidence.sentences[i]
        base = evidence.candidates[sentence.candidate].passage.start
        a, b = evidence.views[sentence.candidate].to_view(answer[0] - base, answer[1] - base)
        inside = np.flatnonzero((passage.ends > a - offset) & (passage.starts < b - offset))
        if not len(inside) or inside[-1] >= LONGEST_PASSAGE or inside[-1] - inside[0] >= LONGEST_ANSWER:
            return None
        first, last = int(inside[0]), int(inside[-1])
    return Row(_packed(asked, words), _packed(passage, words), kind_vector(question, KINDS), first, last)


def _packed(found: Atoms, words: Words) -> Side:
    return words.number(found.words), found.pieces.astype(np.int32), found.flags.astype(np.float16)


class Batches:
    """Rows -> padded tensors; vectors are looked up here, so that tables stay out of the model."""

    def __init__(self, words: NDArray[np.float32], pieces: NDArray[np.float32]) -> None:
        self.words, self.pieces = torch.from_numpy(words), torch.from_numpy(pieces)

    def __call__(self, rows: list[Row]) -> tuple[Tensor, ...]:
        """Model inputs."""
        kind = torch.from_numpy(np.stack([r.kind for r in rows]))
        return (*self._side([r.question for r in rows]), *self._side([r.passage for r in rows]), kind)

    def _side(self, sides: list[Side]) -> tuple[Tensor, Tensor, Tensor]:
        length = max(len(s[0]) for s in sides)
        words, pieces = (torch.zeros(len(sides), length, dtype=torch.long) for _ in range(2))
        flags, mask = torch.zeros(len(sides), length, FLAGS), torch.zeros(len(sides), length, dtype=torch.bool)
        for i, (w, c, f) in enumerate(sides):
            words[i, : len(w)], pieces[i, : len(w)] = torch.from_numpy(w).long(), torch.from_numpy(c).long()
            flags[i, : len(w)], mask[i, : len(w)] = torch.from_numpy(f).float(), True
        return torch.cat([self.words[words], self.pieces[pieces]], -1), flags, mask


def loss_of(model: SpanModel, inputs: tuple[Tensor, ...], right: list[Row]) -> Tensor:
    """Both ends in the right rows (the first of the batch), and which rows answer: alone, and against their rivals."""
    a, b, answers = model(*inputs)
    n = len(right)
    ends = torch.tensor([[r.first, r.last] for r in right])
    entropy = torch.nn.functional.cross_entropy
    found = entropy(a[:n], ends[:, 0]) + entropy(b[:n], ends[:, 1])
    has = (torch.arange(len(answers)) < n).float()
    alone = torch.nn.functional.binary_cross_entropy_with_logits(answers, has)
    against = torch.nn.functional.softplus(answers[n:] - answers[:n]).mean()
    loss: Tensor = found + alone + against
    return loss


def evaluate(model: SpanModel, batches: Batches, held: list[Pair]) -> dict[str, float]:
    """Overlap F1 in atoms, exact match, and how often the right sentence wins over its rivals; by set."""
    model.eval()
    found: dict[str, list[tuple[float, float, float]]] = {}
    for start in range(0, len(held), 32):
        part = held[start : start + 32]
        rows = [p.right for p in part] + [w for p in part for w in p.wrong]
        with torch.no_grad():
            a, b, answers = (t.numpy() for t in model(*batches(rows)))
        place = len(part)
        for i, pair in enumerate(part):
            r = pair.right
            x, y = best_span(a[i], b[i], r.passage[2][:, CENTRE] > 0)
            common = max(0, min(y, r.last) - max(x, r.first) + 1)
            rivals = answers[place : place + len(pair.wrong)]
            place += len(pair.wrong)
            f1 = 2 * common / (y - x + 1 + r.last - r.first + 1)
            measured = f1, float((x, y) == (r.first, r.last)), float((rivals < answers[i]).all())
            found.setdefault(pair.name, []).append(measured)
    model.train()
    return {
        f"{name}: {what}": round(float(value), 3)
        for name, values in found.items()
        for what, value in zip(("f1", "em", "wins"), np.mean(values, axis=0), strict=True)
    }


def collected(data: Path, work: Path) -> tuple[list[Pair], Words]:
    """The pairs of all reading sets and the numbers of their words, made once."""
    path = work / "spans.pickle"
    if path.exists():
        kept: tuple[list[Pair], Words] = pickle.loads(path.read_bytes())
        return kept
    words = Words()
    made: list[Pair] = []
    for name in SETS:
        reading_set = ReadingSet(data, name, work / f"{name}.index")
        made += pairs(reading_set, words)
        reading_set.index.close()
    path.write_bytes(pickle.dumps((made, words)))
    return made, words


def shuffled(training: list[Pair], rng: random.Random) -> list[list[Pair]]:
    """All pairs as batches of similar length, in a random order."""
    order = rng.sample(training, len(training))
    pools = [order[i : i + SIZE * 20] for i in range(0, len(order), SIZE * 20)]
    for pool in pools:
        pool.sort(key=lambda p: len(p.right.passage[0]))
    ready = [pool[i : i + SIZE] for pool in pools for i in range(0, len(pool), SIZE)]
    rng.shuffle(ready)
    return ready


def rate(step: int, steps: int) -> float:
    """The learning rate of a step: a short warm-up, then half a cosine."""
    return RATE * min(1, (step + 1) / 200) * max(0.02, 0.5 * (1 + math.cos(math.pi * step / max(steps, 1))))


def train_step(
    model: SpanModel, optimizer: torch.optim.Optimizer, inputs: tuple[Tensor, ...], right: list[Row]
) -> float:
    """Learn from a batch; the loss."""
    loss = loss_of(model, inputs, right)
    optimizer.zero_grad()
    torch.autograd.backward(loss)
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return float(loss.detach())


def train(
    model: SpanModel, batches: Batches, training: list[Pair], held: list[Pair], epochs: int
) -> Iterator[dict[str, Any]]:
    """Train; after every epoch, what was measured."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.02, betas=(0.9, 0.98))
    rng, started = random.Random(1), time.time()
    steps, step = epochs * len(training) // SIZE, 0
    for epoch in range(epochs):
        ready, total = shuffled(training, rng), 0.0
        for batch in ready:
            for group in optimizer.param_groups:
                group["lr"] = rate(step, steps)
            right, wrong = [p.right for p in batch], [rng.choice(p.wrong) for p in batch]
            total += train_step(model, optimizer, batches(right + wrong), right)
            step += 1
        seconds = round(time.time() - started)
        yield {"epoch": epoch + 1, "loss": round(total / len(ready), 3), "s": seconds} | evaluate(model, batches, held)


def main() -> None:
    """Build pairs, train, export."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--out", type=Path, default=MODEL / "spans.npz")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(1)
    made, words = collected(options.data, options.work)
    alone, pieces, basis = tables(words)
    batches = Batches(alone, pieces)
    made = [p for p in made if p.wrong]
    training, held = [p for p in made if not p.held_out], [p for p in made if p.held_out]
    model = SpanModel()
    size = sum(p.numel() for p in model.parameters())
    print(f"{size} parameters, {len(training)} questions, {len(held)} held out", flush=True)
    for found in train(model, batches, training, held, options.epochs):
        print(json.dumps(found), flush=True)
        weights = {name: value.numpy().astype(np.float16) for name, value in model.state_dict().items()}
        np.savez_compressed(options.out, basis=basis.astype(np.float16), **weights)


if __name__ == "__main__":
    main()
