"""Social impact bonds, simulated: what the investor and the municipality each stand to get and to lose."""

__version__ = "0.1.0"
