"""Train the reader's boosted trees; write words.npz, sentences.npz, confidence.npz and config.json.

    python -m qa.training.reader DATA/train --work WORK        # about 40 minutes on two cores, after qa.training.spans

The encoder has been trained on most of the questions, so for those its similarities say more than they will for any
question that is asked later. So the first trees see words alone and train on the many; the second, which see
similarities and spans too, and the third, which judge, train on what was held out from encoder and span model.

Encyclopaedia questions repeat their answer's words; people do not. So the second and third also learn from the
project's own labelled questions over small folders (`qa.training.own`), and every figure printed is from folds that
have not seen the question in either script, nor, for news, any question over the same folder.

WORK keeps the indexes and the tables of features, so that a second run only trains.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from embeddings.encoders import default_encoder
from embeddings.training.corpora import HELD_OUT
from qa.questions import Question
from qa.reading.evidence import Evidence
from qa.reading.features import NAMES, features
from qa.reading.network import Network
from qa.reading.reader import (
    COLUMNS,
    JUDGED,
    JUDGED_NAMES,
    MODEL,
    RANKED,
    WORDS,
    competition,
    origins,
    probability,
    seen_rows,
)
from qa.reading.trees import Trees, from_lightgbm
from qa.training.examples import SHARES, ReadingSet
from qa.training.own import See, over_news, over_tests

SETS = ("cmrc2018.train", "drcd.train", "squad_en.train", HELD_OUT)
NEWS, TESTS = len(SETS), len(SETS) + 1  # numbers of the project's own questions among the sets
KEEP = 40  # sentences of one example that are trained on: the right ones and the hardest others
FOLDS = 5
SEEDS = (2, 3)  # every held-out question is asked in so many situations
ANSWERABLE = 2  # so many of the situations, the first, have an answer
WEIGHTS = {NEWS: 2.0, TESTS: 4.6}  # of one example, against one of the reading sets, for the second trees
JUDGED_WEIGHTS = {NEWS: 0.3, TESTS: 1.0}  # the same for the third
CONTRIVED = 0.3  # the weight there of a question of a reading set that lacks its sentence alone or had a word exchanged
THRESHOLD = 0.25  # of the probability that the first quotation is right; below it the answer is a refusal

BASE: dict[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.06,
    "num_leaves": 31,
    "max_depth": 7,
    "min_data_in_leaf": 80,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "num_threads": 2,
    "seed": 1,
    "verbose": -1,
}
SECOND = BASE | {"learning_rate": 0.04, "num_leaves": 48, "max_depth": 8, "min_data_in_leaf": 60}
JUDGE = BASE | {"learning_rate": 0.015, "num_leaves": 20, "max_depth": 6, "min_data_in_leaf": 60}


def collect(
    data: Path, work: Path, name: str, seed: int, see: See, held_out_only: bool = True
) -> dict[str, NDArray[Any]]:
    """The table of one reading set, made once: rows, labels, and per row the example it belongs to."""
    path = work / f"{name}.{'held' if held_out_only else 'all'}.{seed}.npz"
    if path.exists():
        with np.load(path) as saved:
            return {key: saved[key] for key in saved.files}
    by_row: dict[str, list[Any]] = {key: [] for key in ("rows", "labels", "candidate", "document", "group")}
    by_example: dict[str, list[Any]] = {key: [] for key in ("held_out", "situation", "question")}
    reading_set = ReadingSet(data, name, work / f"{name}.index")
    for number, example in reading_set.examples(seed, held_out_only):
        rows = see(example.question, example.evidence)
        candidate, document = origins(example.evidence)
        group = np.full(len(rows), number, dtype=np.int32)
        values = (rows.astype(np.float16), np.array(example.labels, dtype=np.int8), candidate, document, group)
        for key, value in zip(by_row, values, strict=True):
            by_row[key].append(value)
        by_example["held_out"].append(example.asked.held_out)
        by_example["situation"].append(list(SHARES).index(example.situation))
        by_example["question"].append(number)
        if number % 500 == 0:
            print(f"{name}: {number} of {len(reading_set.questions)}", flush=True)
    reading_set.index.close()
    result: dict[str, Any] = {key: np.concatenate(value) for key, value in by_row.items()}
    result |= {key: np.array(value) for key, value in by_example.items()}
    np.savez(path, **result)
    return result


class Tables:
    """Reading sets as one; examples are slices of rows."""

    def __init__(self, tables: list[dict[str, NDArray[Any]]], sets: list[int]) -> None:
        self.rows = np.concatenate([t["rows"] for t in tables])
        self.labels = np.concatenate([t["labels"] for t in tables])
        self.candidate = np.concatenate([t["candidate"] for t in tables])
        self.document = np.concatenate([t["document"] for t in tables])
        self.held_out = np.concatenate([t["held_out"] for t in tables])
        self.situation = np.concatenate([t["situation"] for t in tables])
        self.question = np.concatenate([t["question"] for t in tables])
        self.set = np.concatenate([np.full(len(t["held_out"]), s) for s, t in zip(sets, tables, strict=True)])
        starts, offset = [], 0
        for t in tables:
            starts.append(offset + np.flatnonzero(np.diff(t["group"], prepend=-1)))
            offset += len(t["labels"])
        self.starts = np.append(np.concatenate(starts), offset)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def example(self, i: int | np.integer[Any]) -> slice:
        """The rows of one example."""
        return slice(int(self.starts[i]), int(self.starts[i + 1]))


def training_rows(tables: Tables, examples: NDArray[np.intp]) -> NDArray[np.intp]:
    """Of each example the right sentences and the hardest others, by how much of the question they share."""
    share = tables.rows[:, NAMES.index("share_around")]
    chosen: list[NDArray[np.intp]] = []
    for i in examples:
        part = np.arange(tables.starts[i], tables.starts[i + 1])
        part = part[tables.labels[part] >= 0]
        wrong = part[tables.labels[part] == 0]
        hardest = wrong[np.argsort(-share[wrong], kind="stable")][:KEEP]
        chosen.append(np.concatenate([part[tables.labels[part] == 1], hardest]))
    return np.concatenate(chosen)


def train(
    rows: NDArray[Any],
    labels: NDArray[Any],
    names: tuple[str, ...],
    settings: dict[str, Any],
    rounds: int,
    weight: NDArray[Any] | None = None,
) -> lgb.Booster:
    """Boosted trees on these rows; lacking what the question names never helps, having what it asks for never harms."""
    constraints = [-1 if "missing" in name else int(name == "fits") for name in names]
    data = lgb.Dataset(rows.astype(np.float32), label=labels, weight=weight, feature_name=list(names))
    return lgb.train(settings | {"monotone_constraints": constraints}, data, rounds)


def log_odds(booster: lgb.Booster, rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """What `Trees.predict` gives, faster for many rows."""
    return np.asarray(booster.predict(rows, raw_score=True), dtype=np.float32)


def weights(tables: Tables, examples: NDArray[np.intp], of: dict[int, float]) -> NDArray[np.float64]:
    """The weight of each example, by the set it is from."""
    return np.array([of.get(int(s), 1.0) for s in tables.set[examples]])


def train_words(tables: Tables) -> lgb.Booster:
    """Trees that see words alone, from the questions that are not held out."""
    chosen = training_rows(tables, np.flatnonzero(~tables.held_out))
    names = tuple(NAMES[i] for i in WORDS)
    return train(tables.rows[chosen][:, WORDS], tables.labels[chosen], names, BASE, 350)


def judged(
    tables: Tables, rows: NDArray[np.float32], scores: NDArray[np.float32], examples: NDArray[np.intp]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """For each example what `competition` sees, and whether the best sentence is right."""
    seen, right = [], []
    for i in examples:
        part = tables.example(i)
        document = tables.document[part]
        found = competition(rows[part], scores[part], tables.candidate[part], document, len(set(document.tolist())))
        seen.append(found[:, JUDGED])
        right.append(tables.labels[part][scores[part].argmax()] != 0)
    return np.concatenate(seen), np.array(right)


def fit_sentences(tables: Tables, rows: NDArray[np.float32], examples: NDArray[np.intp]) -> lgb.Booster:
    """The second trees, from these examples."""
    chosen = training_rows(tables, examples)
    example = np.searchsorted(tables.starts, chosen, side="right") - 1
    names = tuple(COLUMNS[i] for i in RANKED)
    return train(rows[chosen][:, RANKED], tables.labels[chosen], names, SECOND, 450, weights(tables, example, WEIGHTS))


def fit_confidence(tables: Tables, seen: NDArray[Any], examples: NDArray[np.intp]) -> lgb.Booster:
    """The third trees, from these examples: whether the documents answer, which ranks refusals better than whether
    the sentence is right does."""
    answerable, weight = tables.situation < ANSWERABLE, weights(tables, examples, JUDGED_WEIGHTS)
    kinds = [list(SHARES).index(situation) for situation in ("sentence left out", "exchanged")]
    contrived = np.isin(tables.situation[examples], kinds) & (tables.set[examples] < NEWS)
    weight = np.where(contrived, CONTRIVED * weight, weight)
    return train(seen[examples], answerable[examples], JUDGED_NAMES, JUDGE, 700, weight)


def calibrate(odds: NDArray[Any], right: NDArray[np.bool_], weight: NDArray[Any]) -> tuple[float, float]:
    """Slope and offset that make the log-odds those of being right (Platt 1999)."""

    def loss(line: NDArray[Any]) -> float:
        scaled = line[0] * odds + line[1]
        return float(weight @ (np.logaddexp(0, scaled) - right * scaled) / weight.sum())

    slope, offset = minimize(loss, np.array([1.0, 0.0]), method="BFGS").x
    return round(float(slope), 4), round(float(offset), 4)


def fit_held_out(tables: Tables) -> tuple[lgb.Booster, lgb.Booster, tuple[float, float], dict[str, Any]]:
    """The sentence and confidence trees, the calibration, and figures from folds that have not seen the question."""
    rows, examples = tables.rows.astype(np.float32), np.arange(len(tables))
    fold = tables.question % FOLDS
    scores = np.zeros(len(rows), dtype=np.float32)
    odds = np.zeros(len(examples), dtype=np.float32)
    for k in range(FOLDS):
        mine = np.repeat(fold == k, np.diff(tables.starts))
        scores[mine] = log_odds(fit_sentences(tables, rows, examples[fold != k]), rows[mine][:, RANKED])
    seen, right = judged(tables, rows, scores, examples)
    for k in range(FOLDS):
        odds[fold == k] = log_odds(fit_confidence(tables, seen, examples[fold != k]), seen[fold == k])
    slope, offset = calibrate(odds, right, weights(tables, examples, JUDGED_WEIGHTS))
    sure = probability(slope * odds + offset)
    sentences, confidence = fit_sentences(tables, rows, examples), fit_confidence(tables, seen, examples)
    return sentences, confidence, (slope, offset), figures(tables, sure, right)


def auroc(scores: NDArray[Any], right: NDArray[Any]) -> float:
    """Area under the ROC curve."""
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    positives = int(right.sum())
    total = ranks[right].sum() - positives * (positives + 1) / 2
    return float(total / (positives * (len(scores) - positives)))


def figures(tables: Tables, sure: NDArray[np.float32], right: NDArray[np.bool_]) -> dict[str, Any]:
    """Hit@1, answers and refusals by set and situation, and calibration; on held-out questions."""
    answerable = tables.situation < ANSWERABLE
    result: dict[str, Any] = {"threshold": THRESHOLD}
    for s, name in enumerate((*SETS, "news", "tests")):
        mine = tables.set == s
        found: dict[str, float] = {}
        for k, label in enumerate(SHARES):
            some = mine & (tables.situation == k)
            if some.any():
                kept = sure[some] >= THRESHOLD
                if k < ANSWERABLE:
                    found[label], found[f"{label}, shown"] = (
                        float(right[some].mean()),
                        float((right[some] & kept).mean()),
                    )
                else:
                    found[f"{label}, refused"] = float(1 - kept.mean())
        found["auroc"] = auroc(sure[mine], answerable[mine])
        result[name] = {key: round(value, 3) for key, value in found.items()}
    bins = np.minimum((sure * 15).astype(int), 14)
    gaps = [abs(sure[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in set(bins.tolist())]
    result["ece"] = round(float(np.sum(gaps)), 4)
    return result


def main() -> None:
    """Collect, train the word trees on the many, the rest on what was held out, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    def plain(question: Question, evidence: Evidence) -> NDArray[np.float32]:
        return features(question, evidence, default_encoder())

    names = SETS[:-1]
    booster = train_words(
        Tables([collect(options.data, options.work, n, 1, plain, False) for n in names], [0, 1, 2])
    )
    words, network = Trees(from_lightgbm(booster.dump_model())), Network.load(MODEL / "spans.npz")

    def whole(question: Question, evidence: Evidence) -> NDArray[np.float32]:
        seen = plain(question, evidence)
        return seen_rows(question, evidence, seen, range(len(seen)), words, network)[0]

    places = [(s, seed) for s in range(len(SETS)) for seed in SEEDS]
    tables = [collect(options.data, options.work, SETS[s], seed, whole) for s, seed in places]
    own = [over_news(options.data, whole), over_tests(whole)]
    held = Tables([*tables, *own], [*(s for s, _ in places), NEWS, TESTS])
    sentences, confidence, calibration, found = fit_held_out(held)
    words.save(MODEL / "words.npz")
    for name, booster in (("sentences", sentences), ("confidence", confidence)):
        Trees(from_lightgbm(booster.dump_model())).save(MODEL / f"{name}.npz")
    config = {"threshold": THRESHOLD, "calibration": calibration, "encoder": default_encoder().fingerprint}
    (MODEL / "config.json").write_text(json.dumps(config) + "\n", encoding="utf-8")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
