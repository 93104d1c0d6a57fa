"""The ways in which one file may be sent, best first; pure."""

from dataclasses import replace

from desk.parcels import Enclosure

MEGABYTE = 1024 * 1024
UPLOAD = 50 * MEGABYTE  # bytes; Bot API, "Sending files"
PHOTO = 10 * MEGABYTE


def forms(file: Enclosure) -> list[Enclosure]:
    """What Telegram has already, an upload, an upload as a plain document; none for what is too large for all."""
    found = [file] if file.remote_id else []
    if file.key and file.size <= UPLOAD:
        uploaded = replace(file, remote_id="")
        if file.sort != "photo" or file.size <= PHOTO:
            found.append(uploaded)
        if file.sort != "document":
            found.append(replace(uploaded, sort="document"))
    return found
