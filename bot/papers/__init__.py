"""Papers of any figures: pictures, PDF, workbook and CSV, each a function that writes files, for a thread.

Words:
    Page, Section: figures as every paper shows them: lines under titles, for pictures, PDF, workbook and CSV.
    Brand, Code, Block, Span: the logo and colours of papers, as the operator set them; an address as a QR code; an
        edito’s Markdown, read once and written again for posts, papers and pages.
"""

from bot.papers.page import Page, file_name
from bot.papers.sections import LabelledValue, Section

__all__ = ["LabelledValue", "Page", "Section", "file_name"]
