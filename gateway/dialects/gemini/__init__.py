"""Google's Gemini API: generateContent and streamGenerateContent.

Source: the request and response types of the official SDK google-genai 3.4, and recorded traffic.
"""

from __future__ import annotations

from typing import Final

from gateway.dialects.gemini.codec import GeminiArrayClient, GeminiClient, GeminiProvider

CLIENT: Final = GeminiClient()
ARRAY_CLIENT: Final = GeminiArrayClient()
PROVIDER: Final = GeminiProvider()
