"""Bars and columns as inline SVG: no script, no font and no picture from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

BAR, GAP, LEFT, WIDTH, RIGHT = 22, 10, 210, 720, 110
COLUMNS_HEIGHT = 180


def bars(values: Sequence[tuple[str, float, str]]) -> str:
    """Horizontal bars: (label, size, size as text)."""
    most = max((value for _, value, _ in values), default=0.0) or 1.0
    rows = []
    for place, (label, value, text) in enumerate(values):
        top = place * (BAR + GAP)
        width = max(value, 0.0) / most * (WIDTH - LEFT - RIGHT)
        short = label if len(label) <= 30 else f"{label[:29]}…"
        rows.append(
            f"<g><title>{escape(label)}: {escape(text)}</title>"
            f'<text x="{LEFT - 10}" y="{top + 15}" text-anchor="end">{escape(short)}</text>'
            f'<rect x="{LEFT}" y="{top}" width="{width:.1f}" height="{BAR}" rx="3"/>'
            f'<text x="{LEFT + width + 8:.1f}" y="{top + 15}" class="value">{escape(text)}</text></g>'
        )
    height = max(len(values) * (BAR + GAP) - GAP, BAR) + 1
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img">{"".join(rows)}</svg>'


def columns(values: Sequence[tuple[str, float, str]]) -> str:
    """Upright columns in the order given, as for days: (label, size, size as text)."""
    most = max((value for _, value, _ in values), default=0.0) or 1.0
    step = WIDTH / max(len(values), 1)
    every = -(-len(values) // 12) or 1
    shapes = []
    for place, (label, value, text) in enumerate(values):
        height = max(value, 0.0) / most * COLUMNS_HEIGHT
        left, top = place * step, 20 + COLUMNS_HEIGHT - height
        shapes.append(
            f"<g><title>{escape(label)}: {escape(text)}</title>"
            f'<rect x="{left + step * 0.1:.1f}" y="{top:.1f}" width="{step * 0.8:.1f}" height="{height:.1f}" rx="2"/>'
        )
        if place % every == 0:
            middle = left + step / 2
            anchor = "start" if place == 0 else "middle"  # the first would begin outside of the picture
            at = left if place == 0 else middle
            shapes.append(f'<text x="{at:.1f}" y="{COLUMNS_HEIGHT + 38}" text-anchor="{anchor}">{escape(label)}</text>')
        shapes.append("</g>")
    line = f'<line x1="0" x2="{WIDTH}" y1="{COLUMNS_HEIGHT + 20}" y2="{COLUMNS_HEIGHT + 20}"/>'
    return f'<svg viewBox="0 0 {WIDTH} {COLUMNS_HEIGHT + 48}" role="img">{"".join(shapes)}{line}</svg>'
