"""The HTTP edge: paths, bodies, replies. Only here and in `gateway.app` is a web framework known."""
