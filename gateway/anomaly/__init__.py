"""Keys that behave as if somebody else had them: found by few rules that explain themselves, off the request's path."""
