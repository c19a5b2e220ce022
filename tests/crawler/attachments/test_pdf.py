import random

import pytest

from crawler.attachments.pdf import PdfText, is_pdf, read_pdf
from crawler.demo.documents import pdf_of


def test_the_text_of_each_page() -> None:
    assert read_pdf(pdf_of("The harbour dues", "rise next year")) == PdfText(2, "The harbour dues\n\nrise next year")


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4\n", b"%PDF-1.4\n" + b"\x00" * 5000, b"<html>no</html>"])
def test_what_cannot_be_read(data: bytes) -> None:
    assert read_pdf(data) is None


def test_damage_never_raises() -> None:
    whole, chance = pdf_of("The harbour dues"), random.Random(7)  # noqa: S311
    for _ in range(4):
        data = bytearray(whole)
        for _ in range(20):
            data[chance.randrange(len(data))] = chance.randrange(256)
        read = read_pdf(bytes(data))
        assert read is None or isinstance(read, PdfText)


def test_the_mark_of_a_pdf() -> None:
    assert is_pdf(pdf_of("x"))
    assert is_pdf(b"\n\n" + pdf_of("x"))
    assert not is_pdf(b"<html>%PDX-</html>")
