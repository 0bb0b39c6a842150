"""Which of a page's many dates is the one on which it was published."""

import json
from datetime import date

import pytest

from index.readers.html_tree import parse
from index.readers.publication_date import publication_date

TODAY = date(2024, 11, 27)
DAY = date(2024, 3, 5)
URL = "https://g.example/rain"


def day_and_origin(head="", body="<article><h1>Rain stops play</h1><p>It rained.</p></article>", url=URL):
    source = f"<html><head><title>Rain stops play</title>{head}</head><body>{body}</body></html>"
    return publication_date(parse(source.encode(), "a.html"), url, today=TODAY)


def ld(*objects):
    return "".join(f'<script type="application/ld+json">{json.dumps(value)}</script>' for value in objects)


def article(**fields):
    return {"@type": "NewsArticle", "headline": "Rain stops play", "datePublished": "2024-03-05T10:00:00Z", **fields}


def within(line):
    return f"<article><h1>Rain stops play</h1>{line}<p>It rained on the ground for hours.</p></article>"


def test_surer_origins_of_a_date_come_first():
    meta, url = '<meta property="article:published_time" content="2024-03-06">', "https://g.example/2024/03/07/rain"
    byline = within("<p class='byline'>Published 8 March 2024</p>")
    assert day_and_origin(ld(article()) + meta, byline, url) == (DAY, "json-ld")
    assert day_and_origin(meta, byline, url) == (date(2024, 3, 6), "meta")
    assert day_and_origin("", byline, url) == (date(2024, 3, 7), "url")
    assert day_and_origin("", byline) == (date(2024, 3, 8), "byline")


@pytest.mark.parametrize(
    "value",
    [
        article(),
        [article()],
        {"@graph": [{"@type": "WebSite"}, article()]},
        {"@type": "WebPage", "mainEntity": article()},
        article(**{"@type": ["Thing", "https://schema.org/ReportageNewsArticle"]}),
        article(headline="Umpires despair", url="http://www.g.example/rain/#top"),
        article(headline="Umpires despair", mainEntityOfPage={"@id": URL}),
        {"@type": "LiveBlogPosting", **article(liveBlogUpdate=[article(datePublished="2024-03-09")])},
        {"@type": "BlogPosting", "datePublished": "2024-03-05"},
    ],
)
def test_json_ld_gives_the_day_in_many_shapes(value):
    assert day_and_origin(ld(value)) == (DAY, "json-ld")


@pytest.mark.parametrize(
    "value",
    [
        article(headline="Roof falls in", url="https://g.example/roof"),
        article(headline="Roof falls in"),
        {"@type": "ItemList", "itemListElement": [{"item": article()}]},
        {"@type": "WebPage", "hasPart": [article()], "comment": article()},
        {"@type": "Event", "name": "Rain stops play", "startDate": "2024-03-05", "datePublished": "2024-03-05"},
        {"@type": "Comment", "datePublished": "2024-03-05"},
        article(datePublished=None, dateModified="2024-03-05"),
        [article(), article(datePublished="2024-03-06")],
        article(datePublished="2099-01-01"),
        article(datePublished="1066-10-14"),
        article(datePublished={"@value": ["2024-03-05"]}),
        "2024-03-05",
        [[[]]],
    ],
)
def test_json_ld_of_something_else_gives_no_day(value):
    assert day_and_origin(ld(value)) is None


@pytest.mark.parametrize(
    "meta",
    [
        '<meta property="article:published_time" content="2024-03-05T23:59:00-05:00">',
        '<meta name="DC.date.issued" content="2024-03-05">',
        '<meta name="parsely-pub-date" content="2024-03-05T10:00:00Z">',
        '<meta name="sailthru.date" content="2024-03-05 10:00:00">',
        '<meta name="date" content="5 March 2024">',
        '<meta itemprop="datePublished" content="2024-03-05">',
        '<meta name="date" content="3 hours ago"><meta name="pubdate" content="2024-03-05">',
        '<meta property="article:modified_time" content="2024-04-01"><meta name="dc.date" content="2024-03-05">',
    ],
)
def test_meta_elements_give_the_day_by_many_names(meta):
    assert day_and_origin(meta) == (DAY, "meta")


