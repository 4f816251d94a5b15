"""Lines in which a paper speaks of itself."""

from __future__ import annotations

import pytest

from extractor.text import LineKind, kind_of_line
from extractor.text.promotion import is_promotion


@pytest.mark.parametrize(
    "line",
    [
        "Download our app and get the news as it happens.",
        "Laden Sie unsere App herunter und lesen Sie die Nachrichten zuerst.",
        "Téléchargez notre application pour ne rien manquer.",
        "Síguenos en Google News",
        "Hai una storia? Scrivi alla nostra redazione.",
        "Подписывайтесь на наш канал в Telegram",
        "Zapisz się do naszego newslettera",
        "Śledź nas w Wiadomościach Google i bądź na bieżąco.",
        "关注我们的微信公众号",
        "Instagram'da takip edin",
        "Got a tip? Call the desk on 0800 445 566.",
        "(This story has not been edited by our staff and is published from a syndicated feed.)",
        "Dieser Text wurde automatisch aus dem Angebot einer Agentur übernommen.",
        "When you buy through links on our site, we may earn a commission.",
        "In diesem Artikel sind Affiliate-Links enthalten.",
        "This guide contains affiliate links to trusted partners.",
        "Este artigo pode conter links de afiliados, pelos quais recebemos uma comissão.",
        "Subscreva a nossa newsletter e receba o essencial todas as manhãs.",
        "Vous avez une info à nous signaler ? Écrivez à la rédaction : redaction@blatt.example",
        "The Gazette is powered by its members. Become a member today and support local journalism.",
        "If you buy something, we may receive a small commission.",
        "The Gazette is reader-supported. To receive new posts, consider becoming a free or paid subscriber.",
        "30 day free trial, no credit card required",
    ],
)
def test_a_paper_that_speaks_of_itself_promotes(line: str) -> None:
    assert is_promotion(line)
    assert kind_of_line(line) is LineKind.PROMOTION


@pytest.mark.parametrize(
    "line",
    [
        "“Download our app and you will see,” she said.",
        "Like most of us, he gets up early to work on his stories.",
        "The company will follow its rivals and put its shows on YouTube.",
        "Visit the museum on Sunday; the stairs are free of charge.",
        "Environmentalists have cautioned against a plan to build a pipeline to the cape.",
        "The governor waits for a commission that he appointed in February.",
        "Secondary models include sponsorships and affiliate marketing, which bring a share of the sales.",
        "Check out our section for details about identifying scams.",
        "Send the form to the harbour office before Friday.",
        "He said that he would consider becoming a member of the board.",
        "Most of these shops want a deposit, and no credit card is required for those who pay in cash at the counter.",
    ],
)
def test_a_sentence_of_a_text_is_no_promotion(line: str) -> None:
    assert not is_promotion(line)


@pytest.mark.parametrize(
    "line",
    [
        "(opens in a new tab)",
        "Öffnet in einem neuen Fenster",
        '{"type": "map", "zoom": 12}',
        "Add to Calendar 2026-01-10 10:30:00 2026-01-10 11:00:00 America/Chicago Storytime: bring the whole family!",
        "To view this video, please accept cookies in your settings.",
        "Ich bin damit einverstanden, dass mir externe Inhalte angezeigt werden.",
        "Loading",
        "AA Size Small",
    ],
)
def test_what_machines_say_is_furniture(line: str) -> None:
    assert kind_of_line(line) in {LineKind.SHARING, LineKind.SYMBOLS}
