"""Sites that lead those who follow an article's pages in circles, on forever, or elsewhere.

Comes in: a server that numbers its pages as it likes. Goes out: assertions.
"""

from __future__ import annotations

import pytest

from newsdesk.articles import Stage
from newsdesk.contracts import Article
from tests.functional.misbehaving_server import MisbehavingServer, answer, redirect
from tests.long_reads import DECK, PAGES, PATH, address, page
from tests.pipeline import Pipeline, real_web

FOLLOWED = 4


@pytest.fixture
def pipeline() -> Pipeline:
    return Pipeline(real_web, follow_pages=FOLLOWED)


def ingested(pipeline: Pipeline, server: MisbehavingServer) -> Article:
    """Submit the first page, and return its outcome."""
    url = server.url(PATH)
    assert pipeline.ingest(url)[-1] == "indexed"
    assert pipeline.outcomes() == ["indexed"]
    assert len(pipeline.store.states) == 1
    current = pipeline.state(url).current
    assert current is not None
    return Article.model_validate_json(pipeline.objects.get(current.key))


def asked(server: MisbehavingServer) -> list[str]:
    return [request.target for request in server.requests if request.target.startswith(PATH)]


def next_page_warnings(article: Article) -> list[str]:
    return [warning for warning in article.quality.warnings if warning.startswith("next_page:")]


def onward(number: int) -> str:
    """Links to the first page and to the next one, whatever the number is."""
    return f"<a href='{PATH}'>1</a> <a href='{address(number + 1)}'>{number + 1}</a>"


def test_pages_without_end_are_followed_as_far_as_the_parameter_goes(
    pipeline: Pipeline, server: MisbehavingServer
) -> None:
    # Given a site with another page behind every page
    for number in range(1, 40):
        own = (*PAGES[number % 3][:2], f"And so it went on, hour after hour, until the {number}. day was over at last.")
        server.on(address(number), answer(page(number, paragraphs=own, links=onward(number))))

    # When its first page is submitted, Then so many are had and no more, and the article says that it goes on
    article = ingested(pipeline, server)
    assert asked(server) == [address(number) for number in range(1, FOLLOWED + 2)]
    assert next_page_warnings(article) == ["next_page:not_followed"]
    assert len(article.provenance.pages) == FOLLOWED


def test_one_page_under_ever_new_numbers_is_one_page(pipeline: Pipeline, server: MisbehavingServer) -> None:
    # Given a site that shows the first page under every number, the pager apart
    for number in range(1, 40):
        server.on(address(number), answer(page(1, links=onward(number))))

    # When it is submitted, Then its text is there once
    article = ingested(pipeline, server)
    assert len(asked(server)) <= FOLLOWED + 1
    assert article.article_body.split("\n")[:-1] == [DECK, *PAGES[0]]
    assert next_page_warnings(article) == ["next_page:repeated"]
    assert article.provenance.pages == ()


def test_the_same_bytes_under_ever_new_numbers_are_asked_for_once_more(
    pipeline: Pipeline, server: MisbehavingServer
) -> None:
    # Given a site whose server does not look at the number
    pager = " ".join(f"<a href='{address(number)}'>{number}</a>" for number in range(1, 40))
    for number in range(1, 40):
        server.on(address(number), answer(page(1, links=pager)))

    # When it is submitted, Then the second page is known for the first one by its bytes
    assert next_page_warnings(ingested(pipeline, server)) == ["next_page:repeated"]
    assert asked(server) == [PATH, address(2)]


@pytest.mark.parametrize("href", [f"{PATH}/2", f"{PATH}/2?utm_source=pager", f"{PATH}/2/", f"{PATH}?", PATH])
def test_a_page_whose_next_page_is_itself_or_the_first_one_ends_the_article(
    pipeline: Pipeline, server: MisbehavingServer, href: str
) -> None:
    # Given a second page that calls itself, or the first one, the third
    server.on(PATH, answer(page(1, last=2)))
    server.on(address(2), answer(page(2, links=f"<a href='{PATH}'>1</a> <a href='{href}'>3</a>")))

    # When the first is submitted, Then both are had, once
    article = ingested(pipeline, server)
    assert asked(server) == [PATH, address(2)]
    assert len(article.provenance.pages) == 1


