from tests.bench.page import with_section

MARK = "<!-- library: written by scripts/bench-library --write -->"
OTHER = "<!-- server: written by scripts/bench-server --write -->\n\n## The session server\n"


def test_a_section_takes_the_place_of_its_last_one():
    page = "# Benchmarks\n\nfirst\n"
    once = with_section(page, f"{MARK}\n\nold")
    assert once == f"# Benchmarks\n\nfirst\n\n{MARK}\n\nold\n"
    assert with_section(f"{once}\n{OTHER}", f"{MARK}\n\nnew") == f"# Benchmarks\n\nfirst\n\n{MARK}\n\nnew\n\n{OTHER}"
    assert with_section(f"{page}\n{OTHER}", f"{MARK}\n\nnew") == f"{page}\n{MARK}\n\nnew\n\n{OTHER}"


def test_another_benchs_section_is_left_alone():
    page = with_section(f"# Benchmarks\n\n{OTHER}", f"{MARK}\n\nours\n")
    third = "<!-- app: written by scripts/bench-app --write -->\n\n## The app"
    for again in (with_section(page, third), with_section(with_section(page, third), third)):
        assert again == f"# Benchmarks\n\n{third}\n\n{MARK}\n\nours\n\n{OTHER}"
    again = OTHER.replace("## The", "## Again, the")
    assert with_section(page, again).endswith(f"ours\n\n{again}")
