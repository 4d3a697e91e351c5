"""How passwords are kept: Argon2id, hard in memory for whoever steals the table, cheap enough for a Monday morning."""

from django.contrib.auth import hashers


class Argon2PasswordHasher(hashers.Argon2PasswordHasher):
    """46 MiB, one pass, one lane: a choice of the OWASP Password Storage Cheat Sheet.

    One log-in costs about 55 ms; Django's own parameters (100 MiB, 2 passes, 8 lanes) 0.2 s, PBKDF2 0.3 s.
    """

    time_cost = 1
    memory_cost = 46 * 1024
    parallelism = 1
