"""Web pages: the article as text, what surrounds it set aside, nothing that a browser hides."""

import pytest

from embeddings.documents import parse
from embeddings.documents.html_metadata import cut_site
from embeddings.errors import DocumentError
from embeddings.types import Document

ARTICLE = "昨天下午,市里开会研究春耕和水利工作。会议要求各区在三月底以前修好水渠。" * 4

PAGE = f"""<!DOCTYPE html><html><head><meta charset="gb2312">
<title>全市召开春耕会议_农业频道_山城网</title><meta name="PubDate" content="2020-02-28 08:10">
<meta name="ContentSource" content="山城日报"><style>p {{ color: red }}</style></head><body>
<div class="top-nav"><a href="/">首页</a> <a href="/n">新闻</a> <a href="/v">视频</a></div>
<div class="crumb">当前位置：<a href="/">首页</a> &gt; <a href="/n">新闻</a> &gt; 正文</div>
<h1>全市召开春耕会议</h1>
<div>来源：山城日报 发布时间：2020-02-28 08:10 <a>[打印]</a> 字号：大 中 小</div>
<div id="content"><p>&emsp;&emsp;{ARTICLE}</p><script>var x = "秘密";</script>
<p>参加会议的有<b>农业</b>和<i>水利</i>部
门的负责人。Fish &amp; chips.</p><p style="display: NONE">看不见</p><p hidden>也看不见</p></div>
<div class="bdshare">分享到 <a>微信</a></div>
<div class="related"><ul><li><a>水库开始放水</a></li><li><a>种子价格下降</a></li></ul></div>
<p>[责任编辑：李四]</p>
<div class="footer">关于我们 版权所有 © 2020 山城网</div></body></html>"""


def aside(document: Document) -> list[tuple[str, str]]:
    return [(span.kind, document.text[span.start : span.end]) for span in document.set_aside]


def searched(document: Document) -> str:
    text = list(document.text)
    for span in document.set_aside:
        text[span.start : span.end] = "\0" * (span.end - span.start)
    return "".join(text).replace("\0", "").strip()


def html(body: str) -> Document:
    return parse(f"<html><body>{body}</body></html>".encode(), "page.html")


def test_a_saved_page_keeps_its_article_and_sets_the_rest_aside() -> None:
    document = parse(PAGE.encode("gb18030"), "page.html")
    assert document.title == "全市召开春耕会议"
    assert document.metadata == {
        "encoding": "GB18030",
        "date": "2020-02-28",
        "source": "山城日报",
        "editor": "李四",
    }
    assert searched(document).split() == [
        "全市召开春耕会议",
        ARTICLE,
        "参加会议的有农业和水利部门的负责人。Fish",
        "&",
        "chips.",
    ]
    assert [kind for kind, _ in aside(document)] == [
        "navigation", "navigation", "source", "share", "navigation", "editor", "copyright",
    ]  # fmt: skip
    for absent in ("秘密", "看不见", "color"):
        assert absent not in document.text
    for kept in ("水库开始放水", "关于我们"):
        assert kept in document.text


def test_a_marked_article_sets_everything_around_it_aside() -> None:
    document = html(
        f"<div>欢迎访问本站<p>今日天气晴</p></div><article><h1>标题</h1><p>{ARTICLE}</p></article><div>联系我们</div>"
    )
    assert searched(document) == f"标题\n\n{ARTICLE}"
    assert "今日天气晴" in document.text


def test_a_page_of_links_only_is_still_searched() -> None:
    document = html("<ul>" + "".join(f"<li><a>第{n}条新闻的标题</a></li>" for n in range(20)) + "</ul>")
    assert "第7条新闻的标题" in searched(document)


def test_a_class_name_on_the_whole_page_is_no_furniture() -> None:
    document = parse(f'<body class="nav-open"><div id="menu">{ARTICLE}</div></body>'.encode(), "a.html")
    assert searched(document) == ARTICLE


def test_ruby_becomes_a_gloss_in_brackets() -> None:
    assert html("<p>要<ruby>強<rp>（</rp><rt>qiáng</rt><rp>）</rp>化<rt>huà</rt></ruby>責任。").text == (
        "要強(qiáng)化(huà)責任。"
    )


def test_white_space_follows_the_browser_and_han_lines_join() -> None:
    assert html("<p>会议\n  在广州  <b>举行</b>。</p><div>one\ntwo</div>a<br>b<pre>x\n  y</pre>").text == (
        "会议在广州 举行。\n\none two\na\nb\n\nx\n  y"
    )


def test_a_row_of_a_table_names_its_columns() -> None:
    document = html(
        "<table><tr><th>区县</th><th>企业</th><th>人数</th></tr>"
        "<tr><td rowspan=2>渝中</td><td>甲</td><td>120</td></tr><tr><td>乙</td><td>95</td></tr></table>"
    )
    assert document.text.split("\n") == [
        "区县 | 企业 | 人数",
        "区县: 渝中 | 企业: 甲 | 人数: 120",
        "区县: 渝中 | 企业: 乙 | 人数: 95",
    ]


def test_a_table_that_lays_out_the_page_is_read_as_text() -> None:
    document = html(f"<table><tr><td><ul><li>左</li></ul></td><td><p>{ARTICLE}</p><p>第二段。</p></td></tr></table>")
    assert document.text.split() == ["左", ARTICLE, "第二段。"]


def test_headings_with_levels_and_sections() -> None:
    document = html(f"<h1>标题</h1><p>{ARTICLE}</p><h2>背景 <em>资料</em></h2><p>{ARTICLE}</p>")
    assert [(h.level, document.text[h.start : h.end]) for h in document.headings] == [
        (1, "标题"),
        (2, "背景 资料"),
    ]
    assert [place.label for place in document.places] == ["", "section 背景 资料"]


def test_deep_nesting_is_refused_before_the_parser_sees_it() -> None:
    with pytest.raises(DocumentError, match="nests its elements more than 3,000 deep"):
        html("<div>" * 100_000 + "x")
    with pytest.raises(DocumentError, match="nests its elements"):
        html("".join(f"<font size={n}><p>" for n in range(2_000)) + "x")
    assert html("<p>" * 10_000 + "x").text == "x"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("全市召开春耕会议_农业频道_山城网", "全市召开春耕会议"),
        ("全市召开春耕会议-山城日报", "全市召开春耕会议"),
        ("Ploughing starts - The Mountain News", "Ploughing starts"),
        ("Ploughing starts | Example", "Ploughing starts"),
        ("成渝-双城经济圈建设", "成渝-双城经济圈建设"),
        ("The well-known bridge - a history", "The well-known bridge - a history"),
    ],
)
def test_site_names_are_cut_off_titles(written: str, title: str) -> None:
    assert cut_site(written) == title
