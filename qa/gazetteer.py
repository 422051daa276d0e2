"""Names of places, simplified and in English: provinces and larger cities of China, and countries.

A place that a question names and a passage lacks is the most common reason why a passage that looks right is
about somewhere else; this list is how the reader knows that a word is a place.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

_CHINA = """
北京=beijing 天津=tianjin 上海=shanghai 重庆=chongqing 河北=hebei 山西=shanxi 辽宁=liaoning 吉林=jilin
黑龙江=heilongjiang 江苏=jiangsu 浙江=zhejiang 安徽=anhui 福建=fujian 江西=jiangxi 山东=shandong 河南=henan
湖北=hubei 湖南=hunan 广东=guangdong 海南=hainan 四川=sichuan 贵州=guizhou 云南=yunnan 陕西=shaanxi 甘肃=gansu
青海=qinghai 台湾=taiwan 内蒙古=inner-mongolia 广西=guangxi 西藏=tibet 宁夏=ningxia 新疆=xinjiang
香港=hong-kong|hongkong 澳门=macau|macao 石家庄=shijiazhuang 唐山=tangshan 秦皇岛=qinhuangdao 邯郸=handan
邢台=xingtai 保定=baoding 张家口=zhangjiakou 承德=chengde 沧州=cangzhou 廊坊=langfang 衡水=hengshui 太原=taiyuan
阳泉=yangquan 长治=changzhi 晋城=jincheng 朔州=shuozhou 晋中=jinzhong 运城=yuncheng 忻州=xinzhou 临汾=linfen
吕梁=luliang 呼和浩特=hohhot 包头=baotou 乌海=wuhai 赤峰=chifeng 通辽=tongliao 鄂尔多斯=ordos 呼伦贝尔=hulunbuir
沈阳=shenyang 大连=dalian 鞍山=anshan 抚顺=fushun 本溪=benxi 丹东=dandong 锦州=jinzhou 营口=yingkou 阜新=fuxin
辽阳=liaoyang 盘锦=panjin 铁岭=tieling 葫芦岛=huludao 长春=changchun 四平=siping 辽源=liaoyuan 通化=tonghua
白山=baishan 松原=songyuan 白城=baicheng 哈尔滨=harbin 齐齐哈尔=qiqihar 鸡西=jixi 鹤岗=hegang 双鸭山=shuangyashan
大庆=daqing 伊春=yichun 佳木斯=jiamusi 七台河=qitaihe 牡丹江=mudanjiang 黑河=heihe 绥化=suihua 南京=nanjing
无锡=wuxi 徐州=xuzhou 常州=changzhou 苏州=suzhou 南通=nantong 连云港=lianyungang 淮安=huai'an 盐城=yancheng
扬州=yangzhou 镇江=zhenjiang 泰州=taizhou 宿迁=suqian 杭州=hangzhou 宁波=ningbo 温州=wenzhou 嘉兴=jiaxing
湖州=huzhou 绍兴=shaoxing 金华=jinhua 衢州=quzhou 舟山=zhoushan 台州=taizhou 丽水=lishui 合肥=hefei 芜湖=wuhu
蚌埠=bengbu 淮南=huainan 马鞍山=maanshan 淮北=huaibei 铜陵=tongling 安庆=anqing 黄山=huangshan 滁州=chuzhou
阜阳=fuyang 宿州=suzhou 六安=lu'an 亳州=bozhou 池州=chizhou 宣城=xuancheng 福州=fuzhou 厦门=xiamen 莆田=putian
三明=sanming 泉州=quanzhou 漳州=zhangzhou 南平=nanping 龙岩=longyan 宁德=ningde 南昌=nanchang 景德镇=jingdezhen
萍乡=pingxiang 九江=jiujiang 新余=xinyu 鹰潭=yingtan 赣州=ganzhou 吉安=ji'an 宜春=yichun 抚州=fuzhou 上饶=shangrao
济南=jinan 青岛=qingdao 淄博=zibo 枣庄=zaozhuang 东营=dongying 烟台=yantai 潍坊=weifang 济宁=jining 泰安=tai'an
威海=weihai 临沂=linyi 德州=dezhou 聊城=liaocheng 滨州=binzhou 菏泽=heze 郑州=zhengzhou 开封=kaifeng 洛阳=luoyang
平顶山=pingdingshan 安阳=anyang 鹤壁=hebi 新乡=xinxiang 焦作=jiaozuo 濮阳=puyang 许昌=xuchang 漯河=luohe
三门峡=sanmenxia 南阳=nanyang 商丘=shangqiu 信阳=xinyang 周口=zhoukou 驻马店=zhumadian 武汉=wuhan 黄石=huangshi
十堰=shiyan 宜昌=yichang 襄阳=xiangyang 鄂州=ezhou 荆门=jingmen 孝感=xiaogan 荆州=jingzhou 黄冈=huanggang
咸宁=xianning 随州=suizhou 恩施=enshi 长沙=changsha 株洲=zhuzhou 湘潭=xiangtan 衡阳=hengyang 邵阳=shaoyang
岳阳=yueyang 常德=changde 张家界=zhangjiajie 益阳=yiyang 郴州=chenzhou 永州=yongzhou 怀化=huaihua 娄底=loudi
广州=guangzhou 韶关=shaoguan 深圳=shenzhen 珠海=zhuhai 汕头=shantou 佛山=foshan 江门=jiangmen 湛江=zhanjiang
茂名=maoming 肇庆=zhaoqing 惠州=huizhou 梅州=meizhou 汕尾=shanwei 河源=heyuan 阳江=yangjiang 清远=qingyuan
东莞=dongguan 中山=zhongshan 潮州=chaozhou 揭阳=jieyang 云浮=yunfu 南宁=nanning 柳州=liuzhou 桂林=guilin 梧州=wuzhou
北海=beihai 防城港=fangchenggang 钦州=qinzhou 贵港=guigang 玉林=yulin 百色=baise 贺州=hezhou 河池=hechi
崇左=chongzuo 海口=haikou 三亚=sanya 三沙=sansha 儋州=danzhou 成都=chengdu 自贡=zigong 攀枝花=panzhihua 泸州=luzhou
德阳=deyang 绵阳=mianyang 广元=guangyuan 遂宁=suining 内江=neijiang 乐山=leshan 南充=nanchong 眉山=meishan
宜宾=yibin 广安=guang'an 达州=dazhou 雅安=ya'an 巴中=bazhong 资阳=ziyang 贵阳=guiyang 六盘水=liupanshui 遵义=zunyi
安顺=anshun 毕节=bijie 铜仁=tongren 昆明=kunming 曲靖=qujing 玉溪=yuxi 保山=baoshan 昭通=zhaotong 丽江=lijiang
普洱=pu'er 临沧=lincang 大理 拉萨=lhasa 日喀则=shigatse 昌都=qamdo 林芝=nyingchi 那曲=nagqu 西安=xi'an|xian
铜川=tongchuan 宝鸡=baoji 咸阳=xianyang 渭南=weinan 延安=yan'an 汉中=hanzhong 榆林=yulin 商洛=shangluo 兰州=lanzhou
嘉峪关=jiayuguan 金昌=jinchang 天水=tianshui 武威=wuwei 张掖=zhangye 平凉=pingliang 酒泉=jiuquan 庆阳=qingyang
定西=dingxi 陇南=longnan 西宁=xining 海东=haidong 银川=yinchuan 石嘴山=shizuishan 吴忠=wuzhong 固原=guyuan
中卫=zhongwei 乌鲁木齐=urumqi 克拉玛依=karamay 吐鲁番=turpan 哈密=hami 台北=taipei 高雄=kaohsiung 新北=new-taipei
台中=taichung 台南=tainan 桃园=taoyuan 基隆=keelung 新竹=hsinchu 嘉义=chiayi 九龙=kowloon 浦东=pudong
雄安=xiong'an|xiongan
"""

_WORLD = """
中国=china 美国=america|united-states 英国=britain|united-kingdom|england 法国=france 德国=germany 俄罗斯=russia
苏联=soviet-union 日本=japan 韩国=south-korea|korea 朝鲜=north-korea 印度=india 意大利=italy 西班牙=spain
葡萄牙=portugal 荷兰=netherlands 比利时=belgium 瑞士=switzerland 瑞典=sweden 挪威=norway 丹麦=denmark 芬兰=finland
冰岛=iceland 爱尔兰=ireland 奥地利=austria 波兰=poland 捷克=czech 匈牙利=hungary 希腊=greece 土耳其=turkey
以色列=israel 伊朗=iran 伊拉克=iraq 沙特=saudi 埃及=egypt 南非=south-africa 尼日利亚=nigeria 肯尼亚=kenya
埃塞俄比亚=ethiopia 巴西=brazil 阿根廷=argentina 智利=chile 秘鲁=peru 墨西哥=mexico 加拿大=canada 澳大利亚=australia
新西兰=new-zealand 新加坡=singapore 马来西亚=malaysia 泰国=thailand 越南=vietnam 菲律宾=philippines
印度尼西亚=indonesia 印尼=indonesia 缅甸=myanmar|burma 柬埔寨=cambodia 老挝=laos 巴基斯坦=pakistan
孟加拉国=bangladesh 斯里兰卡=sri-lanka 尼泊尔=nepal 蒙古=mongolia 乌克兰=ukraine 白俄罗斯=belarus
哈萨克斯坦=kazakhstan 欧洲=europe 亚洲=asia 非洲=africa 北美=north-america 南美=south-america 欧盟=european-union
东京=tokyo 大阪=osaka 京都=kyoto 首尔=seoul 纽约=new-york 华盛顿=washington 伦敦=london 巴黎=paris 柏林=berlin
莫斯科=moscow 罗马=rome
"""

_SPELLED: dict[str, tuple[str, ...]] = {
    name: tuple(form.replace("-", " ") for form in forms.split("|") if form)
    for name, _, forms in (entry.partition("=") for entry in (_CHINA + _WORLD).split())
}

PLACES: frozenset[str] = frozenset(_SPELLED)
"""Simplified Chinese names without their suffix (市, 省, …)."""

_NAMED: dict[str, tuple[str, ...]] = {}  # English spellings, and the Chinese names each may stand for
for _name, _forms in _SPELLED.items():
    for _form in _forms:
        _NAMED[_form] = (*_NAMED.get(_form, ()), _name)

_ABBREVIATIONS = """
京=北京 津=天津 沪=上海 渝=重庆 冀=河北 晋=山西 辽=辽宁 苏=江苏 浙=浙江 皖=安徽 闽=福建 赣=江西 鲁=山东 豫=河南
鄂=湖北 湘=湖南 粤=广东 桂=广西 琼=海南 黔=贵州 滇=云南 陕=陕西 穗=广州
"""
_ABBREVIATED = dict(entry.split("=") for entry in _ABBREVIATIONS.split())
_ABBREVIATION = re.compile(rf"(?<=[来在赴驻离返抵援])[{''.join(_ABBREVIATED)}]")
"""As in 来渝人员; by itself a character may be anything."""
_LENGTHS = range(max(map(len, PLACES)), 1, -1)
_BEGINNINGS = frozenset(name[:2] for name in PLACES)
_ASCII = re.compile("[A-Za-z]")


@cache
def _latin() -> re.Pattern[str]:
    """Not compiled before it is needed: that takes as long as many a question."""
    forms = "|".join(sorted(_NAMED, key=len, reverse=True))
    return re.compile(rf"(?<![A-Za-z])(?:{forms})(?![A-Za-z])", re.IGNORECASE)


def places(view: str) -> list[str]:
    """The places that a search view names, each once, in order."""
    found = [view[start:end] for start, end in _chinese(view)]
    if _ASCII.search(view):
        found += [match.group().lower() for match in _latin().finditer(view)]
    return list(dict.fromkeys(found))


@lru_cache(maxsize=10_000)
def mentions(view: str) -> tuple[str, ...]:
    """Every naming of a place in a search view, as often as it occurs, by its Chinese name."""
    found = [view[start:end] for start, end in _chinese(view)]
    found += [_ABBREVIATED[match.group()] for match in _ABBREVIATION.finditer(view)]
    if _ASCII.search(view):
        found += [_NAMED[match.group().lower()][0] for match in _latin().finditer(view)]
    return tuple(found)


def other_names(place: str) -> tuple[str, ...]:
    """What a place from `places` is called in the other language, in lower case; some names stand for several."""
    return _NAMED.get(place) or _SPELLED.get(place, ())


def without_places(view: str) -> str:
    """The view with a comma for every place it names."""
    for start, end in reversed(list(_chinese(view))):
        view = f"{view[:start]} , {view[end:]}"
    return _latin().sub(" , ", view) if _ASCII.search(view) else view


def _chinese(view: str) -> Iterator[tuple[int, int]]:
    """Where the Chinese names are, the longest first; they do not overlap."""
    start = 0
    while start < len(view):
        begun = view[start : start + 2] in _BEGINNINGS
        length = next((n for n in _LENGTHS if view[start : start + n] in PLACES), 0) if begun else 0
        if length:
            yield start, start + length
        start += length or 1
