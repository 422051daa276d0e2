"""The side panel and the documents panel as HTML. Pure functions; everything is escaped."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime

from embeddings.types import DocumentInfo
from qa.web.conversations import Conversation
from qa.web.i18n import Words
from qa.web.markup import escape, without_glosses

SHELF = 10  # documents listed in the side panel
FILTER_FROM = 12  # documents from which a filter helps


def brand(words: Words, user: str) -> str:
    """Name, promise, and the way to a new conversation; who is signed in, where somebody is."""
    account = ""
    if user:
        account = (
            f'<form class="account" method="post" action="logout"><span>{escape(user)}</span>'
            f"<button>{words['sign_out']}</button></form>"
        )
    return (
        f'<p class="name">{words["app"]}</p><p class="tagline">{words["tagline"]}</p>{account}'
        f'<button type="button" class="new" data-event="new">{words["new_chat"]}</button>'
    )


def bar(words: Words) -> str:
    """The line above the thread on small screens."""
    return (
        f'<div class="line" data-send="{words["send"]}" data-stop="{words["stop"]}">'
        f'<button type="button" class="icon" data-do="menu" aria-label="{words["menu"]}">'
        '<span class="glyph menu" aria-hidden="true"></span></button>'
        f'<p class="name">{words["app"]}</p>'
        f'<button type="button" class="icon" data-event="new" aria-label="{words["new_chat"]}">'
        '<span class="glyph new" aria-hidden="true"></span></button></div>'
    )


def conversations(listed: Sequence[Conversation], current: str, words: Words) -> str:
    """The user's conversations; each can be opened, renamed, exported and deleted."""
    if not listed:
        return f'<h2>{words["conversations"]}</h2><p class="none">{words["no_conversations"]}</p>'
    items = "".join(_conversation(conversation, conversation.id == current, words) for conversation in listed)
    return f"<h2>{words['conversations']}</h2><ul>{items}</ul>"


def _conversation(conversation: Conversation, current: bool, words: Words) -> str:
    title = escape(conversation.title)
    data = f'data-conversation="{conversation.id}"'
    asked = escape(words["delete_conversation"].format(name=conversation.title))
    address = f"api/conversations/{conversation.id}"
    return (
        f'<li{" class=current" if current else ""}><button type="button" class="choose" data-event="choose" '
        f'{data} title="{title}"{" aria-current=true" if current else ""}>{title}</button>'
        f'<details class="menu"><summary class="icon" aria-label="{words["more"]}: {title}">⋯</summary><div>'
        f'<button type="button" data-event="rename" {data} data-prompt="{words["rename_ask"]}" '
        f'data-value="{title}" data-yes="{words["save"]}" data-no="{words["cancel"]}">'
        f"{words['rename']}</button>"
        f'<a href="{address}?format=markdown" download="{title}.md">{words["export_markdown"]}</a>'
        f'<a href="{address}" download="{title}.json">{words["export_json"]}</a>'
        f'<button type="button" class="danger" data-event="forget" {data} data-confirm="{asked}" '
        f'data-yes="{words["yes_delete"]}" data-no="{words["cancel"]}">{words["delete"]}</button>'
        f"</div></details></li>"
    )


def shelf(documents: Sequence[DocumentInfo], words: Words) -> str:
    """The first documents as buttons that open them, and the way to all."""
    head = f'<h2>{words["documents"]} <span class="count">{len(documents)}</span></h2>'
    items = "".join(f"<li>{_title(info)}</li>" for info in documents[:SHELF])
    manage = f'<button type="button" class="manage" data-do="manage">{words["all_documents"]}</button>'
    return f"{head}<ul>{items}</ul>{manage}"


def _title(info: DocumentInfo) -> str:
    name, title = escape(info.name), shown_title(info.name, info.title)
    second = f'<span class="name">{name}</span>' if title != info.name else ""
    return (
        f'<button type="button" class="opener" data-event="open" data-document="{name}" title="{name}">'
        f'<span class="title">{escape(title)}</span>{second}</button>'
    )


def shown_title(name: str, title: str) -> str:
    """A document's title as a heading: without pinyin between the characters; its name if it has none."""
    return without_glosses(title) or name


