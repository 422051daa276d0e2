"""The words of the interface, in Chinese and English, chosen by what the browser asks for."""

from collections.abc import Mapping

Words = Mapping[str, str]
"""Interface words by key; every language has the same keys."""

CHINESE: Words = {
    "app": "问据",
    "tagline": "每个答案都引自你的文档",
    "welcome": "问你的文档",
    "promise": "答案逐字引自原文,点一下就能在原处核对;文档里没有的,会直说没有。",
    "examples": "试着问",
    "ask_label": "问题",
    "ask_placeholder": "就这些文档提一个问题",
    "you_asked": "你问",
    "answer": "回答",
    "searching": "正在查找原文",
    "sources_one": "引自 1 份文档",
    "sources_many": "引自 {n} 份文档",
    "sure": "把握大",
    "fair": "把握一般,请对照原文",
    "doubtful": "把握不大,请对照原文",
    "more_quotes": "另有 {n} 条引文",
    "open_citation": "引文 {n}:在原文中查看",
    "open_passage": "在原文中查看",
    "nearest": "最接近的段落({n})",
    "understood": "理解为",
    "documents": "文档",
    "no_documents": "还没有文档",
    "no_documents_hint": "用命令 qa add 添加文件或文件夹,然后刷新本页。",
    "document_size": "{n} 字",
    "source": "原文",
    "viewer_empty": "点击答案里的引文,原文会在这里打开,并停在引用之处。",
    "previous": "上一条引文",
    "next": "下一条引文",
    "position": "{i} / {n}",
    "close": "关闭原文",
    "set_aside": "未参与检索",
    "document_gone": "这份文档已被删除,无法显示原文。",
    "document_changed": "文档在回答之后有改动,引文的位置可能不再对应。",
    "new_chat": "新对话",
    "failed": "没能回答:{reason}",
    "menu": "菜单",
}

ENGLISH: Words = {
    "app": "Wenju",
    "tagline": "Every answer quoted from your documents",
    "welcome": "Ask your documents",
    "promise": "Answers are quoted word for word. One click shows the place in the original; "
    "what the documents do not say, you are told so.",
    "examples": "Try asking",
    "ask_label": "Question",
    "ask_placeholder": "Ask a question about these documents",
    "you_asked": "You asked",
    "answer": "Answer",
    "searching": "Looking it up",
    "sources_one": "Quoted from 1 document",
    "sources_many": "Quoted from {n} documents",
    "sure": "confident",
    "fair": "fairly confident, check the source",
    "doubtful": "not very confident, check the source",
    "more_quotes": "{n} more quotations",
    "open_citation": "Quotation {n}: show it in the source",
    "open_passage": "Show in the source",
    "nearest": "Nearest passages ({n})",
    "understood": "Understood as",
    "documents": "Documents",
    "no_documents": "No documents yet",
    "no_documents_hint": "Add files or folders with the command qa add, then reload this page.",
    "document_size": "{n} characters",
    "source": "Source",
    "viewer_empty": "Click a quotation in an answer: the source opens here, at the place.",
    "previous": "Previous quotation",
    "next": "Next quotation",
    "position": "{i} / {n}",
    "close": "Close the source",
    "set_aside": "not searched",
    "document_gone": "This document has been deleted; its text cannot be shown.",
    "document_changed": "The document has changed since this answer; the place may no longer fit.",
    "new_chat": "New conversation",
    "failed": "No answer: {reason}",
    "menu": "Menu",
}

LANGUAGES: Mapping[str, Words] = {"zh": CHINESE, "en": ENGLISH}


def choose(accept_language: str | None) -> str:
    """The interface language for an `Accept-Language` header: the first that we speak, else "en"."""
    ranked: list[tuple[float, int, str]] = []
    for position, item in enumerate((accept_language or "").split(",")):
        tag, _, parameter = item.strip().partition(";")
        try:
            quality = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            quality = 0.0
        ranked.append((-quality, position, tag.lower().split("-")[0]))
    return next((tag for _, _, tag in sorted(ranked) if tag in LANGUAGES), "en")
