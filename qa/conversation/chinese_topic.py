"""What a Chinese question is about: its topic, its owner, its statement, found by the words around them."""

import re

from qa.conversation.text import NOTHING, Text

ASK = re.compile(
    r"(?:是|由|在|有)?(?:为什么|为何|为啥|什么(?:时候|时间|地方|原因|人|样)|啥时候|何[时人处地]|谁|哪里|哪儿)|"
    r"多少|百分之几|第?几(?!乎)|哪(?:[一几]?[个位种家所座年些天月日号条项届部本颗场次])?|多(?:大|长|高|远|深|宽|重|久|快)|"
    r"怎么样?|怎样|如何|咋|什么|啥|是否|是不是|有没有|能否|能不能|可不可以|要不要"
)
"""An interrogative, with the particle it hangs on."""

YES_NO = re.compile(r"(?:了吗|了没有?|吗|么|没有)$")

ATTRIBUTE = re.compile(
    r"(?:开放|营业|开馆|闭馆|关门|出版|成立|召开|截止|保修|上班)?(?:时间|日期|期限)|地[点址]|位置|价格|售价|票价|门票|费用|运费|押金|"
    r"(?:售后|联系|客服)?电话|邮箱|网址|作者|编者|译者|出版社|原因|目的|内容|结果|意义|特点|优点|缺点|主题|背景|"
    r"面积|人口|高度|长度|宽度|深度|重量|体积|容量|颜色|型号|品牌|产地|产量|产值|销量|"
    r"年龄|生日|籍贯|老家|职务|职位|职业|学历|专业|母校|代表作|导师|丈夫|妻子|父亲|母亲|儿子|女儿|"
    r"负责人|主持人|创始人|创办人|设计者|发明者|董事长|总经理|总部|员工|营业收入|收入|净利润|利润|预算|保修期?|保质期|有效期"
)
"""Nouns that say nothing without the thing they belong to."""

_ASPECT = "了过着于到成出入上"
_ONE_VERB = "得写有做开获建生去来花捐买卖造住死当印用办设说讲提听问教学吃喝带卖"
_TWO_VERB_LIST = """
获得 取得 赢得 编写 撰写 建造 制造 使用 采用 开设 举办 创办 出生 购买 听说 支持 支援 提供 负责 发现
证明 生产 适合 包含 包括 保修 清理 清洗 充电 更换 维修 开放 关门 开门 闭馆 出版 成立 举行 召开 进行
持续 投产 毕业 去世 参加 出席 主持 发生 占地 需要 属于 位于 担任
"""
_TWO_VERB = tuple(_TWO_VERB_LIST.split())
_PREDICATE = re.compile(
    r"(?<![但可若只])是(?!否|非)|(?<![自理])由(?!于|来)|(?<![所只没拥私国])有(?!限|机|效|关|色)|"
    r"(?<![现存实潜])在(?!线|职|校|读)|(?<![重主必需摘纪])要(?!求|点|素|闻|件)|(?<![适反相供对])应(?!用|急|对|变)|"
    r"(?<!应)该|需要|可以|(?<![功性可职才阳万智节动核])能(?!力|源|量|耗)|"
    r"(?<![大协委社商学工开晚机省市区县员国])会(?!议|员|场|长|展|计|谈|馆|所|晤|会)|被|(?<!火)把(?!手)|将(?!军|来)|"
    r"担任|位于|建于|属于|包含|包括|支持(?!者|率)|支援|提供|适合"
)
_TITLE = re.compile(r"《[^》]*》|“[^”]*”|「[^」]*」")
_TAIL = re.compile(
    r"(?:是|由|在|于|有|要|共|大约|大概|每|为|叫|从|被|把|对|到|去|来|的|又|还|(?<![成首京古])都|也|,| )+$"
)
_LONGEST_TAIL = 60
"""Characters; looked for from everywhere, it takes the square of a long text's time."""
_OBJECT = re.compile(rf"^(?:是|[\u4e00-\u9fff]{{1,4}}?[{_ASPECT}的])([^,。?]{{2,}})$")
_REASON = re.compile("为什么|为何|为啥")
_NOUN_LIKE_VERB = re.compile("(?:收入|支出|投入|产出)$")
_DETERMINER = re.compile(r"哪|多少|几")
_PARTICLES = re.compile(r"(?:的|了|呢|吗)+$")
_DETAILED = re.compile("^详细说说:")
_AFTERTHOUGHT = re.compile(r",[^,]{1,8}$")


def core(text: Text) -> Text:
    """A question without what an earlier follow-up put around it: 详细说说：…, 要装充电桩，几座."""
    text = text.without(_DETAILED)
    match = _AFTERTHOUGHT.search(text.view)
    return text[: match.start()] if match and ASK.search(match.group()) else text


def topic(text: Text) -> Text:
    """The noun phrase that a question is about, or an empty text."""
    text = core(text)
    ask = ASK.search(text.view)
    if ask is None:
        return _subject(text.without(YES_NO))
    if ask.start() > 0:
        asks_object = ask.group() in ("什么", "啥", "谁") and ask.start() > 2
        verb = 1 if asks_object and text.view[ask.start() - 1] in _ONE_VERB else 0
        return _subject(text[: ask.start() - verb])
    rest = text[ask.end() :].without(_PARTICLES)
    if _DETERMINER.match(text.view):
        return _subject(rest)
    if _REASON.fullmatch(ask.group()):
        return _subject(rest)
    match = _OBJECT.match(rest.view)
    return rest[match.start(1) : match.end(1)] if match else NOTHING


def owner(subject: Text) -> Text:
    """The topic without an attribute at its end: 古镇的门票 -> 古镇."""
    match = _OWNED.search(subject.view)
    return subject[: match.start()] if match and match.start() >= 2 else subject


_OWNED = re.compile(rf"的?(?:{ATTRIBUTE.pattern})$")


def statement(text: Text) -> Text:
    """A question without what it asks: what it takes for granted."""
    text = core(text)
    return text.without(ASK) if ASK.search(text.view) else text.without(YES_NO)


def _subject(head: Text) -> Text:
    """The subject of a clause: what stands before its first predicate."""
    for match in _PREDICATE.finditer(_TITLE.sub(lambda title: "〇" * len(title.group()), head.view)):
        if match.start() >= 2:
            head = head[: match.start()]
            break
    head = _without_tail(head)
    if _NOUN_LIKE_VERB.search(head.view):
        return head
    verb = head.view[:-1] if len(head) > 3 and head.view[-1] in _ASPECT else head.view
    if verb.endswith(_TWO_VERB) and len(verb) >= 4:
        head = head[: len(verb) - 2]
    elif verb != head.view:
        head = head[: len(verb) - (1 if verb[-1] in _ONE_VERB or len(verb) < 4 else 2)]
    return _without_tail(head)


def _without_tail(text: Text) -> Text:
    match = _TAIL.search(text.view, max(0, len(text) - _LONGEST_TAIL))
    return text[: match.start()] if match else text
