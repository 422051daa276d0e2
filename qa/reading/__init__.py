"""Question and candidate passages -> quotations that answer, and how sure that is."""

from qa.reading.reader import READ, Quotation, Reader, Reading, reader
from qa.reading.runs import extended
from qa.reading.spans import answer_span

__all__ = ["READ", "Quotation", "Reader", "Reading", "answer_span", "extended", "reader"]
