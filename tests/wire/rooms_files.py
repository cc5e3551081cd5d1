"""The files of the scenario of the rooms: their multipart forms, which the recording leaves out."""

import zlib

import aiohttp

from tests.wire.captures import Call
from tests.wire.world import World

CSV = b"id;v\n1;2\n"
NOBODY = "z" * 26
FILES: dict[str, list[tuple[str, bytes]]] = {
    "upload_empty": [("vide.txt", b"")],
    "upload_two": [("a.csv", CSV), ("b.csv", CSV)],
    "upload_nasty_name": [("../../etc/pa ss.txt", b"x")],
    "upload_fake_png": [("faux.png", CSV)],
    "upload_too_large": [("gros.bin", b"x" * 5000)],
}
CHANNELS = {
    "upload_public_not_member": "⟨#pub⟩",
    "upload_private_not_member": "⟨#priv⟩",
    "upload_archived": "⟨#old⟩",
    "upload_unknown_channel": NOBODY,
    "upload_no_channel": "",
}


def form_of(world: World, call: Call) -> aiohttp.FormData:
    """Make up the multipart form of an upload from its name and from what came of it."""
    title = call.name[5:].split(".")[0]
    told = direct_channel(world) if title == "upload_direct" else "⟨#pubin⟩"
    files = FILES.get(title, [("compte-rendu été.csv", CSV)])
    if title == "outside_upload":
        files = [("r.txt", b"contenu")]
        told = f"⟨#hors{call.actor}⟩"
    if title == "upload_png":
        files = [("point.png", png())]
    extra = {"upload_client_ids": ("client_ids", "abc"), "upload_extra_field": ("autre", "x")}.get(title)
    return upload_form(world, CHANNELS.get(title, told), files, extra, last=title == "upload_channel_after")


def direct_channel(world: World) -> str:
    """The name of the channel between plain and ann."""
    return str(next(call for call in world.recorded.calls if call.name == "0438-direct").reply["id"])


def upload_form(
    world: World,
    channel: str,
    files: list[tuple[str, bytes]],
    extra: tuple[str, str] | None = None,
    last: bool = False,
) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)
    fields = [("channel_id", world.matcher.live(channel))] if channel else []
    fields += [extra] if extra else []
    for name, value in () if last else fields:
        form.add_field(name, value)
    for name, content in files:
        form.add_field("files", content, filename=name, content_type="application/octet-stream")
    for name, value in fields if last else ():
        form.add_field(name, value)
    return form


def png() -> bytes:
    """The smallest image: one grey point."""
    chunks = [(b"IHDR", b"\0\0\0\1\0\0\0\1\x08\0\0\0\0"), (b"IDAT", zlib.compress(b"\0\0")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big") for kind, data in chunks
    )
