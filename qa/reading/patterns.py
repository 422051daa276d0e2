"""Words by which a sentence shows that it may answer: numbers, dates, people, places, lists, reasons."""

import re

HAN_NUMBER = "一二三四五六七八九十百千万亿两"
NUMBER = re.compile(
    rf"\d+(?:[.,:]\d+)*|[{HAN_NUMBER}]+(?=[个位年天种名次所岁家条项届人部座支场只篇层本分倍成点级])|"
    rf"第[{HAN_NUMBER}]+"
)
WORD_NUMBER = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|"
    r"hundred|thousand|million|billion|half|first|second|third)\b",
    re.I,
)
DATE = re.compile(
    rf"\d+年|\d+月|\d+日|\d+世纪|[{HAN_NUMBER}〇零]+年|\d+年代|(?:早|中|晚|初|末)期|(?:上|下)午|"
    r"凌晨|当天|翌年|次年|同年|去年|今年|明年|年底|年初|"
    r"\b[12]\d{3}s?\b|"
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b|"
    r"\bcentur(?:y|ies)\b",
    re.I,
)
PERSON = re.compile(
    r"(?:市长|省长|书记|主席|总统|总理|部长|主任|局长|处长|校长|院长|教授|博士|先生|女士|将军|国王|"
    r"皇帝|导演|作家|记者|编辑|负责人|组长|会长)|[\u4e00-\u9fff]·[\u4e00-\u9fff]|"
    r"(?<![\u4e00-\u9fff])"
    r"[赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹喻苏潘葛范彭鲁韦马苗方俞任袁柳史"
    r"唐费薛雷贺倪汤罗郝安常于傅康伍余顾孟黄萧尹姚邵汪毛米戴宋庞熊纪项祝董梁杜阮蓝闵席季贾路娄江童颜郭梅盛"
    r"林钟徐邱骆高夏蔡田樊胡凌霍万柯卢莫房解应丁邓洪包左石崔龚程陆翁段侯武刘龙叶黎白蒲谭廖曾]"
    r"[\u4e00-\u9fff]{1,2}(?![\u4e00-\u9fff])"
)
PLACE = re.compile(
    r"[\u4e00-\u9fff]{2,}(?:省|市|县|区|州|国|镇|村|岛|洲|城|路|街|山|河|江|湖|港|海|"
    r"大学|学院|医院|中心|广场|公园|车站)|位于|坐落|地处"
)
CAPITAL = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w'-]+")
LIST = re.compile(r"、[^、]+、|[一二三四五六七八九](?:是|要)|包括|分别|[;；]|\bincluding\b|, [^,]+, (?:and|or) ", re.I)
REASON = re.compile(
    r"因为|由于|因此|为了|使得|导致|原因|所以|以便|由此|鉴于|"
    r"\bbecause\b|\bdue to\b|\bsince\b|\bin order to\b|\bas a result\b",
    re.I,
)
