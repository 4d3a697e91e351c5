"""Pages of membership: registration, the own body, hand-over."""
