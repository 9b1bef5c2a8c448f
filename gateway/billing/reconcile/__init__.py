"""A provider's own account of what was used, held against ours."""
