"""Limits on requests, tokens and money: which hold for a request, what they are counted with, and when windows end."""
