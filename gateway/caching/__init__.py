"""Answers that need not be asked for again: their key, their sealed form, who waits for whom."""
