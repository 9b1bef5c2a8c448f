"""The admin port: an API under /admin/v1 and a console, for people and programs that administer the gateway."""
