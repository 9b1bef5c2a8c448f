"""How Call calls a provider: what is sent, who else is asked, what failures mean."""
