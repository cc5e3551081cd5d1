"""What servers send as feeds: formats, wrong charsets, broken, huge and hostile ones, and the plain words of each."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.documents import ENDS_MAX, TITLE_MAX, parse_feed
from bot.plain_text import shorten, strip_markdown, to_one_line

URL = "https://site.example/flux/rss.xml"
HEAD = b'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Un flux</title>'
ONE = b"<item><title>Une</title><link>/a/1</link><guid>1</guid></item>"
TAIL = b"</channel></rss>"
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><title type="html">Le &lt;b&gt;blog&lt;/b&gt;</title>'
    '<entry><id>tag:x,2026:1</id><title type="html">Un &lt;em&gt;titre&lt;/em&gt; &amp;amp; plus</title>'
    '<link href="../billet/1"/><updated>2026-11-20T08:00:00+01:00</updated>'
    '<content type="html">&lt;p&gt;Bonjour&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;p&gt;à tous&lt;/p&gt;'
    "</content></entry></feed>"
)
RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
    '<channel rdf:about="x"><title>Vieux</title></channel>'
    '<item rdf:about="https://site.example/v"><title>Ancien</title><link>https://site.example/v</link></item></rdf:RDF>'
)


def titles(body: bytes, content_type: str = "") -> list[str]:
    return [each.title for each in parse_feed(body, {"content-type": content_type}, URL).articles]


def test_atom_is_read_into_plain_words_and_whole_addresses() -> None:
    feed = parse_feed(ATOM.encode(), {"content-type": "application/atom+xml"}, URL)
    (one,) = feed.articles
    assert (feed.name, one.title, one.url) == ("Le blog", "Un titre & plus", "https://site.example/billet/1")
    assert (one.ident, one.text) == ("tag:x,2026:1", "Bonjour à tous")
    assert one.at == datetime(2026, 11, 20, 7, tzinfo=UTC)


def test_rss_and_rdf_are_read() -> None:
    (one,) = parse_feed(HEAD + ONE + TAIL, {}, URL).articles
    assert (one.ident, one.url, one.at) == ("1", "https://site.example/a/1", None)
    assert titles(RDF.encode()) == ["Ancien"]


@pytest.mark.parametrize("charset", ["utf-8", "latin-1", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_whatever_its_charset_and_whatever_it_says_of_it(charset: str) -> None:
    body = HEAD.decode() + "<item><title>Été à la médiathèque</title></item>" + TAIL.decode()
    for told in ("", "application/rss+xml; charset=utf-8", "text/xml"):
        assert titles(body.encode(charset), told) == ["Été à la médiathèque"], told


@pytest.mark.parametrize(
    "body",
    [
        HEAD + ONE,
        HEAD + ONE + b"</chan & <<<",
        HEAD.replace(b"utf-8", b"x-klingon") + ONE + TAIL,
        b"\n\n" + HEAD + ONE + TAIL,
    ],
)
def test_a_malformed_one_is_read_as_far_as_it_goes(body: bytes) -> None:
    assert titles(body) == ["Une"]


@pytest.mark.parametrize("body", [b"", b" ", b'{"a": 1}', b"\0" * 99, b"\x89PNG\r\n", b"\xff\xfe", b"bonjour"])
def test_what_is_none_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(ValueError, match="ce n’est pas un flux"):
        parse_feed(body, {}, URL)


def test_a_page_says_where_its_feed_is() -> None:
    link = b'<link rel="alternate" type="application/atom+xml" href="/atom">'
    page = b"<!doctype html><html><head><title>x</title>%s</head><body></body></html>"
    assert parse_feed(page % link, {}, URL).declared == "https://site.example/atom"
    with pytest.raises(ValueError, match="c’est une page, sans flux"):
        parse_feed(page % b'<link rel="alternate" hreflang="en" href="/en">', {}, URL)


def test_of_a_long_one_both_ends_are_read() -> None:
    many = b"".join(b"<item><title>n%d</title></item>" % n for n in range(10_000))
    feed = parse_feed(HEAD + many + TAIL, {}, URL)
    assert feed.total == 10_000
    assert [each.title for each in feed.articles] == [
        f"n{n}" for n in (*range(ENDS_MAX), *range(10_000 - ENDS_MAX, 10_000))
    ]


def test_entities_neither_grow_nor_reach_files() -> None:
    grows = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">' + grows + b"]>" + HEAD.partition(b"?>")[2]
    found = titles(bomb + b"<item><title>a&l9;</title></item>" + TAIL)
    assert all(len(title) <= TITLE_MAX for title in found)
    reads = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + HEAD.partition(b"?>")[2]
    feed = parse_feed(reads + b"<item><title>b&f;</title></item>" + TAIL, {}, URL)
    assert "root" not in repr(feed)


@pytest.mark.parametrize("piece", [b"<a>", b"<", b"&", b"<!--", b"<item/>", b"<![CDATA[", b"&#", b"a='b' "])
def test_five_megabytes_of_anything_end(piece: bytes) -> None:
    body = HEAD + b"<item><title>" + piece * (5 * 1024 * 1024 // len(piece))
    if piece in {b"<item/>", b"a='b' "}:
        assert parse_feed(body, {}, URL).articles == []
        return
    with pytest.raises(ValueError, match="trop long"):
        parse_feed(body, {}, URL)


def test_words_of_hostile_titles_are_plain() -> None:
    said = b"<item><title>&lt;img src=x onerror=alert(1)&gt; @all \xe2\x80\xae\xe2\x80\x8b**gras**\n\n# non</title>"
    (one,) = parse_feed(HEAD + said + b"<link>javascript:alert(1)</link></item>" + TAIL, {}, URL).articles
    assert (one.title, one.url) == ("@all **gras** # non", "")


@given(st.binary(max_size=300), st.text(max_size=60))
def test_whatever_is_sent_is_a_feed_or_none(junk: bytes, words: str) -> None:
    for body in (
        junk,
        HEAD + junk + TAIL,
        HEAD + f"<item><title>{words}</title></item>".encode(errors="replace") + TAIL,
    ):
        try:
            feed = parse_feed(body, {"content-type": words}, URL)
        except ValueError:
            continue
        assert all(each.title == to_one_line(each.title, TITLE_MAX) for each in feed.articles)


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("# Titre\n\n- **un** _deux_ `trois`\n> ~~quatre~~", "Titre un deux trois quatre"),
        ("Voir [la page](https://a.example/x \"t\") et ![une image](https://a.example/i)", "Voir la page et une image"),
        ("```python\nprint(1)\n```", "print(1)"),
        ("snake_case et 2*3*4 restent", "snake_case et 2*3*4 restent"),
        ("Un\u200bmot \u202ecaché\u2066 👩‍🏫", "Unmot caché 👩‍🏫"),
        ("<https://a.example/x>", "https://a.example/x"),
    ],
)  # fmt: skip
def test_markdown_becomes_the_words_that_one_reads(markdown: str, words: str) -> None:
    assert to_one_line(strip_markdown(markdown), 200) == words


@given(st.text(max_size=200), st.integers(10, 60))
def test_what_is_shortened_fits(text: str, most: int) -> None:
    assert len(shorten(text, most)) <= most
    assert shorten("Un deux trois quatre", 12) == "Un deux…"