@pytest.mark.parametrize(
    "meta",
    [
        '<meta property="article:modified_time" content="2024-03-05">',
        '<meta property="og:updated_time" content="2024-03-05">',
        '<meta http-equiv="last-modified" content="2024-03-05">',
        '<meta http-equiv="date" content="2024-03-05">',
        '<meta name="event:start_date" content="2024-03-05">',
        '<meta name="date" content="03/05/2024">',
        '<meta name="date" content="2024-11-29">',
        '<meta name="pubdate" content="2024-03-05"><meta name="pubdate" content="2024-03-06">',
    ],
)
def test_meta_elements_of_changes_and_events_or_in_doubt_give_no_day(meta):
    assert day_and_origin(meta) is None


def test_microdata_of_comments_and_events_gives_no_day():
    for kind in ("Comment", "Event", "Product"):
        meta = '<meta itemprop="datePublished" content="2024-03-05">'
        item = f'<div itemscope itemtype="https://schema.org/{kind}">{meta}</div>'
        assert day_and_origin("", within(item)) is None
        assert (
            day_and_origin("", f'<div itemscope itemtype="https://schema.org/NewsArticle"><h1>Rain</h1>{item}</div>')
            is None
        )


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://g.example/2024/03/05/rain", DAY),
        ("https://g.example/news/2024-03-05-rain.html", DAY),
        ("https://g.example/2024/3/5/", DAY),
        ("https://g.example/2024/03/rain", None),
        ("https://g.example/2024/13/05/rain", None),
        ("https://g.example/2099/03/05/rain", None),
        ("https://g.example/events/2024/03/05/rain", None),
        ("https://g.example/rain?next=/2024/03/05/", None),
        ("https://g.example/2024/03/05/2024/03/06/", None),
        (None, None),
    ],
)
def test_an_address_gives_a_whole_day_or_none(url, day):
    assert day_and_origin(url=url) == (day and (day, "url"))


@pytest.mark.parametrize(
    "line",
    [
        '<time class="entry-date published" datetime="2024-03-05">5</time><time class="updated" datetime="2024-03-09">',
        '<div data-component="byline-block"><time datetime="2024-03-05T10:00:00Z">3 hours ago</time></div>',
        "<time pubdate>2024-03-05</time>",
        "<p>Published: <time datetime='2024-03-05'>5</time>, updated: <time datetime='2024-03-06'>6</time></p>",
        "<p>Published on 5 March 2024</p>",
        "<p>Posted by Ada Orsk on March 5th, 2024 at 10:00</p>",
        "<p>Published 5 March 2024 | Updated 6 March 2024</p>",
        "<div class='byline'>By Ada Orsk | Tuesday, March 5, 2024</div>",
        "<span class='pub-date'>5 Mar 2024</span>",
        "<abbr class='published' title='2024-03-05T10:00:00Z'>March 5</abbr>",
    ],
)
def test_a_byline_gives_the_day(line):
    assert day_and_origin("", within(line)) == (DAY, "byline")


@pytest.mark.parametrize(
    "line",
    [
        "<p>Updated 5 March 2024</p>",
        "<p class='meta'>Last modified: <time datetime='2024-03-05'>5 March</time></p>",
        "<div class='meta'><span class='updated'><time datetime='2024-03-05'>5 March</time></span></div>",
        "<div class='event-date'><time datetime='2024-03-05'>5 March</time></div>",
        "<p>The fair is on <time datetime='2024-03-05'>5 March</time>.</p>",
        "<p>The fair was held on 5 March 2024.</p>",
        "<p>The report, published on 5 March 2024, says that the roof of the mill will hold for years to come.</p>",
        "<p class='byline'>By Ada Orsk, 3 hours ago</p>",
        "<p class='date'>03/05/2024</p>",
        "<aside><time class='published' datetime='2024-03-05'>5 March</time></aside>",
        "<div class='related'><time class='published' datetime='2024-03-05'>5 March</time></div>",
        "<div id='comments'><div class='comment'><time class='published' datetime='2024-03-05'></time></div></div>",
        "<footer>Copyright 5 March 2024</footer>",
        "<time class='published' datetime='2024-03-05'></time><time class='published' datetime='2024-03-06'></time>",
    ],
)
def test_dates_of_other_things_give_no_day(line):
    assert day_and_origin("", within(line)) is None


def test_todays_date_in_the_masthead_gives_no_day():
    for masthead in (
        '<header><time class="date" datetime="2024-11-27">27 November 2024</time></header>',
        '<div class="masthead"><span class="date">27 November 2024</span></div>',
        "<table><tr><td>Wednesday, November 27, 2024</td></tr></table>",
    ):
        assert day_and_origin("", masthead + within("")) is None
