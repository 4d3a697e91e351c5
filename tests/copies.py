"""Tables are made once for all workers of a run; each of them has a copy to itself."""

import fcntl
import os
from pathlib import Path

from django.db import connection


def use_copy(worker: str, shared: Path) -> None:
    """The first worker to come here runs the migrations, which take longer than hundreds of tests."""
    creation = connection.creation
    with (shared / "tables").open("a") as made:
        fcntl.flock(made, fcntl.LOCK_EX)
        if os.fstat(made.fileno()).st_size:
            connection.settings_dict["NAME"] = creation._get_test_db_name()
        else:
            creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            made.write(connection.settings_dict["NAME"])
        # What is copied may not be in use.
        connection.close()
        creation.clone_test_db(worker, verbosity=0)
    connection.settings_dict.update(creation.get_test_db_clone_settings(worker))
