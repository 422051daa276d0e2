"""The shortest words of a quotation that answer: a date for when, a number for how many, a name for who."""

import re

from embeddings.normalize import normalize
from qa.questions import Kind, Question

_HAN_NUMBER = "一二三四五六七八九十百千万亿两零〇"
_DATE = re.compile(
    r"(?:公元前|公元|约)?\d+年(?:(?:代)?(?:初|末|中期)?|(?:\d+月)?(?:\d+日)?)(?:[上下]午|晚|凌晨|清晨)?|"
    rf"(?:\d+|[{_HAN_NUMBER}]+)月(?:(?:\d+|[{_HAN_NUMBER}]+)[日号])?(?:[上下]午|晚|凌晨|清晨)?|"
    rf"\d+世纪(?:\d+年代)?(?:初|末|中期)?|(?:\d+|[{_HAN_NUMBER}]+)(?:年|点|时)(?:\d+分)?|"
    r"(?:(?:January|February|March|April|May|June|July|August|September|October|November|December)"
    r"(?: \d{1,2})?,? (?:\d{4})?|\b[12]\d{3}s?\b)",
    re.I,
)
_NUMBER = re.compile(
    r"(?:约|近|超过|至少)?(?:\d+(?:[.,]\d+)*(?:\s?(?:%|万亿|万|亿|千|百|多))?(?:余|多)?|"
    rf"[{_HAN_NUMBER}]+(?=[个位年天种名次所岁家条项届人部座支场只篇层本分倍成级])|"
    rf"百分之[{_HAN_NUMBER}]+)"
    r"(?:个百分点|公里|平方公里|平方米|公顷|千米|厘米|毫米|公斤|千克|美元|人民币|元|小时|分钟|"
    r"[个位年天种名次所岁家条项届人部座支场只篇层本分倍成级米秒吨辆间])?"
)
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹苏潘葛范彭鲁韦马苗方俞任袁柳史唐费薛雷贺"
    "倪汤罗郝安常于傅康伍余顾孟黄萧尹姚邵汪毛米戴宋庞熊纪项祝董梁杜阮蓝闵席季贾路娄江童颜郭梅盛林钟徐邱骆高夏"
    "蔡田樊胡凌霍万柯卢莫房解应丁邓洪包左石崔龚程陆翁段侯武刘龙叶黎白蒲谭廖曾"
)
_PERSON = re.compile(
    r"(?:^|(?<=书记)|(?<=[市省校院组会局处部]长)|(?<=主[席任])|(?<=总[统理])|(?<=教授)|"
    r"(?<=[、,，。;:(“ ])|(?<=[由是]))"
    rf"[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}?"
    r"(?=主持|出席|强调|指出|表示|讲话|在|说|等|、|,|，|。|;|的|担任|任|和|与|$)|"
    r"[\u4e00-\u9fff]{1,6}(?:·[\u4e00-\u9fff]{1,8})+|(?<![.!?] )(?<!^)[A-Z][a-z]+(?: [A-Z][a-z'.-]+)+"
)
_PLACE = re.compile(
    r"(?<=[在于到自往是为、,])[\u4e00-\u9fff]{2,12}?"
    r"(?:省|市|县|区|州|国|镇|村|岛|洲|街|山|大学|学院|医院|广场|车站|中心|主会场|分会场)"
)
_PATTERNS: dict[Kind, re.Pattern[str]] = {"when": _DATE, "number": _NUMBER, "who": _PERSON, "where": _PLACE}


def answer_span(question: Question, quote: str) -> tuple[int, int] | None:
    """Offsets into `quote` (original characters) of the words that answer; None if unsure."""
    pattern = _PATTERNS.get(question.kind)
    if pattern is None:
        return None
    view = normalize(quote)
    found = [m.span() for m in pattern.finditer(view.text) if m.group().strip() and m.group() not in question.text]
    if not found:
        return None
    anchors = [m.start() for t in question.terms if len(t) > 1 for m in re.finditer(re.escape(t), view.text.lower())]
    if question.kind == "number" and question.focus:
        counted = [(a, b) for a, b in found if question.focus in view.text[a : b + len(question.focus)]]
        found = counted or found
    if not anchors:
        return view.to_original(*found[0]) if len(found) == 1 else None
    start, end = min(found, key=lambda span: sum(abs((span[0] + span[1]) / 2 - a) for a in anchors))
    return view.to_original(start, end)
