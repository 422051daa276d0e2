"""Three short documents about towns, and what an index finds of them."""

from embeddings.index import Index
from embeddings.normalize import fold

GUANGZHOU = "廣州的會議由市長主持。會議在上午九時開始，與會者討論了預算。"
CHONGQING = "重庆的会议在五月召开。会议讨论了交通规划，并通过了三项决议。"
PORTO = "The council of Porto met in spring. Budgets were discussed at length."


def found(index: Index, question: str, documents: list[str] | None = None) -> list[set[str]]:
    """Documents of the dense and of the lexical results."""
    view = fold(question)
    return [
        {passage.document for passage in index.passages([id for id, _ in hits])}
        for hits in (index.dense(view, 10, documents), index.lexical(view, 10, documents))
    ]


def best(index: Index, question: str) -> list[str]:
    """Documents of the best dense and the best lexical result."""
    view = fold(question)
    return [index.passages([hits[0][0]])[0].document for hits in (index.dense(view, 1), index.lexical(view, 1))]


NAMES = ["guangzhou.txt", "sub/chongqing.txt", "sub/porto.md"]
