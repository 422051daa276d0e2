"""Names of places, simplified: provinces and larger cities of China, and countries.

A place that a question names and a passage lacks is the most common reason why a passage that looks right is
about somewhere else; this list is how the reader knows that a word is a place.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

_CHINA = """
北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南
四川 贵州 云南 陕西 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门 石家庄 唐山 秦皇岛 邯郸 邢台
保定 张家口 承德 沧州 廊坊 衡水 太原 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁 呼和浩特 包头 乌海
赤峰 通辽 鄂尔多斯 呼伦贝尔 沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 葫芦岛 长春 四平
辽源 通化 白山 松原 白城 哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化 南京
无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁 杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州
舟山 台州 丽水 合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州 六安 亳州 池州 宣城 福州
厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德 南昌 景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶 济南
青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 临沂 德州 聊城 滨州 菏泽 郑州 开封 洛阳 平顶山 安阳 鹤壁
新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店 武汉 黄石 十堰 宜昌 襄阳 鄂州 荆门 孝感 荆州
黄冈 咸宁 随州 恩施 长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底 广州 韶关 深圳
珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州 汕尾 河源 阳江 清远 东莞 中山 潮州 揭阳 云浮 南宁 柳州 桂林
梧州 北海 防城港 钦州 贵港 玉林 百色 贺州 河池 崇左 海口 三亚 三沙 儋州 成都 自贡 攀枝花 泸州 德阳 绵阳
广元 遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中 资阳 贵阳 六盘水 遵义 安顺 毕节 铜仁 昆明 曲靖
玉溪 保山 昭通 丽江 普洱 临沧 大理 拉萨 日喀则 昌都 林芝 那曲 西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林
商洛 兰州 嘉峪关 金昌 天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南 西宁 海东 银川 石嘴山 吴忠 固原 中卫
乌鲁木齐 克拉玛依 吐鲁番 哈密 台北 高雄 新北 台中 台南 桃园 基隆 新竹 嘉义 九龙 浦东 雄安
"""

_WORLD = """
中国 美国 英国 法国 德国 俄罗斯 苏联 日本 韩国 朝鲜 印度 意大利 西班牙 葡萄牙 荷兰 比利时 瑞士 瑞典 挪威
丹麦 芬兰 冰岛 爱尔兰 奥地利 波兰 捷克 匈牙利 希腊 土耳其 以色列 伊朗 伊拉克 沙特 埃及 南非 尼日利亚
肯尼亚 埃塞俄比亚 巴西 阿根廷 智利 秘鲁 墨西哥 加拿大 澳大利亚 新西兰 新加坡 马来西亚 泰国 越南 菲律宾
印度尼西亚 印尼 缅甸 柬埔寨 老挝 巴基斯坦 孟加拉国 斯里兰卡 尼泊尔 蒙古 乌克兰 白俄罗斯 哈萨克斯坦 欧洲
亚洲 非洲 北美 南美 欧盟 东京 大阪 京都 首尔 纽约 华盛顿 伦敦 巴黎 柏林 莫斯科 罗马
"""

_ENGLISH = """
beijing 北京 tianjin 天津 shanghai 上海 chongqing 重庆 hebei 河北 shanxi 山西 liaoning 辽宁 jilin 吉林
heilongjiang 黑龙江 jiangsu 江苏 zhejiang 浙江 anhui 安徽 fujian 福建 jiangxi 江西 shandong 山东 henan 河南
hubei 湖北 hunan 湖南 guangdong 广东 hainan 海南 sichuan 四川 guizhou 贵州 yunnan 云南 shaanxi 陕西 gansu 甘肃
qinghai 青海 taiwan 台湾 guangxi 广西 tibet 西藏 ningxia 宁夏 xinjiang 新疆 macau 澳门 guangzhou 广州
shenzhen 深圳 nanjing 南京 hangzhou 杭州 wuhan 武汉 chengdu 成都 xiamen 厦门 qingdao 青岛 dalian 大连
suzhou 苏州 ningbo 宁波 harbin 哈尔滨 shenyang 沈阳 jinan 济南 changsha 长沙 zhengzhou 郑州 kunming 昆明
xiaogan 孝感 jingzhou 荆州 china 中国 america 美国 britain 英国 england 英国 france 法国 germany 德国
russia 俄罗斯 japan 日本 korea 韩国 india 印度 italy 意大利 spain 西班牙 portugal 葡萄牙 netherlands 荷兰
belgium 比利时 switzerland 瑞士 sweden 瑞典 norway 挪威 denmark 丹麦 finland 芬兰 poland 波兰 greece 希腊
turkey 土耳其 israel 以色列 iran 伊朗 iraq 伊拉克 egypt 埃及 brazil 巴西 argentina 阿根廷 chile 智利 peru 秘鲁
mexico 墨西哥 canada 加拿大 australia 澳大利亚 singapore 新加坡 malaysia 马来西亚 thailand 泰国 vietnam 越南
philippines 菲律宾 indonesia 印度尼西亚 ukraine 乌克兰 europe 欧洲 asia 亚洲 africa 非洲 london 伦敦
paris 巴黎 berlin 柏林 moscow 莫斯科 rome 罗马 tokyo 东京 osaka 大阪 seoul 首尔
"""

PLACES: frozenset[str] = frozenset((_CHINA + _WORLD).split())
"""Simplified Chinese names without their suffix (市, 省, …)."""

IN_CHINESE: Mapping[str, str] = MappingProxyType(dict(zip(*[iter(_ENGLISH.split())] * 2, strict=True)))
"""The Chinese name of each English one, which is in small letters."""

_CHINESE = re.compile("|".join(sorted(PLACES, key=len, reverse=True)))
_LATIN = re.compile(r"(?<![A-Za-z])(?:" + "|".join(IN_CHINESE) + r")(?![A-Za-z])", re.IGNORECASE)


def places(view: str) -> list[str]:
    """The places that a search view names, each once, in order."""
    found = [match.group() for match in _CHINESE.finditer(view)]
    found += [match.group().lower() for match in _LATIN.finditer(view)]
    return list(dict.fromkeys(found))


def without_places(view: str) -> str:
    """The view with a comma for every place it names."""
    return _LATIN.sub(" , ", _CHINESE.sub(" , ", view))
