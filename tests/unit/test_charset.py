"""Bytes become storable text, whatever they claim to be."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from extractor.html import decode_text
from newsdesk.characters import storable, without_controls
from newsdesk.contracts import Reason
from newsdesk.errors import PermanentError
from newsdesk.web import codec_of

CAFE = "<html><head>{head}</head><body><p>Zoë Lindqvist runs the Café Élan – “since 2011”, for €4.</p></body></html>"


def page(head: str = "") -> str:
    return CAFE.replace("{head}", head)


@pytest.mark.parametrize("label", ["iso-8859-1", "ISO-8859-1", "latin1", "us-ascii", "windows-1252", "cp1252"])
def test_a_western_label_means_windows_1252(label: str) -> None:
    # Given a page in windows-1252, with the quotation marks that ISO 8859-1 does not have
    body = page().encode("cp1252")
    # When the header calls it by one of the labels of that encoding
    text = decode_text(body, f"text/html; charset={label}")
    # Then it reads as browsers read it
    assert text == page()


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("utf8", "utf-8"),
        ("Shift_JIS", "cp932"),
        ("gb2312", "gb18030"),
        ("euc-kr", "cp949"),
        ("iso-8859-9", "cp1254"),
        ("windows-1251", "cp1251"),
        ("iso-8859-2", "iso8859-2"),
        ("utf-7", None),
        ("rot13", None),
        ("unicode_escape", None),
        ("idna", None),
        ("bogus", None),
        ("", None),
    ],
)
def test_labels_are_those_of_the_encoding_standard(label: str, codec: str | None) -> None:
    assert codec_of(label) == codec


def test_the_header_wins_over_the_meta_element() -> None:
    # Given a page in windows-1251 whose template says another single-byte charset
    original = '<meta charset="iso-8859-5"><p>Мост открыли в пятницу.</p>'
    # When the header says which it is
    text = decode_text(original.encode("cp1251"), "text/html; charset=windows-1251")
    # Then it is believed
    assert text == original


def test_a_byte_order_mark_wins_over_the_header() -> None:
    assert decode_text(b"\xef\xbb\xbf" + page().encode(), "text/html; charset=windows-1252") == page()
    assert decode_text(b"\xff\xfe" + page().encode("utf-16-le"), "text/html; charset=utf-8") == page()
    assert decode_text(b"\xfe\xff" + page().encode("utf-16-be"), None) == page()


@pytest.mark.parametrize(
    "head",
    [
        '<meta charset="shift_jis">',
        "<meta charset=Shift_JIS>",
        '<meta http-equiv="Content-Type" content="text/html; charset=x-sjis">',
        '<!-- <meta charset="utf-8"> --><meta charset="sjis">',
    ],
)
def test_without_a_header_the_meta_element_is_believed(head: str) -> None:
    original = f"<html><head>{head}</head><body>橋は金曜日に再開した。</body></html>"
    assert decode_text(original.encode("cp932"), "text/html") == original


def test_an_xml_declaration_is_read() -> None:
    original = '<?xml version="1.0" encoding="iso-8859-2"?><html><p>Gęś, łódź i źródło</p></html>'
    assert decode_text(original.encode("iso8859-2")) == original


def test_a_lying_header_is_passed_over() -> None:
    # Given a page in windows-1252, and a header that calls it UTF-8
    head = '<meta charset="windows-1252">'
    # When it is decoded
    text = decode_text(page(head).encode("cp1252"), "text/html; charset=utf-8")
    # Then the page's own declaration is believed
    assert text == page(head)


def test_a_transcoded_page_keeps_its_letters_although_its_meta_element_is_stale() -> None:
    head = '<meta charset="gb2312">'
    assert decode_text(page(head).encode("utf-8")) == page(head)


@pytest.mark.parametrize(
    "label",
    ["iso-8859-1", "latin1", "windows-1252", "us-ascii", "iso-8859-15", "windows-1251", "koi8-r", "gbk", "big5"],
)
def test_valid_utf_8_is_read_as_such_whatever_the_header_says(label: str) -> None:
    for text in (page(), "<p>Мост открыли в пятницу.</p>", "<p>橋は金曜日に再開した。</p>"):
        assert decode_text(text.encode(), f"text/html; charset={label}") == text


def test_a_header_is_believed_of_bytes_that_are_no_utf_8() -> None:
    assert decode_text(page().encode("cp1252"), "text/html; charset=iso-8859-1") == page()
    text = "<p>橋は金曜日に再開した。</p>"
    assert decode_text(text.encode("iso2022_jp"), "text/html; charset=iso-2022-jp") == text


@pytest.mark.parametrize("codec", ["latin-1", "cp1252"])
def test_utf_8_that_was_encoded_twice_is_read_once_more(codec: str) -> None:
    # Given a page whose UTF-8 was taken for a Western encoding and encoded again
    text = page().replace("Élan", "Élan – ça coûte très cher")
    if codec == "cp1252":  # which has no character for one byte of a closing quotation mark
        text = text.replace("”", "“")
    body = text.encode().decode(codec).encode()
    # When it is read
    # Then it says what it said at first
    assert decode_text(body, "text/html; charset=utf-8") == text


@pytest.mark.parametrize(
    ("written", "read"), [("\ud83d\ude00", "😀"), ("\ud83d", "\ufffd")], ids=["pairs", "lone ones"]
)
@pytest.mark.parametrize("head", ["", '<meta charset="utf-8">'], ids=["header", "meta"])
def test_surrogates_in_utf_8_do_not_change_the_charset(written: str, read: str, head: str) -> None:
    # Given a page with more surrogates than letters beyond ASCII
    page = (
        head
        + "<p>The caf\u00e9 is \u201copen\u201d.</p>"
        + f"<p>The bridge reopened on Friday after fourteen months{written}.</p>" * 20
    )
    body = page.encode("utf-8", "surrogatepass")
    # When it is read
    text = decode_text(body, None if head else "text/html; charset=utf-8")
    # Then its letters are there, and so are the characters that were written as pairs
    assert "<p>The caf\u00e9 is \u201copen\u201d.</p>" in text
    assert text.count(f"<p>The bridge reopened on Friday after fourteen months{read}.</p>") == 20


def test_one_broken_byte_does_not_change_the_charset() -> None:
    # Given a page in UTF-8 with one byte of another encoding in it
    body = page('<meta charset="windows-1252">').encode().replace(b"Lindqvist", b"Lindqv\xefst")
    # When it is decoded
    text = decode_text(body, "text/html; charset=utf-8")
    # Then only that byte is lost
    assert "Lindqv\ufffdst" in text
    assert "Café Élan" in text


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be", "cp1252", "cp1251", "cp932"])
def test_undeclared_charsets_are_detected(codec: str) -> None:
    sentences = {
        "cp1251": "Мост снова открыт для движения. Жители города ждали этого больше года. ",
        "cp932": "橋は金曜日に再開した。市民は一年以上も待っていた。修理は難しかった。",
    }
    original = f"<html><body><p>{sentences.get(codec, 'Das Stadtbad bleibt geöffnet, größer und schöner. ') * 20}</p>"
    assert decode_text(original.encode(codec)) == original


def test_controls_and_surrogates_are_stripped() -> None:
    assert storable("a\x00b\x01c\ud800d\x7fe\x9ff\ufffeg") == "abcdefg"
    assert storable("one\r\ntwo\rthree\u2028four\tfive\x0bsix") == "one\ntwo\nthree\nfour\tfive six"


@pytest.mark.parametrize("start", [b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"PK\x03\x04"])
def test_another_file_format_is_undecodable_whatever_its_header_says(start: bytes) -> None:
    with pytest.raises(PermanentError) as raised:
        decode_text(start + b"plain enough", "text/html; charset=utf-8")
    assert raised.value.reason is Reason.UNDECODABLE


@pytest.mark.parametrize("content_type", [None, "text/html; charset=utf-8", "text/html; charset=windows-1252"])
def test_noise_is_undecodable(content_type: str | None) -> None:
    with pytest.raises(PermanentError) as raised:
        decode_text(random.Random(7).randbytes(4000), content_type)
    assert raised.value.reason is Reason.UNDECODABLE


def text_or_reason(body: bytes, content_type: str | None) -> str | Reason:
    try:
        return decode_text(body, content_type)
    except PermanentError as error:
        return error.reason


CONTENT_TYPES = st.none() | st.sampled_from(["utf-8", "utf-16", "latin1", "gbk", "iso-2022-jp", "x", ""]).map(
    "text/html; charset={}".format
)


@given(body=st.binary(max_size=400), content_type=CONTENT_TYPES)
@example(body=b"", content_type=None)
@example(body=b"<meta charset=utf-16>\xff", content_type=None)
@example(body=b"\xff\xfe\x00\xd8", content_type=None)
def test_any_bytes_become_storable_text_or_a_recorded_reason(body: bytes, content_type: str | None) -> None:
    text = text_or_reason(body, content_type)
    if isinstance(text, Reason):
        assert text is Reason.UNDECODABLE
        return
    text.encode("utf-8")
    assert not [
        character for character in text if unicodedata.category(character) in ("Cc", "Cs") and character not in "\t\n"
    ]


@given(text=st.text(max_size=300))
def test_utf_8_text_survives_but_for_what_cannot_be_stored(text: str) -> None:
    body = f"<html>{text}</html>".encode("utf-8", "replace")
    try:
        decoded = decode_text(body, "text/html; charset=utf-8")
    except PermanentError:
        return
    assert decoded == without_controls(body.decode("utf-8"))
    assert without_controls(decoded) == decoded


def test_hints_where_a_line_may_break_leave_the_words() -> None:
    assert storable("trans\u00adport \u200bchief\u2060 Ivo\ufeff") == "transport chief Ivo"
    assert storable("می\u200cخواهم क्\u200dष") == "می\u200cخواهم क्\u200dष"
