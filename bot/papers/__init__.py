"""Papers of any figures: pictures, PDF, workbook and CSV, each a function that writes files, for a thread.

Words:
    FigurePage, FigureSection, LabelledValue: figures as every paper shows them: lines under titles.
    Brand, QrCode: the logo and colours of papers, as the operator set them; an address as a QR code.
"""

from bot.papers.page import FigurePage, FigureSection, LabelledValue, file_name
