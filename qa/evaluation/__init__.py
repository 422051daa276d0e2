"""How good the answers are, on questions whose answers are known; no language model judges.

`read_questions` reads the files, `over_files` and `over_sources` open a temporary index, `run` asks,
`summarize` counts, `write_report` shows. The command is `qa evaluate`.
"""

from qa.evaluation.corpus import over_files, over_sources
from qa.evaluation.figures import Figure
from qa.evaluation.questions import Query, QuestionSet, Source, against, read_questions, sample
from qa.evaluation.report import write_report
from qa.evaluation.runner import MEASURES, MODES, Asked, Measure, Outcome, run
from qa.evaluation.summary import Summary, summarize

__all__ = [
    "MEASURES",
    "MODES",
    "Asked",
    "Figure",
    "Measure",
    "Outcome",
    "Query",
    "QuestionSet",
    "Source",
    "Summary",
    "against",
    "over_files",
    "over_sources",
    "read_questions",
    "run",
    "sample",
    "summarize",
    "write_report",
]
