from archive.families.changes import Changes, changes_between


def test_sentences_are_kept_changed_left_out_added() -> None:
    first = "The quay was closed on Monday. Two ships left the harbour before noon. Nobody was hurt in the storm."
    other = "NEWSPORT – An agency says so.\n\nThe quay was closed on Monday! Two ships left the harbour before dawn."
    assert changes_between(("Storm", first), ("Storm at sea", other)) == Changes(1, 1, 1, 1, title_changed=True)


def test_chinese_sentences_need_no_space() -> None:
    first = ("标题", "东部码头改造方案获得通过。工程将于五月开工。预算为三百万元。")
    other = ("标题", "东部码头改造方案获得通过。工程将于六月开工。")
    assert changes_between(first, other) == Changes(1, 1, 1, 0, title_changed=False)


def test_a_sentence_that_stands_twice_is_answered_twice() -> None:
    assert changes_between((None, "It rains. It rains."), (None, "It rains.")) == Changes(
        1, 0, 1, 0, title_changed=False
    )


def test_no_text_changes_nothing() -> None:
    assert changes_between((None, ""), (None, "")) == Changes(0, 0, 0, 0, title_changed=False)