def library(documents: Sequence[DocumentInfo], chosen: Collection[str], words: Words) -> str:
    """All documents with what is known of them; tick some to ask only those."""
    columns = "".join(
        f'<th scope="col" class="{column}">{words[f"column_{column}"]}</th>'
        for column in ("document", "date", "size", "passages", "status")
    )
    rows = "".join(_row(info, info.name in chosen, words) for info in documents)
    search = (
        f'<input type="search" class="filter" placeholder="{words["find_document"]}" '
        f'aria-label="{words["find_document"]}">'
        if len(documents) >= FILTER_FROM
        else ""
    )
    table = (
        f'<p class="hint">{words["scope_hint"]}</p>{search}<table><thead><tr><td></td>{columns}<td></td></tr>'
        f"</thead><tbody>{rows}</tbody></table>"
    )
    if not documents:
        table = f'<p class="none">{words["no_documents"]}</p>'
    return f'<section aria-label="{words["documents"]}">{_library_head(len(documents), words)}{table}</section>'


def _library_head(count: int, words: Words) -> str:
    kinds = {key.removeprefix("kind_"): word for key, word in words.items() if key.startswith("kind_")}
    said = " ".join(
        f'data-{key.replace("_", "-")}="{words[key]}"'
        for key in (
            "reading_file",
            "receipt_added",
            "receipt_updated",
            "receipt_skipped",
            "receipt_failed",
            "receipt_set_aside",
            "upload_failed",
        )
    )
    named = escape(json.dumps(kinds, ensure_ascii=False))
    return (
        f'<header><button type="button" class="icon" data-do="unmanage" aria-label="{words["back"]}">'
        f'<span class="glyph back" aria-hidden="true"></span></button><h1>{words["documents"]} '
        f'<span class="count">{count}</span></h1></header>'
        f'<label class="drop" {said} data-kinds="{named}">'
        f'<input type="file" multiple class="unseen"><span class="button">{words["upload"]}</span>'
        f"<span>{words['drop']}</span></label>"
    )


def _date(info: DocumentInfo, words: Words) -> str:
    """The date that the document itself gives, else the day it was added, here where the server stands."""
    if said := info.metadata.get("date", ""):
        return escape(said)
    day = datetime.fromisoformat(info.added).astimezone().date().isoformat()
    return f'<span class="added">{words["added_on"].format(date=day)}</span>'


def _facts(info: DocumentInfo, status: str, words: Words) -> str:
    """The columns for which a phone has no room, as one line under the name."""
    passages = words["passages_one"] if info.passages == 1 else words["passages_many"].format(n=f"{info.passages:,}")
    facts = [_date(info, words), words["document_size"].format(n=f"{info.size:,}"), passages]
    if status != "searchable":
        facts[-1] = f'<span class="{status}">{words[status]}</span>'
    return f'<p class="facts">{" · ".join(facts)}</p>'


def _row(info: DocumentInfo, chosen: bool, words: Words) -> str:
    name = escape(info.name)
    status = "searchable" if info.passages else "nothing_searchable"
    asked = escape(words["delete_document"].format(name=info.name))
    return (
        f'<tr><td><input type="checkbox" value="{name}"{" checked" if chosen else ""} '
        f'aria-label="{escape(words["choose_document"].format(name=info.name))}"></td>'
        f'<td class="document">{_title(info)}{_facts(info, status, words)}</td>'
        f'<td class="date">{_date(info, words)}</td>'
        f'<td class="size">{info.size:,}</td><td class="passages">{info.passages:,}</td>'
        f'<td class="status {status}">{words[status]}</td>'
        f'<td><button type="button" class="icon" data-event="remove" data-document="{name}" '
        f'data-confirm="{asked}" data-yes="{words["yes_delete"]}" data-no="{words["cancel"]}" '
        f'aria-label="{words["delete"]} {name}"><span class="glyph bin" aria-hidden="true"></span>'
        "</button></td></tr>"
    )


def scope(chosen: Sequence[str], words: Words) -> str:
    """Which documents are asked, where not all of them are."""
    if not chosen:
        return ""
    return (
        f'<p class="scope">{words["scope"].format(n=len(chosen))}'
        f'<button type="button" data-event="scope">{words["scope_all"]}</button></p>'
    )
