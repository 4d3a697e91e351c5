"""gunicorn's application of `make pictures`: the portal an hour after its stage was set."""

from datetime import timedelta

import time_machine

from pictures.clock import MORNING
from renkei.wsgi import application

__all__ = ["application"]

time_machine.travel(MORNING + timedelta(hours=1), tick=False).start()
