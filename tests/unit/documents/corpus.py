"""Small real files of every kind, made as their own programs make them, and bad ones."""

import io
import struct
import zipfile
import zlib


def docx_file():
    import docx

    document = docx.Document()
    document.add_heading("Прайс-лист", 0)
    document.add_heading("Доставка", 1)
    document.add_paragraph("По Москве — 300 рублей.")
    document.add_paragraph("курьером", style="List Bullet")
    document.add_paragraph("почтой", style="List Bullet")
    table = document.add_table(2, 2)
    for place, text in {(0, 0): "Товар", (0, 1): "Цена", (1, 0): "Чай", (1, 1): "100 | 120"}.items():
        table.cell(*place).text = text
    return _saved(document)


def xlsx_file(rows=(("Товар", "Цена"), ("Чай", 100), (None, None), ("Кофе", 250.5)), far_row=0):
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Цены"
    for row in rows:
        sheet.append(row)
    if far_row:
        sheet.cell(far_row, 1, "последняя")
    hidden = book.create_sheet("Закупка")
    hidden.append(["тайная цена"])
    hidden.sheet_state = "hidden"
    return _saved(book)


def pptx_file():
    import pptx

    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Условия"
    slide.placeholders[1].text = "Оплата картой\nВозврат 14 дней"
    slide.notes_slide.notes_text_frame.text = "не показывать клиентам"
    cells = slide.shapes.add_table(1, 2, 0, 0, 100, 100).table
    cells.cell(0, 0).text, cells.cell(0, 1).text = "Тариф", "500"
    return _saved(deck)


def epub_file(chapter_name="chapter1.xhtml", extra=()):
    container = (
        '<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">'
        '<rootfiles><rootfile full-path="OEBPS/content.opf"/></rootfiles></container>'
    )
    package = (
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Справочник</dc:title></metadata>'
        f'<manifest><item id="c2" href="b.xhtml"/><item id="c1" href="{chapter_name}"/></manifest>'
        '<spine><itemref idref="c1"/><itemref idref="c2"/></spine></package>'
    )
    chapter = '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html><body><h1>{0}</h1><p>{1}</p></body></html>'
    return zipped(
        ("mimetype", "application/epub+zip"),
        ("META-INF/container.xml", container),
        ("OEBPS/content.opf", package),
        (f"OEBPS/{chapter_name}", chapter.format("Первая", "глава один")),
        ("OEBPS/b.xhtml", chapter.format("Вторая", "глава два")),
        *extra,
    )


def pdf_file(*pages, outline=None, catalog=""):
    """A PDF with Latin text, a page a string of lines; an empty string is a page with a picture only."""
    objects = [b"", b""]
    kids = []
    for text in pages:
        drawn = _drawn(text)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
        resources = b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] %s /Contents %d 0 R >>" % (resources, len(objects))
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog.encode()
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    return _pdf(objects)


def encrypted_pdf():
    import pypdf

    writer = pypdf.PdfWriter(io.BytesIO(pdf_file("secret prices")))
    writer.encrypt(user_password="password", algorithm="RC4-128")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def pdf_with_outline():
    import pypdf

    writer = pypdf.PdfWriter(io.BytesIO(pdf_file("Delivery\nWe deliver in two days.", "Payment\nBy card.")))
    writer.add_outline_item(title="Delivery", page_number=0)
    writer.add_outline_item(title="Payment", page_number=1)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def deep_pdf(depth=200_000):
    """Arrays in arrays in arrays."""
    return _pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R /X %s %s >>" % (b"[" * depth, b"]" * depth),
            b"<< /Type /Pages /Kids [] /Count 0 >>",
        ]
    )


def pdf_bomb(size=3_000_000_000):
    """A page whose content is gigabytes of nothing, packed twice."""
    packer = zlib.compressobj(9)
    once = b"".join(packer.compress(b" " * 10_000_000) for _ in range(size // 10_000_000)) + packer.flush()
    twice = zlib.compress(once, 9)
    head = b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>" % len(twice)
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 3 0 R >>"
    return _pdf([
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        head + b"\nstream\n" + twice + b"\nendstream", page,
    ])  # fmt: skip


def zip_bomb():
    """A Word document whose text unpacks to more than it may."""
    blank = b" " * 450_000_000
    return zipped(("[Content_Types].xml", "<Types/>"), ("word/document.xml", blank))


def docx_with_entity():
    text = (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
        "<w:t>&secret;</w:t></w:r></w:p></w:body></w:document>"
    )
    return replaced(docx_file(), "word/document.xml", text.encode())


def ole(marker=b""):
    return bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512) + marker + bytes(512)


def png():
    body = b"IHDR" + struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))


def zipped(*members):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return made.getvalue()


def replaced(data, name, content):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    return zipped(*[(one, content if one == name else old) for one, old in members])


def _drawn(text):
    if not text:
        return b"q 100 0 0 100 50 50 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \xff EI Q"
    lines = [f"({line}) Tj 0 -20 Td".encode() for line in text.split("\n")]
    return b"BT /F1 12 Tf 50 700 Td " + b" ".join(lines) + b" ET"


def _pdf(objects):
    made, places = bytearray(b"%PDF-1.4\n"), []
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(made)


def _saved(document):
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()
