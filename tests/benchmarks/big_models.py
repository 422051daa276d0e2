"""How fast passages go through a sentence-transformers model: order, batches, processes, precision.

    python tests/benchmarks/big_models.py                                   # a small model made on the spot
    python tests/benchmarks/big_models.py --model path/or/name --passages 2000

The model made on the spot has the shape of all-MiniLM (6 layers of 384) and random weights, which are as slow as
learnt ones. Texts are of 20 to 400 Chinese characters, as passages are. Ways that this machine lacks the means for
are told as such. Each way is timed in wall and processor time; the last line is one JSON object.
"""

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from embeddings.encoders import SentenceTransformerEncoder  # noqa: E402
from embeddings.types import Vectors  # noqa: E402
from tests.benchmarks.support.measuring import Stopwatch, load, use_cores  # noqa: E402

BATCH = 32
ALPHABET = [chr(code) for code in range(0x4E00, 0x4E00 + 3000)]


def made_model(folder: Path) -> str:
    """A random transformer with a tokenizer of single characters."""
    import transformers
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    library: Any = transformers  # its names are made as they are asked for
    words = folder / "vocab.txt"
    words.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *ALPHABET]), encoding="utf-8")
    shape: Any = {"hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12, "intermediate_size": 1536}
    config = library.BertConfig(vocab_size=len(ALPHABET) + 5, **shape)
    library.BertModel(config).save_pretrained(folder / "bert")
    library.BertTokenizerFast(str(words)).save_pretrained(folder / "bert")
    body = Transformer(str(folder / "bert"), max_seq_length=512)
    SentenceTransformer(modules=[body, Pooling(384)], device="cpu").save(str(folder / "model"))
    return str(folder / "model")


def passages(count: int) -> list[str]:
    """Texts of very unequal length, in random order."""
    random_ = random.Random(0)
    return ["".join(random_.choices(ALPHABET, k=random_.randint(20, 400))) for _ in range(count)]


def ways(model: str) -> dict[str, Callable[[Sequence[str]], Any]]:
    """What can be done with a list of texts, by name."""
    from sentence_transformers import SentenceTransformer

    ours = SentenceTransformerEncoder(model)
    plain = SentenceTransformer(model, device="cpu")
    halved = SentenceTransformer(model, device="cpu").bfloat16()

    def in_order(texts: Sequence[str]) -> Any:
        parts = [plain.encode(list(texts[at : at + BATCH]), batch_size=BATCH) for at in range(0, len(texts), BATCH)]
        return np.concatenate(parts)

    def processes(texts: Sequence[str]) -> Any:
        pool = plain.start_multi_process_pool(["cpu", "cpu"])
        try:
            return plain.encode(list(texts), pool=pool, batch_size=BATCH, chunk_size=max(BATCH, len(texts) // 4))
        finally:
            plain.stop_multi_process_pool(pool)

    def bfloat16(texts: Sequence[str]) -> Any:
        return halved.encode(list(texts), batch_size=BATCH)

    found: dict[str, Callable[[Sequence[str]], Any]] = {
        "in order of arrival": in_order,
        "ours: sorted by length": ours.encode_passages,
        "two processes": processes,
        "bfloat16": bfloat16,
    }
    try:
        optimized = SentenceTransformer(model, device="cpu", backend="onnx", model_kwargs={"export": True})
    except Exception as error:
        print(f"# ONNX is not to be had here: {str(error).splitlines()[0]}", file=sys.stderr)
    else:
        found["ONNX"] = lambda texts: optimized.encode(list(texts), batch_size=BATCH)
    return found


def main() -> None:
    """Time every way on the same texts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", help="a sentence-transformers model; one is made if not given")
    parser.add_argument("--passages", type=int, default=256)
    arguments = parser.parse_args()
    cores = use_cores(2)
    texts = passages(arguments.passages)
    figures: dict[str, dict[str, float]] = {}
    reference: Vectors | None = None
    with tempfile.TemporaryDirectory() as folder:
        for name, encode in ways(arguments.model or made_model(Path(folder))).items():
            encode(texts[:BATCH])
            watch = Stopwatch()
            with watch.running():
                vectors = np.asarray(encode(texts), np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            figures[name] = {"seconds": watch.seconds, "cpu_seconds": watch.cpu}
            reference = vectors if reference is None else reference
            figures[name]["least_cosine"] = float((vectors * reference).sum(axis=1).min())
    usual = figures["in order of arrival"]["seconds"]
    for name, told in figures.items():
        rate = arguments.passages / told["seconds"]
        gain = usual / told["seconds"]
        print(f"{name:24} {rate:8.1f} passages/s  {gain:4.2f}x  least cosine {told['least_cosine']:.4f}")
    print(json.dumps({"cores": cores, "load": load(), "passages": arguments.passages, "ways": figures}))


if __name__ == "__main__":
    main()
