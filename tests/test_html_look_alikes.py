"""Saved pages as sites make them, rebuilt: how much of the article stays searchable, and how much else does not."""

from collections.abc import Callable

import pytest

from embeddings.documents import parse
from tests import corpus

MENU = ("首页", "新闻", "政务公开", "办事服务", "互动交流", "数据", "专题", "移动端")
RELATED = ("水库开始放水", "种子价格有所下降", "三条公路恢复通车", "山区学校添置新书")
FOOTER = "关于我们 | 联系我们 | 网站地图 版权所有 © 2020 山城网 备案号12345678号"


def links(words: tuple[str, ...], item: str = "li", holder: str = "ul") -> str:
    return f"<{holder}>{''.join(f'<{item}><a href=#>{word}</a></{item}>' for word in words)}</{holder}>"


def portal(title: str, body: list[str]) -> str:
    """A news portal of nested boxes with telling class names."""
    text = "".join(f"<p>　　{line}</p>" for line in body)
    return f"""<div class="header"><div class="nav">{links(MENU)}</div></div>
<div class="crumbs">当前位置：<a>首页</a> &gt;
<a>新闻</a> &gt; 正文</div><div class="main"><h1>{title}</h1>
<div class="info">来源：山城日报 发布时间：2020-02-28 08:10
<a>[打印]</a></div><div class="content">{text}</div><div class="share">分享到：<a>微信</a> <a>微博</a></div>
<p>[责任编辑：李四]</p></div><div class="side"><h3>相关阅读</h3>{links(RELATED)}</div>
<div class="footer">{FOOTER}</div>"""


def tables(title: str, body: list[str]) -> str:
    """A government page laid out with tables, lines ended by <br>, no class that says anything."""
    text = "<br><br>".join(f"　　{line}" for line in body)
    return f"""<table width=980><tr><td>{links(MENU, "span", "div")}</td></tr><tr>
<td>当前位置：<a>首页</a> &gt; <a>政务公开</a></td>
</tr><tr><td align=center><b>{title}</b></td></tr><tr>
<td align=center>信息来源：市农业局　发布日期：2020-02-28　浏览次数：128</td></tr>
<tr><td>{text}</td></tr><tr><td align=right>【<a>打印本页</a>】【<a>关闭窗口</a>】</td></tr><tr>
<td>{FOOTER}</td></tr></table>"""


def modern(title: str, body: list[str]) -> str:
    """HTML 5 with its own elements."""
    text = "".join(f"<p>{line}</p>" for line in body)
    return f"""<header><nav>{links(MENU)}</nav></header><main><article><h1>{title}</h1>
<p>作者：王五　2020-02-28</p>{text}</article>
<aside><h2>热门推荐</h2>{links(RELATED)}</aside></main><footer>{FOOTER}</footer>"""


def hashed(title: str, body: list[str]) -> str:
    """A page of a script framework, its class names made up."""
    text = "".join(f'<div class="x9f2"><span class="a81">{line}</span></div>' for line in body)
    return f"""<div id="root"><div class="c1">{links(MENU, "div", "div")}</div><div class="c2">
<h1 class="q1">{title}</h1>
<div class="b77">发布时间：2020-02-28 08:10　来源：山城日报</div>{text}<div class="d5">
<a>点赞</a> <a>收藏</a> <a>举报</a></div></div>
<div class="c3"><div>相关推荐</div>{links(RELATED, "div", "div")}</div><div class="c4">{FOOTER}</div></div>"""


def english(title: str, body: list[str]) -> str:
    """An English newspaper's page around the same article."""
    text = "".join(f"<p>{line}</p>" for line in body)
    menu = links(("Home", "World", "Business", "Opinion", "Sports", "Sign in", "Subscribe"))
    return f"""<div class="masthead">{menu}</div><div class="story"><h1>{title}</h1><div class="byline">By A. Writer |
Published February 28, 2020</div>{text}</div><div class="social-share"><a>Share on Facebook</a> <a>Tweet</a></div>
<div class="related-links">
<h4>Related articles</h4>{links(("Reservoir opens", "Seed prices fall", "Roads reopen"))}</div>
<div class="footer">Contact us | Privacy policy | © 2020 The Mountain News. All rights reserved.</div>"""


CHINESE_BODY = [corpus.TOWNS[n] + corpus.FILLER * 2 + corpus.fact(n) for n in range(5)]
ENGLISH_BODY = [f"In village number {n}, {corpus.ENGLISH} {corpus.ENGLISH}" for n in range(5)]
LAYOUTS: dict[Callable[[str, list[str]], str], list[str]] = {
    portal: CHINESE_BODY,
    tables: CHINESE_BODY,
    modern: CHINESE_BODY,
    hashed: CHINESE_BODY,
    english: ENGLISH_BODY,
}


def shares(layout: Callable[[str, list[str]], str], body: list[str]) -> tuple[float, float]:
    """Of the article's characters, those still searched; of all others, those that are not."""
    title = "全市春耕生产有序展开" if body is CHINESE_BODY else "Spring ploughing begins"
    head = f"<head><meta charset=utf-8><title>{title}</title></head>"
    document = parse(f"<!DOCTYPE html><html>{head}<body>{layout(title, body)}</body></html>".encode(), "page.html")
    searched = [True] * len(document.text)
    for span in document.set_aside:
        searched[span.start : span.end] = [False] * (span.end - span.start)
    article = [False] * len(document.text)
    for line in (title, *body):
        start = document.text.index(line)
        article[start : start + len(line)] = [True] * len(line)
    seen = [not character.isspace() for character in document.text]
    marks = list(zip(article, searched, seen, strict=True))
    kept = sum(inside and found for inside, found, _ in marks) / sum(article)
    around = [found for inside, found, shown in marks if shown and not inside]
    return kept, 1 - sum(around) / len(around)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
def test_the_article_is_searched_and_its_surroundings_are_not(layout: Callable[[str, list[str]], str]) -> None:
    kept, aside = shares(layout, LAYOUTS[layout])
    print(f"{layout.__name__}: {kept:.3f} of the article searched, {aside:.3f} of the rest set aside")
    assert kept == 1
    assert aside > 0.8  # a line that names the author stays: it answers who wrote this
