"""Question and candidate passages -> quotations that answer, and how sure that is."""

from qa.reading.reader import READ, Quotation, Reader, Reading, fitted_with, reader
from qa.reading.runs import extended

__all__ = ["READ", "Quotation", "Reader", "Reading", "extended", "fitted_with", "reader"]
