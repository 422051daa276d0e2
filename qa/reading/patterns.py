"""Words by which a sentence shows that it may answer: numbers, dates, people, places, lists, reasons."""

import re

from embeddings.analysis import LETTER

HAN_NUMBER = "一二三四五六七八九十百千万亿两"
SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹喻苏潘葛范彭鲁韦马苗方俞任袁柳史唐费薛雷贺倪汤罗郝安常于"
    "傅康伍余顾孟黄萧尹姚邵汪毛米戴宋庞熊纪项祝董梁杜阮蓝闵席季贾路娄江童颜郭梅盛林钟徐邱骆高夏蔡田樊胡凌霍万柯卢莫房解应丁邓洪包左石崔龚程陆翁段侯武刘龙叶黎白蒲谭廖曾"
)
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
    r"皇帝|导演|作家|记者|编辑|负责人|组长|会长)|"
    rf"{LETTER}·{LETTER}|(?<!{LETTER})[{SURNAMES}]{LETTER}{{1,2}}(?!{LETTER})"
)
PLACE = re.compile(
    rf"{LETTER}{{2,}}(?:省|市|县|区|州|国|镇|村|岛|洲|城|路|街|山|河|江|湖|港|海|"
    r"大学|学院|医院|中心|广场|公园|车站)|位于|坐落|地处"
)
CAPITAL = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w'-]+")
LIST = re.compile(r"、[^、]+、|[一二三四五六七八九](?:是|要)|包括|分别|[;；]|\bincluding\b|, [^,]+, (?:and|or) ", re.I)
REASON = re.compile(
    r"因为|由于|因此|为了|使得|导致|原因|所以|以便|由此|鉴于|"
    r"\bbecause\b|\bdue to\b|\bsince\b|\bin order to\b|\bas a result\b",
    re.I,
)
SPEECH = re.compile(
    r"表示|指出|强调|介绍|认为|坦言|透露|说道|称|说[,:]|[:,]?[\"“「]|\b(?:said|says|stated|according to|told)\b", re.I
)
ORGANIZATION = re.compile(
    r"公司|集团|银行|大学|学院|学校|中学|小学|医院|研究[院所]|中心|协会|学会|基金会|委员会|[市省县区]委|办公室|"
    r"[局厅部署处](?![长分])|法院|检察院|派出所|政府|组织|联合会|报社|电视台|\b(?:university|company|committee|department)\b",
    re.I,
)
MEANS = re.compile(
    r"通过|利用|采[用取]|借助|依托|运用|按照|以.{2,12}(?:方式|形式|手段)|\bby \w+ing\b|\busing\b|\bthrough\b", re.I
)

_AMOUNT = rf"(?:\d+(?:[.,]\d+)*|[{HAN_NUMBER}几数]+)\s*(?:多|余)?[{HAN_NUMBER}]*(?:多|余)?\s*"
MEASURES: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(asked, re.I), re.compile(given, re.I))
    for asked, given in (
        (
            r"钱|资金|金额|费用|价格|工资|收入|多少元|投资|产值|营收|利润|补贴|\bhow much\b|\bcost\b|\bprice\b",
            rf"{_AMOUNT}(?:个?[亿万千百]*(?:美|日|欧|港)?元|块|人民币|美金)|[$¥€£]\s?\d",
        ),
        (
            r"多久|多长时间|几[年天月]|多少[年天]|时长|\bhow long\b",
            rf"{_AMOUNT}个?(?:年|月|天|日|周|星期|小时|分钟|秒|世纪)|"
            r"\b(?:years?|months?|days?|weeks?|hours?|minutes?)\b",
        ),
        (
            r"比例|百分|占比|增长|增速|下降了?多少|率|几成|多少%|\bpercent",
            rf"\d%|百分之|{_AMOUNT}(?:成|个百分点|倍)|\bpercent",
        ),
        (
            r"几岁|多大年纪|年龄|多大岁数|\bhow old\b|\bage\b",
            rf"{_AMOUNT}(?:周?岁|后)|年龄|\byears old\b|\baged\b",
        ),
        (r"面积|多大(?!年)", rf"{_AMOUNT}(?:平方|公顷|亩|畝)"),
        (
            r"多远|多长(?!时)|多高|多深|多宽|距离|长度|高度|\bhow (?:far|tall|high|deep)\b",
            rf"{_AMOUNT}(?:公里|千米|米|厘米|毫米|里|海里|英尺)|\b(?:miles?|feet|km|met(?:er|re)s?)\b",
        ),
        (r"多重|重量|几[斤吨]|多少[斤吨]", rf"{_AMOUNT}(?:公?斤|千?克|吨)"),
        (
            r"多少(?:个|名|位)?人|几个?人|几[名位]|人数|多少[名位]|\bhow many people\b",
            rf"{_AMOUNT}(?:[余多]?[个名位]?{LETTER}{{0,4}}人|名|位|人次)|人数\W{{0,3}}\d|\bpeople\b",
        ),
        (r"几[度℃]|温度|气温|多少[度℃]", rf"{_AMOUNT}(?:度|℃|摄氏度|°)"),
        (r"几点|什么时间|几时", r"\d+[点时:]\d*|[一二三四五六七八九十]+点|[上下]午|凌晨|晚上|中午"),
        (r"星期几|周几|每周哪", r"星期|周[一二三四五六日末]|礼拜"),
        (r"电话|号码|热线|联系方式|\bphone\b", r"\d{3,}-?\d{4,}|电话|热线|拨打|\b1\d{10}\b"),
        (r"网址|网站|邮箱|公众号|微信|app\b|小程序", r"www|http|@|公众号|小程序|网站|邮箱|app\b"),
        (r"性别|男的还是女的|男女", r"男|女"),
    )
)
"""What asks for a measure, and what gives one: money, time, share, age, area, length, weight, people, contact."""
