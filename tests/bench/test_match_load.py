from tests.bench.match_load import make_load, measure_matching


def test_the_load_is_the_same_every_time_and_mostly_found():
    load = make_load(files=600, tracks=40)
    assert load == make_load(files=600, tracks=40)
    figures = measure_matching(load)
    assert figures.sure + figures.check + figures.missing == 40
    assert figures.sure >= 25
    assert figures.sure_wrong == 0
