import contextlib
import threading

import pytest
from views.paged import html, page_over, run

from charging.views.session import render_lock


@pytest.fixture
def page(tiny_dataset, tmp_path, monkeypatch):
    return page_over(tiny_dataset, tmp_path, monkeypatch)


def started(page):
    """Run the page in a thread of its own, as the server does for each visitor."""
    running = threading.Thread(target=run, args=(page,))
    running.start()
    return running


@pytest.mark.slow
def test_an_answer_about_the_map_waits_for_its_turn(page):
    with render_lock.LOCK:
        running = started(page)
        running.join(1)
        assert running.is_alive()
    running.join(60)
    assert not running.is_alive()
    assert "figures" in html(page)


def test_an_analysis_is_made_meanwhile(page):
    page.query_params["view"] = "coverage"
    with render_lock.LOCK:
        running = started(page)
        running.join(60)
        assert not running.is_alive()
    assert "figures" in html(page)


def test_another_has_the_lock_while_one_yields_it():
    with render_lock.LOCK, render_lock.LOCK:  # the run of a page, and in it that of the fragment
        had = threading.Event()

        def take():
            with render_lock.LOCK:
                had.set()

        taking = threading.Thread(target=take)
        taking.start()
        assert not had.wait(0.1)
        while not had.is_set():
            render_lock.yield_lock()
        taking.join()
        assert not _is_free()


@pytest.mark.slow
def test_a_turn_ends_with_an_answer_that_fails(page, monkeypatch):
    monkeypatch.setattr("charging.views.pages.map_page.show_panel", lambda *_: 1 / 0)
    page.query_params["hex"] = "85283473fffffff"
    page.run()
    assert page.exception
    assert _is_free()


def _is_free():
    """Tell whether another thread could have the turn now."""
    found = []

    def look():
        with contextlib.ExitStack() as held:
            if is_free := render_lock.LOCK.acquire(blocking=False):
                held.callback(render_lock.LOCK.release)
            found.append(is_free)

    looking = threading.Thread(target=look)
    looking.start()
    looking.join()
    return found == [True]
