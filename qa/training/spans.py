"""Train the span model: which words of a sentence answer; write qa/reader_model/spans.npz.

    python -m qa.training.spans DATA/train --work WORK        # about 25 minutes on two cores

The model sees a sentence between its neighbours and the question, as vectors of the static encoder and matches of
words (`qa.reading.atoms`), so that it has to learn only how questions ask, not what words mean.
"""

import argparse
import json
import math
import pickle
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from embeddings.encoders import default_encoder
from embeddings.normalize import normalize
from embeddings.passages import sentences
from embeddings.training.corpora import HELD_OUT, READING_SETS
from qa.questions import KINDS, understand
from qa.reading.atoms import FLAGS, Atoms, align, atoms, bounded, kind_vector
from qa.reading.reader import MODEL
from qa.training.examples import Asked, ReadingSet
from qa.training.span_model import SpanModel

LONGEST_QUESTION, LONGEST_PASSAGE, LONGEST_ANSWER = 48, 256, 40
SIZE, RATE = 48, 1.2e-3  # rows of a batch, highest learning rate


@dataclass
class Row:
    """One question with its sentence: word and piece numbers, flags, and the answer's first and last atom."""

    question: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float16]]
    passage: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float16]]
    kind: NDArray[np.float32]
    first: int  # -1 where the sentence does not answer
    last: int
    held_out: bool
    centre: NDArray[np.bool_]


