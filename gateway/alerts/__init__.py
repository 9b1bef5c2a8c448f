"""Alerts from the database to wherever the policies send them."""
