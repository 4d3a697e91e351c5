"""What a next release could do to the board: its own migrations, and behind them those of this folder."""

from board import migrations

__path__ = [*migrations.__path__, *__path__]
