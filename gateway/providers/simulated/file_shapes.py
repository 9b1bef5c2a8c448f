"""What each simulated provider shows of a file."""

from __future__ import annotations

from typing import Any, Final

from gateway.core.multipart import Upload
from gateway.providers.simulated.ask import invalid

CREATED: Final = 1_790_000_000


def shown_file(surface: str, number: int, upload: Upload) -> dict[str, Any]:
    """Raises Refusal where OpenAI is told no purpose."""
    size, name, purpose = len(upload.content), upload.name, upload.field("purpose")
    match surface:
        case "anthropic":
            return {
                "id": f"file_sim{number:020d}",
                "type": "file",
                "filename": name,
                "mime_type": upload.media_type,
                "size_bytes": size,
                "created_at": "2026-11-01T00:00:00Z",
                "downloadable": False,
            }
        case "mistral":
            own = {"sample_type": "batch_request", "source": "upload", "deleted": False}
            return {"id": f"00000000-0000-4000-9000-{number:012x}", "purpose": purpose or "fine-tune", **own} | {
                "object": "file",
                "bytes": size,
                "created_at": CREATED + number,
                "filename": name,
            }
        case _:
            if purpose is None:
                raise invalid("'purpose' is a required property", param="purpose")
            return {
                "id": f"file-sim{number:020d}",
                "object": "file",
                "bytes": size,
                "created_at": CREATED + number,
                "filename": name,
                "purpose": purpose,
                "status": "processed",
            }
