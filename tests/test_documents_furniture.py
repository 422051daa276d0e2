"""Page furniture is set aside as whole lines; sentences that mention the same words stay."""

import pytest

from embeddings.documents import furniture
from embeddings.documents.dates import iso_date


def kinds(text: str) -> list[tuple[str, str]]:
    return [(span.kind, text[span.start : span.end]) for span in furniture.find(text).set_aside]


FURNITURE = [
    ("print button", "[打印]"),
    ("print button", "[ 打印 ] [关闭]"),
    ("print button", "【我要打印】【返回顶部】"),
    ("print button", "[列印本頁]"),
    ("print button", "打印本页 | 关闭窗口"),
    ("furniture", "【字体：大 中 小】"),
    ("furniture", "字號: 大 中 小"),
    ("share", "分享到：微信 微博 QQ空间 更多"),
    ("share", "分享到..."),
    ("share", "分享至: Facebook LINE"),
    ("share", "Share on Facebook Twitter"),
    ("share", "扫一扫在手机打开当前页"),
    ("share", "用微信扫描二维码分享"),
    ("navigation", "首页 > 新闻 > 时政"),
    ("navigation", "您现在的位置：首页 >> 政务公开 >> 正文"),
    ("navigation", "當前位置： 首頁 » 新聞"),
    ("navigation", "首页 | 新闻 | 视频 | 图片"),
    ("navigation", "首页 新闻 视频 图片 专题"),
    ("navigation", "Home > News > City"),
    ("navigation", "人民网 >> 重庆频道 >> 要闻"),
    ("navigation", "上一篇：全市召开春耕会议"),
    ("navigation", "下一篇: 没有了"),
    ("navigation", "Previous article: Spring ploughing"),
    ("copyright", "版权所有 山城日报社"),
    ("copyright", "山城市人民政府版权所有"),
    ("copyright", "Copyright © 2020 Example Media. All rights reserved."),
    ("copyright", "渝ICP备05001234号-1  渝公网安备 50010302000001号"),
    ("copyright", "未经授权，不得转载本网站内容。"),
    ("editor", "[责任编辑: 谢天]"),
    ("editor", "（責任編輯：張三、李四）"),
    ("editor", "(责编 王五)"),
    ("editor", "责任编辑：赵六"),
    ("editor", "编辑：赵六 校对：钱七 审核：孙八"),
    ("source", "来源：山城日报"),
    ("source", "来源：山城日报  发布时间：2020-02-28 08:10  [打印] 字号：大 中 小"),
    ("source", "2020年02月28日 08:10 来源：新华网 作者：李白"),
    ("date", "发布日期: 2020/2/28"),
]  # fmt: skip

SENTENCES = [
    "版权所有者应当登记其作品。",
    "该软件的版权所有人是张三。",
    "请把照片分享到朋友圈的同学注意,活动今晚结束。",
    "分享到的每一份喜悦都值得记录",
    "他负责打印文件。",
    "打印机的价格上涨",
    "扫一扫即可付款,十分方便。",
    "首页设计由王五完成。",
    "下一篇文章将介绍春耕。",
    "来源：主要是工业排放和汽车尾气,其次是扬尘。",
    "时间：2月27日下午3点",
    "编辑：这个词有两种含义",
    "责任编辑是出版社的岗位",
    "Copyright law protects authors.",
    "首页 > 0 表示有内容。",
    "x > y > z",
    "更多",
    "返回",
    "大",
    "重庆 | 120 | 95",
    "相关部门负责人参加会议",
    "昨天 会议 在 广州 举行",
]


@pytest.mark.parametrize(("kind", "line"), FURNITURE)
def test_furniture_is_set_aside_as_a_whole_line(kind: str, line: str) -> None:
    text = f"会议召开\n\n  {line}  \r\n\n昨天下午,会议召开。\n"
    assert kinds(text) == [(kind, line)]


@pytest.mark.parametrize("line", SENTENCES)
def test_sentences_and_lone_words_stay(line: str) -> None:
    assert kinds(f"会议召开\n\n{line}\n\n昨天下午,会议召开。\n") == []


def test_metadata_of_a_byline() -> None:
    text = "标题\n来源：山城日报 发布时间：2020-02-28 08:10 责任编辑：谢天\n正文。"
    assert furniture.find(text).metadata == {"source": "山城日报", "date": "2020-02-28", "editor": "谢天"}


def test_a_single_source_line_counts_only_near_the_ends() -> None:
    body = "正文。\n" * 30
    assert kinds(f"{body}来源：山城日报\n{body}") == []
    assert kinds(f"{body}来源：山城日报\n") == [("source", "来源：山城日报")]
    assert kinds(f"{body}[责任编辑：谢天]\n{body}") == [("editor", "[责任编辑：谢天]")]


def test_dateline_and_agency_are_noted_and_stay() -> None:
    found = furniture.find("标题\n2020年2月28日 08:10\n新华社北京2月27日电 昨天召开会议。\n")
    assert found.set_aside == []
    assert found.metadata == {"date": "2020-02-28", "source": "新华社"}


def test_an_author_line_is_noted_and_stays() -> None:
    found = furniture.find("标题\n作者：李白\n正文。")
    assert (found.set_aside, found.metadata) == ([], {"author": "李白"})


def test_links_under_related_reading_end_with_the_list() -> None:
    text = "正文。\n相关阅读：\n\n春耕开始\n水库放水\n\n会议结束以后,大家离开。\n再见\n"
    assert [line for _, line in kinds(text)] == ["相关阅读：", "春耕开始", "水库放水"]


def test_a_day_in_the_body_is_no_publication_date() -> None:
    assert furniture.find("标题\n2月27日下午,市委召开会议。\n2020年2月27日,会议召开。").metadata == {}


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2020-02-28T08:10:00+08:00", "2020-02-28"),
        ("2020年2月8日", "2020-02-08"),
        ("2020.2.8 08:10", "2020-02-08"),
        ("民國109年2月28日", "2020-02-28"),
        ("109-02-28", "2020-02-28"),
        ("Feb. 28, 2020", "2020-02-28"),
        ("28 February 2020", "2020-02-28"),
        ("2020-02-31", ""),
        ("Foo 28, 2020", ""),
        ("2月27日", ""),
    ],
)
def test_dates(written: str, day: str) -> None:
    assert iso_date(written) == day
