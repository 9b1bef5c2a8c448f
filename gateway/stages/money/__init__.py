"""What Account, Reserve and Admit need of money and usage: what is held, what is believed, what ends it."""
