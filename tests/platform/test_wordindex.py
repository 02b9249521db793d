"""Search keys follow an owner's words, cost what they may, and bear to be written twice."""

from __future__ import annotations

import pytest

from chalicelib.platform import store, wordindex
from chalicelib.platform.errors import Invalid
from chalicelib.platform.pages import Page, PageRequest
from chalicelib.profiles.model import PROFILE, Profile
from chalicelib.profiles.search import ProfileWord, ProfileWords
from chalicelib.tickets.model import TicketWord, TicketWords
from tests.cloud import Cloud


def keys(aws: Cloud) -> set[tuple[str, str]]:
    """Word and owner of every search key there is."""
    found = [(item["pk"]["S"], item["sk"]["S"]) for item in aws.items("tickets")]
    return {(pk.removeprefix("word#"), sk) for pk, sk in found if pk.startswith("word#")}


def write(wanted: dict[str, list[str]], *, most: int = wordindex.MOST_WORDS) -> None:
    wordindex.write(TicketWord, TicketWords, lambda: wanted, keys=most)


@pytest.mark.parametrize("times", [1, 2])
def test_many_owners_are_written_together(aws: Cloud, times: int) -> None:
    for _ in range(times):
        write({"t1": ["giao", "hang"], "t2": ["giao"]})
    assert keys(aws) == {("giao", "t1"), ("hang", "t1"), ("giao", "t2")}


def test_words_that_are_gone_lose_their_keys(aws: Cloud) -> None:
    write({"t1": ["giao", "hang"], "t2": ["hang"]})
    write({"t1": ["doi", "hang"]})
    assert keys(aws) == {("doi", "t1"), ("hang", "t1"), ("hang", "t2")}
    write({"t1": []})
    assert keys(aws) == {("hang", "t2")}


def test_an_owner_without_words_costs_no_write(aws: Cloud) -> None:
    write({"t1": []})
    assert aws.items("tickets") == []


def test_only_the_first_words_are_keys_and_all_of_them_narrow(aws: Cloud) -> None:
    write({"t1": ["chuyen", "khoan", "hai"]}, most=2)
    assert keys(aws) == {("chuyen", "t1"), ("khoan", "t1")}
    found = store.get(TicketWord, "word#chuyen", "t1")
    assert found is not None
    assert found.folded == "chuyen khoan hai"


def profile(profile_id: str) -> None:
    item = Profile(profile_id, PROFILE, listed_at=profile_id, created_at="2026-11-21")
    store.commit([store.put("profile", item)])
    wordindex.write(ProfileWord, ProfileWords, lambda: {profile_id: ["nguyen", "thuy"]})


def found(*words: str, limit: int = 10, cursor: str | None = None) -> Page[Profile]:
    request = PageRequest(scope="profiles", limit=limit, cursor=cursor)
    return wordindex.search(ProfileWord, Profile, request, list(words), sk=PROFILE)


def test_a_search_gives_whole_owners_newest_first_page_by_page(aws: Cloud) -> None:
    for profile_id in ("p1", "p2", "p3"):
        profile(profile_id)
    first = found("thuy", "nguyen", limit=2)
    assert [one.pk for one in first.items] == ["p3", "p2"]
    assert first.items[0].created_at == "2026-11-21"
    rest = found("thuy", "nguyen", limit=2, cursor=first.next_cursor)
    assert [one.pk for one in rest.items] == ["p1"]
    assert found("nguyen", "binh").items == []


def test_keys_whose_owner_is_gone_find_nothing(aws: Cloud) -> None:
    wordindex.write(ProfileWord, ProfileWords, lambda: {"gone": ["thuy"]})
    assert found("thuy").items == []


def test_a_search_for_no_word_at_all_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        found()
    assert refusal.value.field == "q"
