"""Names of people in a search view, found by a surname and by what stands around the name."""

import re

from qa.gazetteer import PLACES

_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕张孔曹严华金魏陶姜戚谢邹喻苏潘葛范彭鲁韦马苗方俞任袁柳鲍"
    "史唐费岑薛雷贺倪汤滕殷罗毕郝邬安常乐于傅皮卞齐康伍余顾孟黄穆萧肖尹姚邵汪祁毛狄米戴宋庞熊纪舒屈项祝董"
    "梁杜阮蓝闵季贾路娄江童颜郭梅盛林钟徐邱骆高夏蔡田樊胡凌霍虞万柯卢莫房解丁邓郁洪包左石崔吉龚程邢裴陆翁"
    "荀甄封段侯武刘景龙叶司黎白蒲丛鄂赖卓乔阎申冉尚温庄柴瞿连习向古易廖耿欧文岳师曾关查游丘涂佟"
)
_COMPOUND = "欧阳|司马|上官|诸葛|夏侯|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|端木|南宫"
_HAN = "\u4e00-\u9fff"
TITLE = (
    "书记|市长|省长|县长|区长|镇长|主任|教授|先生|女士|小姐|太太|总经理|经理|"
    "董事长|馆长|台长|院长|校长|部长|局长|主席|总裁|总监|委员|老师|博士|医生|"
    "大夫|作家|画家|诗人|家|工程师|设计师|师|队长|组长|导演|记者|商人|学者|"
    "导师|丈夫|妻子|父亲|母亲|儿子|女儿|作者|负责人|主持人"
)
_BEFORE = re.compile(rf"(?:^|[\W_]|{TITLE}|[是为由和与叫名请被让])$")
_AFTER = re.compile(
    r"(?:$|[\W_]|主持|指出|强调|表示|认为|提到|提醒|建议|介绍|说|出席|担任|报告|出生|毕业|获|考|任|把|在|的|是|为|和|与|"
    rf"及|也|又|还|于|将|从|对|有|什么|哪|何|几|多|怎|捐|生|写|发|当|去|来|主|(?:{TITLE}))"
)
_GIVEN = rf"(?:(?![的是在有和与说为了吗呢])[{_HAN}]){{1,2}}"
_NAME = re.compile(rf"(?:(?:{_COMPOUND}|[{_SURNAMES}]){_GIVEN})")
_STARTS = re.compile(rf"(?=({_NAME.pattern}))")
_WESTERN = re.compile(r"\b(?:(?:Dr|Mr|Mrs|Ms|Prof)\.? )?[A-Z][a-z'’-]+(?: [A-Z]\.)?(?: [A-Z][a-z'’-]+){1,2}\b")
_NO_PERSON = re.compile(
    r"\b(?:The|A|An|In|On|At|First|Second|Third|Museum|School|Board|Park|University|College|Company|Day|Clock|Tower|"
    r"Street|Road|City|House|Library|Committee|Council|Inc|Ltd|Corporation|Group|Institute|Cent(?:er|re)|River|Lake|"
    r"Bridge|Room|Union|Empire|War|Republic|Kingdom|States|North|South|East|West|"
    r"Inner|New|Great|Super|Act|Treaty|Church|Party|Army|League|Day|Renaissance)\b"
)
_PLACE = re.compile(".[镇县村湖寺庙塔桥馆街]")
ALONE = re.compile(rf"{_NAME.pattern}|[{_SURNAMES}](?:{TITLE})")
"""A whole fragment that may be a person's name."""


def people(view: str, evidence: str = "") -> list[tuple[int, int]]:
    """Spans of the names in a view, in order; the longer ones only if `evidence`, where given, has them."""
    found: list[tuple[int, int]] = []
    for first in _STARTS.finditer(view):
        start = first.start()
        if found and start < found[-1][1]:
            continue
        if not _BEFORE.search(view[max(0, start - 4) : start]):
            continue
        for end in range(first.end(1), start + 1, -1):
            if view[start:end] in PLACES or _PLACE.fullmatch(view, start, end):
                continue
            if _AFTER.match(view, end) and (not evidence or view[start:end] in evidence or end == start + 2):
                found.append((start, end))
                break
    for western in _WESTERN.finditer(view):
        if not _NO_PERSON.search(western.group()):
            found.append(western.span())
    return sorted(found)
