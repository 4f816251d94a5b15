"""What the labels of charsets mean.

Comes in: a label, as headers, pages and feeds write it. Goes out: the Python codec.

Labels mean what browsers take them to mean (https://encoding.spec.whatwg.org/#names-and-labels): ``iso-8859-1`` is
windows-1252.
"""

from __future__ import annotations

import codecs

_LABELS = {
    **dict.fromkeys(("utf8", "unicode-1-1-utf-8", "unicode11utf8", "unicode20utf8", "x-unicode20utf8"), "utf-8"),
    **dict.fromkeys(
        ("ascii", "us-ascii", "ansi_x3.4-1968", "iso-8859-1", "iso8859-1", "iso88591", "iso_8859-1", "iso-ir-100",
         "iso_8859-1:1987", "latin1", "l1", "ibm819", "cp819", "csisolatin1", "x-cp1252", "x-user-defined"),
        "cp1252",
    ),
    **dict.fromkeys(("iso-8859-9", "iso8859-9", "iso88599", "iso_8859-9", "latin5", "l5", "x-cp1254"), "cp1254"),
    **dict.fromkeys(("iso-8859-11", "iso8859-11", "iso885911", "tis-620", "dos-874", "windows-874"), "cp874"),
    **dict.fromkeys(("gb2312", "gbk", "x-gbk", "gb_2312", "gb_2312-80", "chinese", "csgb2312", "iso-ir-58"), "gb18030"),
    **dict.fromkeys(("big5", "big5-hkscs", "x-x-big5", "cn-big5", "csbig5"), "big5hkscs"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "ms_kanji", "windows-31j", "csshiftjis"), "cp932"),
    **dict.fromkeys(
        ("euc-kr", "korean", "ks_c_5601-1987", "ks_c_5601-1989", "ksc5601", "ksc_5601", "windows-949", "cseuckr"),
        "cp949",
    ),
    **dict.fromkeys(("euc-jp", "x-euc-jp", "cseucpkdfmtjapanese"), "euc_jp"),
    **dict.fromkeys(("utf-16", "unicode", "ucs-2", "iso-10646-ucs-2", "csunicode", "unicodefeff"), "utf-16-le"),
    **dict.fromkeys(("unicodefffe",), "utf-16-be"),
    **dict.fromkeys(("iso-8859-8-i", "logical", "visual", "csiso88598i", "csiso88598e"), "iso8859-8"),
    **dict.fromkeys(("x-mac-roman", "macintosh", "mac"), "mac-roman"),
    **dict.fromkeys(("x-mac-cyrillic", "x-mac-ukrainian"), "mac-cyrillic"),
    **dict.fromkeys(("koi", "koi8", "koi8_r", "cskoi8r"), "koi8-r"),
    **{f"x-cp125{digit}": f"cp125{digit}" for digit in (0, 1, 3, 5, 6, 7, 8)},
}  # fmt: skip

_OTHER_CODECS = frozenset(
    [f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)]
    + [f"cp125{digit}" for digit in range(9)]
    + ["utf-8", "utf-16-le", "utf-16-be", "gb18030", "iso2022_jp", "koi8-r", "koi8-u", "cp866", "mac-roman"]
)
"""Python's names of the remaining encodings of the standard. Python knows more, some of which are no charsets."""


def codec_of(label: str) -> str | None:
    """Return the Python codec that decodes what browsers mean by a label; None for a label that they do not know."""
    label = label.strip().lower()
    if label in _LABELS:
        return _LABELS[label]
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    return name if name in _OTHER_CODECS else None
