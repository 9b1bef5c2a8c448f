"""How Choose chooses among targets and providers."""
