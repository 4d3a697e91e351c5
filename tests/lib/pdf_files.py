"""Small PDF files, written by hand: each object and the table of where it begins."""

MARK = b"0123456789abcdef" * 2


def make_pdf(texts=("Page one",), *, bookmarks=(), size=(595, 842), is_encrypted=False):
    """A page per text, in Helvetica; an encrypted one asks for a password that nobody knows."""
    pages = len(texts)
    first_bookmark = 5 + 2 * pages
    objects = [
        f"<</Type/Catalog/Pages 2 0 R{'/Outlines 4 0 R' if bookmarks else ''}>>",
        f"<</Type/Pages/Count {pages}/Kids[{' '.join(f'{5 + 2 * n} 0 R' for n in range(pages))}]>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        f"<</Type/Outlines/First {first_bookmark} 0 R/Last {first_bookmark + len(bookmarks) - 1} 0 R>>",
    ]
    for number, text in enumerate(texts):
        stream = f"BT /F 24 Tf 72 700 Td ({text}) Tj ET"
        objects += [
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {size[0]} {size[1]}]"
            f"/Resources<</Font<</F 3 0 R>>>>/Contents {6 + 2 * number} 0 R>>",
            f"<</Length {len(stream)}>>stream\n{stream}\nendstream",
        ]
    for number, title in enumerate(bookmarks):
        coded = (b"\xfe\xff" + title.encode("utf-16-be")).hex()
        after = f"/Next {first_bookmark + number + 1} 0 R" if number < len(bookmarks) - 1 else ""
        objects.append(f"<</Title<{coded}>/Parent 4 0 R/Dest[5 0 R/Fit]{after}>>")
    return _file(objects, is_encrypted=is_encrypted)


def _file(objects, *, is_encrypted):
    content, places = b"%PDF-1.7\n", []
    for number, text in enumerate(objects, start=1):
        places.append(len(content))
        content += f"{number} 0 obj{text}endobj\n".encode()
    lock = ""
    if is_encrypted:
        mark = MARK.hex()
        lock = f"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<{mark}>/U<{mark}>>>/ID[<{mark}><{mark}>]"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    count = len(objects) + 1
    return (
        content
        + f"xref\n0 {count}\n0000000000 65535 f \n{table}".encode()
        + f"trailer<</Size {count}/Root 1 0 R{lock}>>\nstartxref\n{len(content)}\n%%EOF\n".encode()
    )
