"""The real network that is one click away from the simulated one."""

from views.paged import html, link, opened, page_over, run

from charging.dataset.store import last_dataset

OFFER = "Real data: Shenzhen →"


def offers(page):
    return [button.label for button in page.button if button.label == OFFER]


def simulated_page(simulated, tmp_path, monkeypatch, **settings):
    """The page over the simulated network, with a build folder that holds nothing else."""
    for name, value in settings.items():
        monkeypatch.setenv(f"CHARGING_{name}", value)
    return page_over(simulated, tmp_path, monkeypatch)


def test_beside_the_simulated_network_the_sample_is_a_click_away_for_this_visit_alone(
    simulated, tmp_path, monkeypatch
):
    page = opened(simulated_page(simulated, tmp_path, monkeypatch), lang="en")
    page.button(key="sample_offer").click()
    run(page)
    shown = html(page)
    assert "Public charging stations of Shenzhen (UrbanEV)" in shown
    assert ("23,441" in shown, "Simulated network" in shown, offers(page)) == (True, False, [])
    assert "dataset=shenzhen-sample" in link(page)
    assert last_dataset(tmp_path) is None


def test_a_dataset_of_the_users_is_not_told_of_samples_but_on_the_data_view(
    tiny_dataset, tmp_path, monkeypatch
):
    map_view, data_view = (page_over(tiny_dataset, tmp_path, monkeypatch) for _ in range(2))
    assert offers(opened(map_view, lang="en")) == []
    assert offers(opened(data_view, lang="en", view="data")) == [OFFER]


def test_a_server_that_takes_nothing_offers_only_what_it_has(simulated, tmp_path, monkeypatch):
    page = simulated_page(simulated, tmp_path, monkeypatch, UPLOADS="off")
    assert offers(opened(page, lang="en")) == []


def test_a_sample_that_cannot_be_kept_leaves_the_visit_where_it_is_and_says_why(
    simulated, tmp_path, monkeypatch
):
    page = opened(simulated_page(simulated, tmp_path, monkeypatch), lang="en")
    (tmp_path / "shenzhen-sample").write_text("a file in its place")
    page.button(key="sample_offer").click()
    run(page)
    assert "you still see the last one" in " ".join(error.value for error in page.error)
    assert "Simulated network" in html(page)
