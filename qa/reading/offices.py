"""Who holds which office: whether a sentence says it of the person, or of the office, that a question asks for.

A page names many people and many offices; only where one stands by the other is the question answered.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from embeddings.analysis import LETTER
from qa.questions import GLANCE, Question, language_of
from qa.reading.patterns import SURNAMES
from qa.romanized import names

_BODY = r"(?:[省市县区州镇乡党团纪]委|党?工委|政府|常务?委会?)"
_RANK = "[副代前总]"
_TITLE = (
    r"书记|[市省县区州镇村乡部局处厅司科校院所会社队组厂行团台]长|主席|总统|总理|首相|主任|秘书长|委员长|董事长|总经理|经理|总裁|"
    r"司令|教练|编辑|主编|大使|发言人|负责人|国王|女王|皇帝|天皇|教皇|主教"
)
_OFFICE = re.compile(rf"(?:{_BODY}(?:会|党组|常务)?)?{_RANK}?(?:{_TITLE})")
_BARE = re.compile(rf"(?:{_TITLE})$")
_ANOTHER = rf"(?:[、,兼]{LETTER}{{0,12}}?(?:{_TITLE}))*"  # 市委书记、领导小组组长张硕辅
_NAME = rf"[{SURNAMES}]{LETTER}{{1,2}}"
_BECAME = r"(?:同志|先生|女士)?(?:现任|兼任|担任|出任|当选为?|就任|接任|任|是|为)[^,。;:]{0,14}?"
_TITLED = re.compile(rf"(?:{_TITLE})({_NAME})|({_NAME}){_BECAME}(?:{_TITLE})")

_WHO = re.compile(
    r"谁|哪一?[位个]|哪些|哪几[位个]|何人|[什啥]么?人|姓名|名字|叫[什啥]么?|边(?:个|位)|\bwho\b|\bname\b", re.IGNORECASE
)
_POST = re.compile(
    r"(?:[什啥]么?|何|哪一?[个种]|具体)(?:具体|样)?的?(?:[官职]|头衔|身份|岗位|角色)|[担现]?任(?:[什啥]|何职|哪)|"
    r"(?:干|做)[什啥]么?的|职务|职位|官职|头衔|身份|"
    r"(?:是|系)(?:谁|[什啥]么?人|何许?人|哪一?位)\W*$|^谁是|"
    r"\bwhat (?:\w+ ){0,3}?(?:post|position|office|title|job|role|rank)s?\b|\bwho (?:is|was)\b|"
    r"\b(?:post|position|office|title|role) (?:does|did|is|was)\b|\bwhat (?:does|did) [a-z]+ [a-z]+ do\b",
    re.IGNORECASE,
)
_ENGLISH: dict[str, str] = {
    r"(?:deputy|vice)[ -]mayors?": "副市长",
    r"mayors?": "市长",
    r"general secretary": "总书记",
    r"deputy (?:party )?secretary": "副书记",
    r"(?:party )?(?:secretary|chief|boss)": "书记",
    r"governors?": "省长|州长",
    r"presidents?": "总统|主席|校长|会长",
    r"chair(?:man|woman|person)?": "主席|董事长|会长|委员长",
    r"(?:prime minister|premier)": "总理|首相",
    r"ministers?": "部长",
    r"(?:directors?|heads?)": "主任|局长|院长|所长|组长|负责人",
    r"principal": "校长",
    r"(?:ceo|chief executive)": "总裁|总经理",
}
_HEAD = re.compile(r"一把手|当家人|头儿|老大")
_HEADS = ("书记", "主任", "局长", "校长", "院长", "董事长", "总经理")
_OFFICE_EN = re.compile(rf"\b(?:(?i:{'|'.join(_ENGLISH)}))\b")
_NAME_EN = r"[A-Z][\w'’.-]+"

PARTLY = 0.5
"""An office of the same title, but of another body or rank."""

Told = Callable[[str], float]


def tells_office(question: Question, texts: Sequence[str]) -> list[float]:
    """Of each sentence: 1 where it says who holds the office, or which office the person holds, that is asked for.

    PARTLY where that is said of an office of another rank or body, 0 where it is not said, and -1 where no such thing
    is asked, or the sentence is in a language in which it is not looked for. `texts` are the sentences' views.
    """
    chinese, english = _asked(question)
    found = []
    for text in texts:
        told = chinese if language_of(text[:GLANCE]) == "zh" else english
        found.append(told(text) if told else -1.0)
    return found


@lru_cache(maxsize=256)
def _asked(question: Question) -> tuple[Told | None, Told | None]:
    """What tells of a Chinese and of an English sentence whether it answers; None where nothing can."""
    text = question.text
    if question.language == "zh":
        offices = _OFFICE.findall(text)[-1:] or _HEADS * bool(_HEAD.search(text))
        if offices and _WHO.search(text):
            return _names_holder(offices), None
        return (_names_office(lambda name: name[:2] in text) if _POST.search(text) else None), None
    if offices := _OFFICE_EN.findall(text):
        if not _WHO.search(text):
            return None, None
        title = offices[-1]
        meant = next(meant for english, meant in _ENGLISH.items() if re.fullmatch(english, title, re.IGNORECASE))
        return _names_holder(meant.split("|")), _beside(re.escape(title), _NAME_EN)
    if not _POST.search(text):
        return None, None
    people, words = set(names(question.matter).values()), re.findall(rf"(?<!^){_NAME_EN}", question.matter.strip())
    return (
        _names_office(re.compile("|".join(people)).match) if people else None,
        _beside("|".join(map(re.escape, words)), _OFFICE_EN.pattern) if words else None,
    )


def _names_holder(offices: Sequence[str]) -> Told:
    """Whether a Chinese sentence names somebody with one of the offices."""
    bare = [m.group() for office in offices if (m := _BARE.search(office))]
    exact, near = (
        re.compile(rf"{office}{_ANOTHER}{_NAME}|{_NAME}{_BECAME}{office}")
        for office in (rf"(?<!{_RANK})(?:{'|'.join(offices)})", f"(?:{'|'.join(bare)})")
    )
    return lambda text: 1.0 if exact.search(text) else PARTLY if near.search(text) else 0.0


def _names_office(is_asked: Callable[[str], object]) -> Told:
    """Whether a Chinese sentence gives an office of a person; `is_asked` tells by characters from the name on."""
    return lambda text: float(any(is_asked(before or behind) for before, behind in _TITLED.findall(text)))


def _beside(one: str, other: str) -> Told:
    """Whether an English sentence has one beside the other, with few words between."""
    gap = r"(?:,? (?:\w+ ){0,4}| )"
    found = re.compile(rf"\b(?:(?i:{one})){gap}(?:{other})|(?:{other}){gap}(?:(?i:{one}))\b")
    return lambda text: float(found.search(text) is not None)