class Words:
    """Numbers for atoms' words, and the table of their vectors."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, words: list[str]) -> NDArray[np.int32]:
        """A number for each word; new ones are given numbers too."""
        return np.array([self.numbers.setdefault(w, len(self.numbers)) for w in words], dtype=np.int32)

    def table(self) -> NDArray[np.float16]:
        """Bounded vectors of all words, shape (words, dimension)."""
        encoder = default_encoder()
        return bounded(encoder.sums(encoder.tokenize(list(self.numbers)))).astype(np.float16)


def rows(reading_set: ReadingSet, words: Words, rng: random.Random) -> list[Row]:
    """The sentence that answers each question, and for half of them a sentence of the same document that does not."""
    made: list[Row] = []
    for asked in reading_set.questions:
        text = reading_set.texts[asked.document]
        for passage in reading_set.index.all_passages(asked.document):
            if passage.start <= asked.start and asked.end <= passage.end:
                made += _rows(asked, text, passage.start, passage.end, words, rng)
                break
    return made


def _rows(asked: Asked, text: str, start: int, end: int, words: Words, rng: random.Random) -> list[Row]:
    view = normalize(text[start:end])
    spans = sentences(view.text)
    a, b = view.to_view(asked.start - start, asked.end - start)
    answers = [i for i, (x, y) in enumerate(spans) if x <= a and b <= y]
    if not answers or a == b:
        return []
    made = [row(asked.question, view.text, spans, answers[0], (a, b), words, asked.held_out)]
    others = [
        i
        for i, (x, y) in enumerate(spans)
        if i != answers[0] and view.text[a:b] not in view.text[x:y] and y - x > 6
    ]
    if others and rng.random() < 0.5:
        made.append(row(asked.question, view.text, spans, rng.choice(others), None, words, asked.held_out))
    return [m for m in made if m is not None]


def row(
    text: str,
    view: str,
    spans: list[tuple[int, int]],
    centre: int,
    answer: tuple[int, int] | None,
    words: Words,
    held_out: bool,
) -> Row | None:
    """One row: sentence `centre` of the view with its neighbours."""
    encoder = default_encoder()
    question = understand(text)
    left, right = spans[max(0, centre - 1)][0], spans[min(len(spans) - 1, centre + 1)][1]
    a, b = spans[centre]
    passage = atoms(view[left:right], question.text, encoder, (a - left, b - left))
    asked = atoms(question.text, view[left:right], encoder)
    align(passage, asked, encoder)
    align(asked, passage, encoder)
    first = last = -1
    if answer is not None:
        inside = np.flatnonzero((passage.ends > answer[0] - left) & (passage.starts < answer[1] - left))
        if not len(inside) or inside[-1] >= LONGEST_PASSAGE or inside[-1] - inside[0] >= LONGEST_ANSWER:
            return None
        first, last = int(inside[0]), int(inside[-1])
    return Row(
        question=_packed(asked, words, LONGEST_QUESTION),
        passage=_packed(passage, words, LONGEST_PASSAGE),
        kind=kind_vector(question, KINDS),
        first=first,
        last=last,
        held_out=held_out,
        centre=passage.flags[:LONGEST_PASSAGE, 12] > 0,
    )


def _packed(
    found: Atoms, words: Words, longest: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float16]]:
    return (
        words.number(found.words)[:longest],
        found.pieces[:longest],
        found.flags[:longest].astype(np.float16),
    )


class Batches:
    """Rows -> padded tensors; vectors are looked up here, so that tables stay out of the model."""

    def __init__(self, words: NDArray[np.float16], pieces: NDArray[np.float16]) -> None:
        self.words, self.pieces = torch.from_numpy(words), torch.from_numpy(pieces)

    def __call__(self, batch: list[Row]) -> tuple[tuple[Tensor, ...], Tensor, Tensor, Tensor]:
        """Model inputs, first, last (0 where none), and whether there is an answer."""
        q, p = ([getattr(r, side) for r in batch] for side in ("question", "passage"))
        kind = torch.from_numpy(np.stack([r.kind for r in batch]))
        ends = torch.tensor([[max(r.first, 0), max(r.last, 0), int(r.first >= 0)] for r in batch])
        return (*self._side(q), *self._side(p), kind), ends[:, 0], ends[:, 1], ends[:, 2].float()

    def _side(self, sides: list[Any]) -> tuple[Tensor, Tensor, Tensor]:
        length = max(len(s[0]) for s in sides)
        words, pieces = (torch.zeros(len(sides), length, dtype=torch.long) for _ in range(2))
        flags, mask = (
            torch.zeros(len(sides), length, FLAGS),
            torch.zeros(len(sides), length, dtype=torch.bool),
        )
        for i, (w, c, f) in enumerate(sides):
            words[i, : len(w)], pieces[i, : len(w)] = torch.from_numpy(w).long(), torch.from_numpy(c).long()
            flags[i, : len(w)], mask[i, : len(w)] = torch.from_numpy(f).float(), True
        return torch.cat([self.words[words], self.pieces[pieces]], -1).float(), flags, mask


def loss_of(model: SpanModel, inputs: tuple[Tensor, ...], first: Tensor, last: Tensor, has: Tensor) -> Tensor:
    """Cross-entropy of both ends where there is an answer, and of whether there is one."""
    a, b, answers = model(*inputs)
    a, b = a.float(), b.float()
    ends = torch.nn.functional.cross_entropy(a, first, reduction="none") + torch.nn.functional.cross_entropy(
        b, last, reduction="none"
    )
    known = torch.nn.functional.binary_cross_entropy_with_logits(answers.float(), has)
    return (ends * has).sum() / has.sum().clamp(min=1) + known


def best_span(first: NDArray[Any], last: NDArray[Any], allowed: NDArray[np.bool_]) -> tuple[int, int]:
    """The most likely first and last atom within what is allowed."""
    scores = np.where(allowed, first, -1e9)[:, None] + np.where(allowed, last, -1e9)[None, :]
    scores = np.where(
        np.triu(np.ones_like(scores)) - np.triu(np.ones_like(scores), LONGEST_ANSWER) > 0, scores, -1e9
    )
    a, b = np.unravel_index(int(scores.argmax()), scores.shape)
    return int(a), int(b)


def evaluate(model: SpanModel, batches: Batches, held: list[Row]) -> dict[str, float]:
    """Overlap F1 in atoms and exact match on the rows that answer, accuracy of whether they do."""
    model.eval()
    f1, exact, right = [], [], []
    for start in range(0, len(held), 64):
        part = held[start : start + 64]
        inputs, *_ = batches(part)
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            a, b, answers = (t.float().numpy() for t in model(*inputs))
        for i, r in enumerate(part):
            right.append((answers[i] > 0) == (r.first >= 0))
            if r.first >= 0:
                n = len(r.centre)
                x, y = best_span(a[i, :n], b[i, :n], r.centre)
                common = max(0, min(y, r.last) - max(x, r.first) + 1)
                f1.append(2 * common / (y - x + 1 + r.last - r.first + 1))
                exact.append((x, y) == (r.first, r.last))
    model.train()
    return {
        "f1": round(float(np.mean(f1)), 4),
        "exact": round(float(np.mean(exact)), 4),
        "answers": round(float(np.mean(right)), 4),
    }


def collected(data: Path, work: Path) -> tuple[list[Row], Words]:
    """The rows of all reading sets and the numbers of their words, made once."""
    path = work / "spans.pickle"
    if path.exists():
        kept: tuple[list[Row], Words] = pickle.loads(path.read_bytes())
        return kept
    words = Words()
    made: list[Row] = []
    for name in (*READING_SETS, HELD_OUT):
        reading_set = ReadingSet(data, name, work / f"{name}.index")
        made += rows(reading_set, words, random.Random(name))
        reading_set.index.close()
        print(name, len(made), flush=True)
    path.write_bytes(pickle.dumps((made, words)))
    return made, words


def shuffled(training: list[Row], rng: random.Random) -> list[list[Row]]:
    """All rows as batches of similar length, in a random order."""
    rng.shuffle(training)
    pools = [
        sorted(training[i : i + SIZE * 20], key=lambda r: len(r.passage[0]))
        for i in range(0, len(training), SIZE * 20)
    ]
    ready = [pool[i : i + SIZE] for pool in pools for i in range(0, len(pool), SIZE)]
    rng.shuffle(ready)
    return ready


def rate(step: int, steps: int) -> float:
    """The learning rate of a step: a short warm-up, then half a cosine."""
    return RATE * min(1, (step + 1) / 200) * max(0.02, 0.5 * (1 + math.cos(math.pi * step / max(steps, 1))))


def train_step(
    model: SpanModel, optimizer: torch.optim.Optimizer, batches: Batches, batch: list[Row], rate: float
) -> float:
    """Learn from a batch; the loss."""
    for group in optimizer.param_groups:
        group["lr"] = rate
    inputs, first, last, has = batches(batch)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = loss_of(model, inputs, first, last, has)
    optimizer.zero_grad()
    torch.autograd.backward(loss)
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return float(loss)


def train(model: SpanModel, batches: Batches, training: list[Row], held: list[Row], epochs: int) -> None:
    """Train, and after every epoch measure and write the weights."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.02, betas=(0.9, 0.98))
    rng, started = random.Random(1), time.time()
    steps, step = epochs * len(training) // SIZE, 0
    for epoch in range(epochs):
        ready = shuffled(training, rng)
        total = 0.0
        for batch in ready:
            total += train_step(model, optimizer, batches, batch, rate(step, steps))
            step += 1
        found = {
            "epoch": epoch + 1,
            "loss": round(total / len(ready), 3),
            "seconds": round(time.time() - started),
            **evaluate(model, batches, held),
        }
        print(json.dumps(found), flush=True)
        weights = {name: value.numpy().astype(np.float16) for name, value in model.state_dict().items()}
        np.savez_compressed(MODEL / "spans.npz", **weights)


def main() -> None:
    """Build rows, train, export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, default=None)
    options = parser.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(options.threads)
    made, words = collected(options.data, options.work)
    encoder = default_encoder()
    batches = Batches(
        words.table(), bounded(encoder.token_vectors(range(encoder.vocabulary))).astype(np.float16)
    )
    training, held = [r for r in made if not r.held_out], [r for r in made if r.held_out]
    model = SpanModel(encoder.dimension)
    size = sum(p.numel() for p in model.parameters())
    print(f"{size} parameters, {len(training)} rows, {len(held)} held out")
    train(model, batches, training, held, options.epochs)


if __name__ == "__main__":
    main()
