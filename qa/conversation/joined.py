"""和广州呢, 还有2019年呢, 至于电池呢: the word that joins a fragment to what was asked before it."""

import re

OTHERS = r"呢|吗|没有|哪|什么|谁|别的|其[他它]|多少|几|更"
"""What follows 还有 where it asks for more, and not about something that it names."""

JOINED = re.compile(
    rf"^(?:那么?)?(?:以及|至于|还有(?!{OTHERS})|"
    r"和(?![平田谐睦解约县静顺龙])|跟(?![踪班帖风团])|与(?!会|众不同)|同(?![学事比行济步志意仁样时])|及(?![格时早物]))"
)
"""The joining word, not the first half of a longer one."""