def test_redirects_between_pages_go_nowhere(pipeline: Pipeline, server: MisbehavingServer) -> None:
    # Given pages that redirect to each other in a ring
    server.on(PATH, answer(page(1)))
    server.on(address(2), redirect(address(3)))
    server.on(address(3), redirect(address(2)))

    # When the first is submitted, Then the second redirect is not even asked for
    assert next_page_warnings(ingested(pipeline, server)) == ["next_page:redirected"]
    assert asked(server) == [PATH, address(2)]


def test_a_page_on_another_host_is_not_asked_for(pipeline: Pipeline, server: MisbehavingServer) -> None:
    # Given two servers, and an article of the one whose next page is said to be on the other, or redirects there
    with MisbehavingServer() as other:
        other.on(address(2), answer(page(2)))
        elsewhere = other.url(address(2))
        for first, second in (
            (f"<a href='{elsewhere}'>2</a><link rel='next' href='{elsewhere}'>", answer(status=404)),
            (f"<a href='{address(2)}'>2</a>", redirect(elsewhere)),
            (f"<a href='{other.url(address(2), 'localhost')}'>2</a>", answer(status=404)),
        ):
            server.on(PATH, answer(page(1, links=first)))
            server.on(address(2), second)

            # When it is submitted, Then the other server hears nothing of it
            article = ingested(Pipeline(real_web, follow_pages=FOLLOWED), server)
            assert article.article_body.split("\n")[:-1] == [DECK, *PAGES[0]]
            assert article.provenance.pages == ()
        assert other.requests == []


def test_a_redirect_of_a_page_to_the_inside_is_not_dialled(
    pipeline: Pipeline, server: MisbehavingServer, dialled: list[str]
) -> None:
    server.on(PATH, answer(page(1)))
    server.on(address(2), redirect("http://127.0.0.9" + address(2)))
    assert len(next_page_warnings(ingested(pipeline, server))) == 1
    assert set(dialled) == {"127.0.0.1"}


def test_a_page_beyond_all_bounds_costs_the_article_that_page_alone(
    pipeline: Pipeline, server: MisbehavingServer
) -> None:
    # Given a second page of more than a page may have
    server.on(PATH, answer(page(1)))
    server.on(address(2), answer(page(2, foot="x " * (1 << 20))))

    # When the first is submitted, Then it is indexed
    assert next_page_warnings(ingested(pipeline, server)) == ["next_page:too_large"]


def test_very_long_addresses_of_pages_fit_into_an_articles_state(server: MisbehavingServer) -> None:
    # Given a pager of fifty addresses as long as they may be
    path = f"{PATH}/{'a' * 1900}"
    links = "".join(f"<a href='{path}/{number}'>{number}</a>" for number in range(2, 52))

    server.on(path, answer(page(1, links=links)))
    for number in range(2, 30):
        own = (f"The {number}. page says what none of the others says, and so it is a page of its own for everybody.",)
        server.on(f"{path}/{number}", answer(page(1, paragraphs=own, links=links + f"<a href='{path}'>1</a>")))

    # When they are followed as far as any stack may
    pipeline = Pipeline(real_web, follow_pages=20)
    largest = 0
    pipeline.submit(server.url(path))
    while pipeline.queue.waiting:
        pipeline.work(pipeline.queue.waiting.popleft())
        largest = max(largest, len(pipeline.state(server.url(path)).model_dump_json()))

    # Then the item stays far below the 400 KB that DynamoDB takes
    assert pipeline.outcomes() == ["indexed"]
    assert pipeline.state(server.url(path)).stage is Stage.REST
    assert 50_000 < largest < 150_000
