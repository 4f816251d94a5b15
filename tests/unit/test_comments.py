"""Readers' comments that hold more than the article does."""

from __future__ import annotations

from extractor.body.comments import readers_comments
from extractor.html import read_html

POST = "<h1>Fog</h1><p>The ferry waits for the fog to lift, which it has done since five in the morning on Friday.</p>"
POST += "<p>Nobody knows how long it will be, and the café has run out of buns and of patience.</p>"
SAID = "I was on the last one and would not do it again, whatever they pay me for it in the end."
ENTRY = f"<li><b>reader</b><p>{SAID}</p><p>{SAID}</p><a href=#>Reply</a></li>"


def commented(html: str) -> set[str]:
    page = read_html(html, "")
    assert page is not None
    return {page.segments[index].text for index in readers_comments(page)}


def test_comments_with_more_prose_than_the_post_are_cut() -> None:
    found = commented(f'<article>{POST}</article><ol class="comment-list">{ENTRY * 9}</ol><p>{SAID[:-1]}</p>')
    assert found == {"reader", SAID, "Reply"}


def test_entries_may_lie_deeper_and_be_called_otherwise() -> None:
    html = f'<div>{POST}</div><section id="Kommentare"><div><h2>9</h2><ul class=c>{ENTRY * 4}</ul></div></section>'
    assert SAID in commented(html)


def test_an_opinion_that_the_site_calls_a_comment_stays() -> None:
    assert commented(f'<div class="comment"><h1>Fog</h1>{f"<p>{SAID}</p>" * 9}</div>') == set()
    assert commented(f'<p>{SAID}</p><p>{SAID}</p><div class="comment">{f"<p>{SAID}</p>" * 9}</div>') == set()


def test_a_thread_of_comments_alone_stays() -> None:
    assert commented(f'<h1>Fog</h1><ol class="comments">{ENTRY * 9}</ol>') == set()


def test_entries_with_a_control_to_reply_need_no_name() -> None:
    entry = f"<div class=post><p>{SAID}</p><button>Like</button><button>{{}}</button></div>"
    for reply in ("Reply", "Antworten", "Répondre (2)"):
        assert commented(f"<article>{POST}</article><div id=x>{entry.format(reply) * 3}</div>") == {SAID}
    assert commented(f"<article>{POST}</article><div id=x>{entry.format('Share') * 3}</div>") == set()


def test_one_sentence_is_a_post() -> None:
    flash = (
        "<h1>Bad</h1><p>Das Freibad an der Ziegelei bleibt wegen einer defekten Pumpe bis Montag zu, so die Stadt.</p>"
    )
    assert SAID in commented(f'{flash}<section class="leserkommentare"><ul>{ENTRY * 3}</ul></section>')
