"""Telling people: alerts from the database to wherever the policies send them."""
