"""One wins, the other is told: what a verb raises for whoever came second. Nothing was saved."""

STALE = "ほかの方の操作で、状態がすでに変わっています。今の状態を確かめてください。"


class StaleError(Exception):
    """Somebody else was quicker, or time was: the row is in no state for this act any more."""

    def __init__(self) -> None:
        super().__init__(STALE)


class EditedMeanwhileError(Exception):
    """Somebody else saved what was opened for this edit: both texts are shown, nothing is lost."""
