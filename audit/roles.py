"""Who visits: the demo accounts, by what they may do."""

PUBLIC = "public"
ROLES = {
    PUBLIC: "",
    "viewer": "viewer",
    "contributor": "town",
    "manager": "city",
    "secretariat (all)": "kanri",
    "secretariat (edits)": "henshu",
    "secretariat (reads)": "etsuran",
    "superuser": "jimukyoku",
}
SECRETARIAT = {role for role in ROLES if role.startswith(("secretariat", "superuser"))}
