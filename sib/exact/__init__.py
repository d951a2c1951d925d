"""The exact method: laws worked out by formula and quadrature instead of trials; nothing here draws."""
