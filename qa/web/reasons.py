"""Why a file was not read, in the words of the interface: the readers give their reasons in English."""

import re

_KINDS = {
    "a PDF": "PDF",
    "a program": "程序",
    "an EPUB book": "EPUB 书",
    "a Word document": "Word 文档",
    "a PowerPoint file": "PowerPoint 文件",
    "an Excel file": "Excel 文件",
    "an old or encrypted Office file": "旧版或加密的 Office 文件",
    "a rich text file": "RTF 文件",
    "a SQLite database": "SQLite 数据库",
    "a sound file": "音频",
    "a sound or video file": "音频或视频",
    "a video or picture file": "视频或图片",
    "a picture, sound or video file": "图片、音频或视频",
    "files without a suffix": "无后缀的",
}
"""How readers name what a file turned out to be, beside kinds of pictures and archives."""

_PICTURE_OR_ARCHIVE = re.compile(r"an? (\S+) (picture|archive)")

_CHINESE: tuple[tuple[str, str], ...] = (
    # What is wrong with the file as a whole.
    (r"is empty: .*", "是空文件,没有可读的内容"),
    (r"no text found in it", "里面没有可检索的文字"),
    (r"no reader for (\S+|files without a suffix): unpack it .*", "不能直接读取 {0} 文件:请解压后再添加"),
    (r"no reader for (\S+|files without a suffix): run OCR .*", "不能读取 {0} 文件:请先做 OCR(文字识别),再添加结果"),
    (r"no reader for (\S+|files without a suffix): save it as (.+)", "不能读取 {0} 文件:请另存为 {1}"),
    (r"no reader for (\S+|files without a suffix): convert it to one of (.+)", "不能读取 {0} 文件:请转换为 {1} 之一"),
    (r"no reader for (\S+|files without a suffix): convert it to (.+)", "不能读取 {0} 文件:请转换为 {1}"),
    (r"is larger than (\d+) MiB: .*", "超过 {0} MiB:请拆成较小的文件"),
    (r"larger than (\d+) MB; .*", "超过 {0} MB:请拆开,或用 qa add 添加"),
    (r"is no file but a folder, .*|not a regular file; .*", "不是普通文件:请添加文件或文件夹"),
    (r"cannot be (?:opened|read)\b.*", "打不开:请检查文件是否存在、是否有读取权限"),
    (r"folder cannot be entered: .*", "进不去这个文件夹:请检查权限"),
    (r"it changed while it was being read; .*", "读取时文件有改动:请再添加一次"),
    (r"this is not a file name; .*", "文件名不合规:请重命名"),
    (r"its name or text is not valid Unicode; .*", "名称或内容不是有效的 Unicode:请重命名,或存为 UTF-8"),
    (
        r"the index holds another document of this name, from (.+); .*",
        "索引里已有同名文档(来自 {0}):请添加共同的上级文件夹,或改名",
    ),
    (r"has no page (\d+): it has (\d+)", "没有第 {0} 页:一共 {1} 页"),
    # A name that does not fit the contents.
    (r"is named (\S+) but its content is (.+): rename it to end in (\S+)", "后缀是 {0},内容却是{1}:请把后缀改为 {2}"),
    (r"is named (\S+) but its content is (.+); it holds no text: .*", "后缀是 {0},内容却是{1}:请先做 OCR(文字识别)"),
    (r"is named (\S+) but its content is (.+): unpack .*", "后缀是 {0},内容却是{1}:请解压或转换后再添加"),
    (r"is named (\S+) but is no .*", "后缀是 {0},内容却不是:文件已损坏或命名有误,请重新获取"),
    (r"is an encrypted or an old Office file: .* (\S+)", "是加密的或旧版的 Office 文件:请去掉密码,或另存为 {0}"),
    # Protection.
    (r"is encrypted: .*|cannot be shown: .*", "已加密:请去掉密码后再添加"),
    (r"is copy-protected: .*", "有版权保护:只能读取未加保护的 epub"),
    # Pictures of text.
    (r"holds (\d+) scanned pages and no text: .*", "是 {0} 页扫描件,没有文字:请先做 OCR,例如 ocrmypdf in.pdf out.pdf"),
    (r"has fonts that name no characters: .*", "字体没有文字信息:请先做 OCR,例如 ocrmypdf --force-ocr"),
    (r"holds no text: .*", "没有文字:如果是文字的图片,请先做 OCR(文字识别)"),
    # Encodings.
    (r"has broken (.+) text at byte (\d+): .*", "第 {1} 字节处不是有效的 {0} 文字:请修复,或存为 UTF-8 再添加"),
    (r"has an unknown encoding .*", "编码无法识别:请存为 UTF-8 再添加"),
    (r"holds a NUL .*", "含有 NUL 字符,不是文本文件:请存为 UTF-8 再添加"),
    (r"is a binary file, .*", "是二进制文件,不是文本:请改成正确的后缀,或不要添加"),
    # Damage, and what is made to do harm.
    (r".*\bit looks like a zip bomb", "解压后大得异常,像是“压缩炸弹”,没有读取"),
    (r"declares (?:an XML document type|XML entities), .*", "声明了 XML 实体,可能有害:请重新保存"),
    (r"is nested too deeply.*|nests its .*", "嵌套太深:请简化,或检查是否损坏"),
    (r"holds more than ([\d,]+) characters .*", "文字超过 {0} 字:请拆成较小的文件"),
    (r"took longer than (\d+) s to read: .*", "{0} 秒内没能读完:请拆分或简化"),
    (r"made its reader crash .*", "读取程序因它崩溃或内存不足:请用原来的软件重新保存"),
    (r"is no valid JSON (?:at|in) line (\d+) .*", "第 {0} 行不是有效的 JSON:请改正"),
    (r"is no valid JSON.*", "不是有效的 JSON:请改正"),
    (r"has a cell that does not end \(row (\d+).*", "第 {0} 行的单元格没有结束:请补上引号"),
    (r"ends in the middle: .*", "PDF 不完整:请重新获取"),
    (r"is damaged.*", "已损坏,或不是这种格式的文件:请重新获取或重新保存"),
)


def reason(text: str, language: str) -> str:
    """A reason in "zh" or "en"; one that no line of the table fits stays in English."""
    if language == "zh":
        for pattern, chinese in _CHINESE:
            if found := re.fullmatch(pattern, text):
                return chinese.format(*(_kind(group or "") for group in found.groups()))
    return text


def _kind(name: str) -> str:
    if found := _PICTURE_OR_ARCHIVE.fullmatch(name):
        return f"{found[1]} {'图片' if found[2] == 'picture' else '压缩包'}"
    return _KINDS.get(name, name)
