"""A list of hostile and honest URLs, mixed, through the whole stack.

Comes in: servers on loopback that misbehave, and the sample news site. Goes out: assertions. Changes: the shared
stack's data; the pages are no other test's.
"""

from __future__ import annotations

from newsdesk_cli.sample_site import SampleSite
from tests.e2e.conftest import World, outcome_of
from tests.functional import misbehaving_server as server_side
from tests.functional.misbehaving_server import HTML, MisbehavingServer

HONEST = ("/ellsmouth/guides/flood-gates", "/ellsmouth/news/market-hall-cafes")


def test_every_url_of_a_mixed_list_ends_as_documented(world: World, site: SampleSite) -> None:
    # Given pages of all kinds, those of a site that keeps crawlers out among them
    with MisbehavingServer() as hostile, MisbehavingServer() as private, MisbehavingServer() as broken:
        private.on(
            "/robots.txt",
            server_side.answer(b"User-agent: *\nDisallow: /inside\n", ("Content-Type", "text/plain")),
        )
        broken.on("/robots.txt", server_side.raw(server_side.head(500, [("Content-Length", "0")])))
        gzipped, brotli, zstandard = (server_side.bomb(coding, 64) for coding in ("gzip", "br", "zstd"))

        def encoded(body: bytes, *codings: str) -> server_side.Behaviour:
            return server_side.answer(body, *[("Content-Encoding", coding) for coding in codings])

        expected = {
            hostile.on("/bomb-gzip", encoded(gzipped, "gzip")): "failed:too_large",
            hostile.on("/bomb-br", encoded(brotli, "br")): "failed:too_large",
            hostile.on("/bomb-zstd", encoded(zstandard, "zstd")): "failed:too_large",
            hostile.on("/stacked", encoded(server_side.PAGE, "gzip", "br")): "failed:content_encoding",
            hostile.on("/unknown-coding", encoded(b"\xff\x06\x00\x00sNaPpY", "snappy")): "failed:content_encoding",
            hostile.on("/no-gzip", encoded(server_side.PAGE, "gzip")): "failed:content_encoding",
            hostile.on("/cut", server_side.compressed(cut=40)): "waiting",
            hostile.on("/drip", server_side.drip(server_side.head(200, [HTML]))): "waiting",
            hostile.on("/reset", server_side.reset): "waiting",
            hostile.on("/fields", server_side.flood_of_fields(1000)): "failed:protocol_error",
            hostile.on("/not-http", server_side.raw(server_side.PAGE)): "failed:protocol_error",
            hostile.on("/loop", server_side.redirect("/loop")): "failed:too_many_redirects",
            hostile.on("/inwards", server_side.redirect("http://127.0.0.9/")): "rejected:blocked_address",
            hostile.on("/metadata", server_side.redirect("http://169.254.169.254/latest")): "rejected:blocked_address",
            hostile.on("/elsewhere", server_side.redirect("file:///etc/passwd")): "failed:bad_redirect",
            hostile.on("/overloaded", server_side.raw(server_side.head(429, [("Content-Length", "0")]))): "waiting",
            hostile.on(
                "/kept-out", server_side.answer(server_side.PAGE, ("X-Robots-Tag", "noindex"))
            ): "rejected:opt_out",
            hostile.on("/empty", server_side.answer(b"")): "failed:empty_page",
            private.on("/inside", server_side.answer()): "rejected:robots_disallowed",
            broken.on("/page", server_side.answer()): "waiting",
            **{site.url(path) + "?hostile=1": "indexed" for path in HONEST},
        }
        # When
        results = world.ingest(list(expected), seconds=90)
        # Then
        assert {url: outcome_of(result) for url, result in results.items()} == expected
        assert not any(request.target == "/inside" for request in private.requests), (
            "what robots.txt forbids is not asked"
        )
