from __future__ import annotations

from pathlib import Path

from tests.parts.results import Results

REPORT = """<testsuites><testsuite>
<testcase classname="tests.one" name="test_a"/>
<testcase classname="tests.one" name="test_b"><skipped/></testcase>
<testcase classname="tests.one" name="test_c"><failure/></testcase>
<testcase classname="tests.one" name="test_d"><error/></testcase></testsuite></testsuites>"""


def test_tests_that_were_run_again_count_once_and_are_listed(tmp_path: Path):
    results, first, second = Results(), tmp_path / "first.xml", tmp_path / "second.xml"
    first.write_text(REPORT)
    second.write_text(REPORT.replace("<failure/>", ""))
    before = results.read(first, passed=False)
    after = results.read(second, passed=False)
    results.repeated(before, after)
    assert results.again == ["tests.one::test_c passed alone", "tests.one::test_d failed again"]
    assert results.count["failed"] == 1


def test_a_run_that_breaks_off_counts_as_a_failure(tmp_path: Path):
    results = Results()
    assert results.read(tmp_path / "none.xml", passed=False) == []
    assert results.count == {"failed": 1}
