"""What the page shows where its dataset cannot be read: damaged, removed meanwhile, or asked for too much."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

from charging.errors import DatasetError, SlowQueryError
from charging.views.elements.error_box import show_error
from charging.views.elements.texts import Texts
from charging.views.session.context import ViewContext

_log = logging.getLogger(__name__)


@contextmanager
def telling_damage(say: Texts) -> Iterator[None]:
    """Show what is wrong with a dataset in the place of what would have been shown."""
    try:
        yield
    except DatasetError as error:
        _log.exception("A view cannot read its dataset")
        show_error(f"**{say('start.broken')}**", str(error), say)
    except SlowQueryError as error:
        _log.exception("A query was broken off")
        show_error(f"**{say('start.slow')}**", str(error), say)


def tells_damage(show: Callable[[ViewContext], None]) -> Callable[[ViewContext], None]:
    """Let a part of the page that runs by itself say what is wrong with its dataset."""

    @wraps(show)
    def show_or_tell(context: ViewContext, /) -> None:
        with telling_damage(context.say):
            show(context)

    return show_or_tell
