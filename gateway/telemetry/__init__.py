"""What operators see: logs, metrics, traces. Never content, never a secret."""
