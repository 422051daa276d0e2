"""Zip containers of office and book files, opened only after a look for bombs and encryption."""

import io
import zipfile

from embeddings.errors import DocumentError

MAX_UNPACKED = 512 * 2**20
MAX_RATIO = 200  # text in XML packs about 10 to 1, repeated spreadsheet rows up to 100 to 1
_SMALL = 2**20  # a member below this size may pack as tightly as it likes
_MOST_MEMBERS = 20_000
_ENCRYPTED = 0x1


def open_checked(data: bytes) -> zipfile.ZipFile:
    """The archive; raises DocumentError for bombs, encrypted members and damage to the directory."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise DocumentError("is damaged or cut off (its zip directory cannot be read): get it again") from error
    members = archive.infolist()
    if len(members) > _MOST_MEMBERS:
        raise DocumentError(f"packs {len(members):,} files: it looks like a zip bomb")
    total = sum(member.file_size for member in members)
    worst = max((_ratio(member) for member in members), default=0.0)
    if total > MAX_UNPACKED or worst > MAX_RATIO:
        raise DocumentError(
            f"unpacks to {total / 2**20:,.0f} MiB, {worst:,.0f} times its size: it looks like a zip bomb"
        )
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise DocumentError("is encrypted: remove its password and add it again")
    return archive


def check_office(data: bytes) -> None:
    """The same for an Office file, whose XML must not declare a document type: entity bombs do."""
    with open_checked(data) as archive:
        for member in archive.infolist():
            if member.filename.endswith((".xml", ".rels")):
                with archive.open(member) as stream:
                    if b"<!DOCTYPE" in stream.read(1024).replace(b"\0", b"").upper():
                        raise DocumentError("declares an XML document type, as entity bombs do: save it anew")


def _ratio(member: zipfile.ZipInfo) -> float:
    return member.file_size / max(member.compress_size, 1) if member.file_size > _SMALL else 0.0
