"""Papers of any figures: pictures, PDF, workbook and CSV, each a function that writes files, for a thread."""

from bot.papers.page import Page, file_name
from bot.papers.sections import LabelledValue, Section

__all__ = ["LabelledValue", "Page", "Section", "file_name"]
