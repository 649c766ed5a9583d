"""A visit ends some time after its page is gone, by the clock and not when somebody else leaves."""

import asyncio

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from charging.views.session import visits


class Server:
    """Stands for Streamlit's runtime."""

    def __init__(self):
        self.pages, self.closed, self.now = set(), [], 1_000.0
        self.uploaded_file_mgr = MemoryUploadedFileManager("/upload")

    def exists(self):
        return True

    def instance(self):
        return self

    def is_active_session(self, session):
        return session in self.pages

    def close_session(self, session):
        self.closed.append(session)

    def take(self, session, size):
        file = UploadedFileRec(file_id=f"f{size}", name="a.csv", type="text/csv", data=b"x" * size)
        self.uploaded_file_mgr.add_file(session, file)

    def look(self, *moments):
        """Let the server look at its visits at these seconds."""

        async def looks():
            left, is_over = [self.now + moment for moment in moments], asyncio.Event()

            def clock():
                if len(left) > 1:
                    return left.pop(0)
                is_over.set()
                return left[0]

            ending = asyncio.create_task(visits.end_visits(clock, every_s=0))
            await is_over.wait()
            ending.cancel()

        asyncio.run(looks())


@pytest.fixture
def server(monkeypatch):
    made = Server()
    monkeypatch.setattr(visits, "Runtime", made)
    return made


def test_bytes_are_told_by_visit(server):
    server.take("a", 10)
    server.take("a", 20)
    server.take("b", 5)
    assert visits.upload_bytes() == {"a": 30, "b": 5}


def test_files_go_with_their_visit_and_not_before(server):
    server.pages = {"a", "b"}
    for session in server.pages:
        server.take(session, 10)
    server.look(0, 500)
    server.pages = {"b"}
    server.look(501, 560, 600)
    assert visits.upload_bytes() == {"a": 10, "b": 10}
    server.look(616)
    assert visits.upload_bytes() == {"b": 10}
    assert server.closed == ["a"]


def test_who_comes_back_in_time_loses_nothing(server):
    server.take("a", 10)
    server.pages = {"a"}
    server.look(0)
    server.pages = set()
    server.look(60, 100)
    server.pages = {"a"}
    server.look(110)
    server.pages = set()
    server.look(200)
    assert visits.upload_bytes() == {"a": 10}


def test_a_look_that_fails_is_not_the_last(server, caplog):
    server.take("z", 10)
    server.look(0)
    server.close_session = lambda _: 1 / 0
    server.look(200, 201)
    server.close_session = server.closed.append
    server.look(300, 500)
    assert "z" in server.closed
    assert "could not be ended" in caplog.text
